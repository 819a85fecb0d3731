"""The register of clients, their projects and services: kept between incidents, chosen at the declaration, read by the classification (REG-08)."""

from typing import Any

import pytest
from django.test import Client

from tests.web.room import Room, in_force
from tests.world import World
from tocsin.accounts import keys, people
from tocsin.incidents import standing
from tocsin.incidents.models import BoardRow, FactRow, PartyRow, Plan, RegisterRow
from tocsin.kit import ids
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db
PLAN = "pass24-critical-incidents"
GATES = {"field:project": "Gates of the north", "field:client": "North", "field:users": "12000", "field:functions": "Opening, guests"}


@pytest.fixture
def plan(world: World) -> Plan:
    """The plan of a support desk, in force; Ana heads the support, and its registers are kept."""
    found = in_force(world, shipped.sources()[PLAN])
    people.hold(world.organisation, world.ana, PLAN, {"head_of_support": 0}, by=world.ana)
    standing.keep(world.organisation.id)
    return found


@pytest.fixture
def ana(world: World, plan: Plan) -> Client:
    return world.browse(world.ana)


def enter(client: Client, register: str, **fields: str) -> str:
    """Enter something into a register on the page of readiness; return its key."""
    before = set(RegisterRow.objects.values_list("entry", flat=True))
    answer = client.post(f"/o/hotline/readiness/{PLAN}/registers/{register}/entries", {"key": ids.new().hex, **fields})
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    (made,) = set(RegisterRow.objects.filter(record=register).values_list("entry", flat=True)) - before
    return str(made)


def declare(client: Client, *affected: str) -> str:
    form = {"key": ids.new().hex, "plan": PLAN, "what": "The gates stay shut", "affected": list(affected)}
    answer = client.post("/o/hotline/declare", form)
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    return str(answer["Location"].rpartition("/")[2])


def row(model: Any, number: str, **wanted: object) -> Any:
    return model.objects.get(incident__number=number, **wanted)


@pytest.mark.row("REG-08")
def test_a_project_stands_in_the_register_with_its_users_its_functions_and_whether_it_is_critical(ana: Client) -> None:
    enter(ana, "projects", **GATES, **{"field:critical": "yes"})
    page = ana.get("/o/hotline/readiness").content.decode()
    assert all(words in page for words in ("Gates of the north", "12000", "Opening, guests", "Critical functions"))


@pytest.mark.row("REG-08")
def test_a_critical_project_chosen_at_the_declaration_makes_the_incident_critical(ana: Client, world: World) -> None:
    key = enter(ana, "projects", **GATES, **{"field:critical": "yes", "field:contact": "n@example.net"})
    form = ana.get(f"/o/hotline/declare?plan={PLAN}").content.decode()
    assert f'value="{key}"' in form
    assert "12000" in form
    advised = ana.post("/o/hotline/declare/recommendation", {"plan": PLAN, "affected": key}, headers={"HX-Request": "true"})
    assert "Critical" in advised.content.decode()
    number = declare(ana, key)
    party = row(PartyRow, number)
    assert (party.name, party.contact) == ("Gates of the north", "n@example.net")
    assert (party.about["project.critical"], party.about["users"]) == (True, {"number": "12000"})
    assert row(FactRow, number, fact="critical_project").value == "yes"
    assert row(BoardRow, number).level == "critical"


@pytest.mark.row("REG-08")
def test_a_project_that_is_not_critical_decides_nothing_and_a_person_has_the_last_word(ana: Client, world: World) -> None:
    plain, grave = (
        enter(ana, "projects", **GATES, **{"field:critical": "no"}),
        enter(ana, "services", **{"field:service": "Locks", "field:critical": "yes"}),
    )
    number = declare(ana, plain)
    assert row(BoardRow, number).level == ""
    room = Room(world, number, {})
    assert "Locks" in room.page(world.ana)
    assert room.post(world.ana, "parties", party=grave).status_code == 303
    assert row(BoardRow, number).level == "critical"
    room.post(world.ana, "facts", **{"fact:critical_service": "no"})
    assert row(FactRow, number, fact="critical_service").value == "no"


@pytest.mark.row("REG-08")
def test_a_program_names_what_is_affected_by_its_key_and_what_stands_in_no_register_is_nothing(ana: Client, world: World) -> None:
    key = enter(ana, "services", **{"field:service": "Locks", "field:critical": "yes"})
    _, secret = keys.create(world.organisation, keys.API, "desk", person=world.ana, access="owner")
    body = {"words": "The locks hang", "plan": PLAN, "affected": [key, "services-77"]}
    answer = Client().post("/api/v1/incidents", body, content_type="application/json", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 201
    assert PartyRow.objects.get().name == "Locks"
    assert BoardRow.objects.get().level == "critical"
