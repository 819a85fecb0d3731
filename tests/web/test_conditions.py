"""A condition that each entry of a collection has to attest is attested in the room entry by entry (STP-14, X-46)."""

from pathlib import Path

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World
from tocsin.plan import shipped

pytestmark = [pytest.mark.django_db, pytest.mark.row("STP-14")]


@pytest.fixture
def room(world: World) -> Room:
    """Give the room of a critical incident that two clients reported, with everything done but their confirmation."""
    room = under(world, in_force(world, Path(shipped.sources()["pass24-critical-incidents"])), "Nothing opens")
    for name in ("Park", "Tower"):
        room.post(world.ana, "parties", name=name, reporter="yes")
    room.post(world.ana, "facts", **{"fact:unusable": "yes"})
    room.post(world.ana, "moments/fixed/instant", happened_at="")
    room.post(world.ana, "moments/restored/instant", happened_at="")
    room.post(
        world.ana, "records/solutions/entries", **{"field:symptoms": "no access", "field:steps": "restart", "field:verify": "sign in"}
    )
    return room


def shown(room: Room) -> str:
    return str(room.get(room.world.ana, "panels/conditions", htmx=True).content.decode())


def attest(room: Room, entry: str = "", act: str = "attestation") -> str:
    return str(room.post(room.world.ana, f"conditions/client_confirmed/{act}", htmx=True, entry=entry).content.decode())


def holds(room: Room) -> bool:
    return bool(room.row("ConditionRow", condition="client_confirmed").holds)


def test_each_reporter_has_a_line_with_a_form_of_its_own(room: Room) -> None:
    page = shown(room)
    for name, entry in (("Park", "party-1"), ("Tower", "party-2")):
        assert name in page
        assert f'name="entry" value="{entry}"' in page
    assert "0 of 2 attested" in page


def test_it_holds_once_every_reporter_confirmed_and_the_incident_is_closed_without_a_waiver(room: Room) -> None:
    assert "1 of 2 attested" in attest(room, "party-1")
    assert not holds(room)
    refused = room.post(room.world.ana, "decisions/close/choice", htmx=True).content.decode()
    assert "E201" in refused
    assert "2 of 2 attested" in attest(room, "party-2")
    assert holds(room)
    room.post(room.world.ana, "records/analyses/entries", **{"field:cause": "server", "field:conclusion": "quick"})
    measure = {"field:measure": "a spare server", "field:owner": room.world.actor(room.world.ana).person}
    room.post(room.world.ana, "records/measures/entries", **measure)
    room.post(room.world.ana, "decisions/close/choice")
    assert room.row("BoardRow").phase == "closed"
    assert not room.row("ConditionRow", condition="client_confirmed").waived


def test_one_attestation_is_withdrawn_and_the_other_stays(room: Room) -> None:
    attest(room, "party-1")
    attest(room, "party-2")
    assert "1 of 2 attested" in attest(room, "party-1", "withdrawal")
    assert [each["by"] != "" for each in room.row("ConditionRow", condition="client_confirmed").attested_each] == [False, True]


def test_a_refusal_stands_at_the_line_where_it_was_tried(room: Room) -> None:
    refused = str(room.post(room.world.bea, "conditions/client_confirmed/attestation", htmx=True, entry="party-2").content.decode())
    assert "E101" in refused
    assert refused.index("Tower") < refused.index("E101")
    assert refused.index("Park") < refused.index("Tower")
