"""A plan that this release cannot read, after an upgrade: its own pages say so, and everything else goes on."""

import pytest

from tests.web.room import Room, declare
from tests.world import World
from tocsin.accounts import keys
from tocsin.incidents.models import Incident, Plan

pytestmark = pytest.mark.django_db
PAGES = ("", "declare", "plans", "alerts", "channels", "people", "messages", "inbox", "incidents", "audit", "plans/hotline-outage")


@pytest.fixture
def old(world: World) -> Plan:
    """Give a plan in force that some earlier release could read."""
    return Plan.objects.create(
        organisation=world.organisation, plan_id="old", version="1", hash="f" * 64, source="tocsin: 1", status="in_force"
    )


@pytest.fixture
def room(world: World, old: Plan) -> Room:
    """Give an open incident under it."""
    room = declare(world)
    Incident.objects.update(plan_hash=old.hash)
    room.row("BoardRow").__class__.objects.update(plan_hash=old.hash, plan_id="old")
    return room


@pytest.mark.parametrize("page", PAGES)
def test_every_other_page_is_there(world: World, room: Room, page: str) -> None:
    answer = world.browse(world.ana).get(f"/o/{world.organisation.slug}/{page}")
    assert answer.status_code == 200


def test_the_board_shows_its_incident_all_the_same(world: World, room: Room) -> None:
    assert room.number in world.browse(world.ana).get(f"/o/{world.organisation.slug}/").content.decode()


@pytest.mark.row("REG-04")
def test_an_incident_is_declared_under_another_plan(world: World, room: Room) -> None:
    typed = {"plan": "hotline-outage", "what": "The line is silent", "key": "a" * 32}
    answer = world.browse(world.ana).post(f"/o/{world.organisation.slug}/declare", typed)
    assert answer.status_code == 303
    assert Incident.objects.count() == 2


@pytest.mark.parametrize("path", ["plans/old", "incidents/INC-1"])
def test_its_own_pages_say_what_to_do(world: World, room: Room, path: str) -> None:
    answer = world.browse(world.ana).get(f"/o/{world.organisation.slug}/{path}")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "E503" in page
    assert "the key version is missing" in page
    assert "/plans/old/text" in page


def test_a_program_is_told_with_the_same_code(world: World, room: Room) -> None:
    _, secret = keys.create(world.organisation, keys.API, "screen", person=world.ana)
    client, headers = world.browse(), {"Authorization": f"Bearer {secret}"}
    asked = client.get("/api/v1/incidents/INC-1", headers=headers)
    told = client.post("/api/v1/incidents/INC-1/commands", {"command": "note", "words": "x"}, "application/json", headers=headers)
    assert {answer.status_code for answer in (asked, told)} <= {200, 409}
    assert told.json()["code"] == "E503"
