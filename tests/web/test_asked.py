"""Steps in the room that ask facts, give roles, or may be answered with not needed; and a promise as the timeline tells it."""

from pathlib import Path

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World
from tocsin.kit import ids

pytestmark = pytest.mark.django_db

BAKERY = Path(__file__).parents[1] / "engine" / "asked.yaml"


@pytest.fixture
def room(world: World) -> Room:
    """A bakery, whose plan no page was made for."""
    return under(world, in_force(world, BAKERY), "No bread")


def steps(room: Room) -> str:
    return str(room.get(room.world.ana, "panels/steps").content.decode())


def test_a_step_asks_its_facts_with_the_default_filled_in_and_says_them_when_done(room: Room) -> None:
    page = steps(room)
    assert "Which oven?" in page
    assert 'value="30m"' in page
    refused = room.post(room.world.ana, "obligations/light/fulfilment", htmx=True)
    assert "E202" in refused.content.decode()
    room.post(room.world.ana, "obligations/light/fulfilment", **{"fact:oven": "hot"})
    assert room.row("ClockRow", obligation="light").status == "met"
    assert room.row("FactRow", fact="oven").value == "hot"


@pytest.mark.row("ROL-22")
def test_a_step_shares_out_roles_and_whoever_is_named_is_asked(room: Room) -> None:
    chi, ana = (ids.typed("per", person.id) for person in (room.world.chi, room.world.ana))
    assert "role:helper" in steps(room)
    room.post(room.world.ana, "obligations/share/fulfilment", **{"role:helper": chi, "role:runner": ana})
    assert room.row("ClockRow", obligation="share").status == "met"
    assert room.row("RoleRow", role="helper").assigned == chi


def test_what_is_optional_is_answered_with_not_needed(room: Room) -> None:
    assert "Not needed" in steps(room)
    room.post(room.world.ana, "obligations/glaze/answer")
    assert room.row("ClockRow", obligation="glaze").ended == "not_needed"
    assert "not needed" in room.page(room.world.ana)


@pytest.mark.row("CLK-06")
def test_a_promise_is_told_in_the_timeline(room: Room) -> None:
    room.post(room.world.ana, "messages", template="note", **{"field:next": "10m"})
    sent = room.row("MessageRow", template="note")
    room.post(room.world.ana, f"messages/{sent.message}/publication", text_hash=sent.text_hash)
    assert "Promised in a message" in room.page(room.world.ana)
