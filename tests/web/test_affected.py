"""The parties outside in the room: listed, told, taken off, each act answered in its panel."""

import re
from decimal import Decimal

import pytest

from tests.web.room import Room, declare, under
from tests.web.test_plans import take
from tests.world import World
from tocsin.engine import terms as t
from tocsin.incidents import desk
from tocsin.incidents.models import FactRow, Incident, Plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(world: World) -> Room:
    return declare(world)


@pytest.mark.row("REG-02")
def test_who_reported_it_is_kept_as_one_of_the_kinds_that_the_plan_names(world: World) -> None:
    take(world, "incident-basics")
    room = under(world, Plan.objects.get(organisation=world.organisation, plan_id="incident-basics"), "Down")
    assert '<option value="partner">Partner</option>' in room.page(world.ana)
    shown = room.post(room.world.ana, "parties", htmx=True, name="Wanda", reporter="yes", kind="partner").content.decode()
    assert '<span class="tag">Partner</span> <span class="tag">reported it</span>' in shown
    row = room.row("PartyRow", name="Wanda")
    assert (row.reporter, row.about) == (True, {"kind": "partner"})
    assert room.post(room.world.ana, "parties", htmx=True, name="Otto", kind="friend").status_code == 409


def test_a_plan_that_names_no_kinds_asks_for_none(room: Room) -> None:
    assert 'name="kind"' not in room.get(room.world.chi, "panels/parties").content.decode()
    assert room.post(room.world.chi, "parties", htmx=True, name="Otto", kind="partner").status_code == 409


@pytest.mark.row("REG-10", "COM-07")
def test_a_party_is_listed_by_name_until_somebody_tells_it(room: Room) -> None:
    answer = room.post(room.world.chi, "parties", htmx=True, name="Corner shop", contact="shop@example.org", reporter="yes")
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "Corner shop" in shown
    assert "shop@example.org" in shown
    assert "not told yet" in shown
    party = room.row("PartyRow", name="Corner shop").party
    shown = room.post(room.world.chi, f"parties/{party}/word", htmx=True, words="by telephone, the owner").content.decode()
    assert "not told yet" not in shown
    assert "told:" in shown
    assert room.row("PartyRow", name="Corner shop").notified_at is not None
    assert "by telephone, the owner" in room.page(room.world.ana)


def test_a_party_that_is_not_affected_leaves_the_list_with_a_reason(room: Room) -> None:
    room.post(room.world.chi, "parties", name="Corner shop")
    party = room.row("PartyRow", name="Corner shop").party
    refused = room.post(room.world.chi, f"parties/{party}/removal", htmx=True, reason="")
    assert refused.status_code == 409
    assert "E105" in refused.content.decode()
    shown = room.post(room.world.chi, f"parties/{party}/removal", htmx=True, reason="On another line").content.decode()
    assert "Corner shop" not in shown
    assert room.row("PartyRow", party=party).removed_reason == "On another line"


def test_a_plan_without_parties_keeps_the_panel_out_of_sight_until_there_is_one(room: Room) -> None:
    assert 'aria-labelledby="parties-h" id="parties" hidden' in room.page(room.world.chi)
    room.post(room.world.chi, "parties", name="Corner shop")
    assert 'aria-labelledby="parties-h" id="parties">' in room.page(room.world.chi)


def test_only_those_who_may_act_change_the_list(room: Room) -> None:
    assert room.post(room.world.dov, "parties", name="Corner shop").status_code == 404


def test_what_is_known_of_a_client_suggests_an_answer_that_somebody_gives(world: World) -> None:
    take(world, "pass24-critical-incidents")
    plan = Plan.objects.get(organisation=world.organisation, plan_id="pass24-critical-incidents")
    room = under(world, plan, "Down")
    asked = room.get(world.ana, "panels/facts").content.decode()
    assert "The plan suggests" not in asked
    actor, row = world.actor(world.ana), Incident.objects.get(number=room.number)
    assert isinstance(desk.handle(row.pk, t.AddParty(name="Client", about={"users_hit_share": Decimal(60)}), actor=actor), desk.Done)
    asked = room.get(world.ana, "panels/facts").content.decode()
    assert "The plan suggests: Yes" in re.sub(r"<[^>]+>", "", asked)
    assert not FactRow.objects.filter(incident=row, fact="many_users", known=True).exists(), "nobody has answered"
