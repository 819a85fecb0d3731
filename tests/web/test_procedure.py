"""The procedure in the room: steps in order, guards that stand, checklists; and the document that shows all of it."""

from pathlib import Path

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World
from tocsin.incidents import desk
from tocsin.incidents.models import Incident, Plan

pytestmark = pytest.mark.django_db

KEPT = Path(__file__).parents[1] / "engine" / "kept.yaml"


@pytest.fixture
def kept(world: World) -> Plan:
    """The plan of a water works, which no page was made for, in force."""
    return in_force(world, KEPT)


@pytest.fixture
def room(world: World, kept: Plan) -> Room:
    return under(world, kept, "Main burst")


def shown(room: Room, panel: str) -> str:
    return str(room.get(room.world.ana, f"panels/{panel}").content.decode())


@pytest.mark.row("STP-15", "KNB-06")
def test_a_typical_error_stands_in_the_room_while_it_happens(room: Room) -> None:
    assert "Nobody looked" not in shown(room, "procedure")
    room.pass_minutes(11)
    page = shown(room, "procedure")
    assert "Nobody looked" in page
    assert "Look" in page
    room.post(room.world.ana, "obligations/look/fulfilment")
    assert "Nobody looked" not in shown(room, "procedure")


@pytest.mark.row("STP-12")
def test_a_checklist_ticks_itself_and_is_attested(room: Room) -> None:
    page = shown(room, "checklists")
    assert "0 of 2" in page
    room.post(room.world.ana, "decisions/set_level/choice", option="mild")
    assert "1 of 2" in shown(room, "checklists")
    answer = room.post(room.world.ana, "conditions/leave.c2/attestation", htmx=True, evidence="photo")
    assert "2 of 2" in answer.content.decode()


@pytest.mark.row("KNB-05")
def test_a_question_is_answered_at_its_step(room: Room) -> None:
    page = shown(room, "procedure")
    assert "1. " in page
    assert "Who calls?" in page
    assert "The foreman" in page


@pytest.mark.row("PIR-11")
def test_an_overdue_measure_stands_in_the_next_incident(room: Room, kept: Plan, world: World) -> None:
    fields = {"field:measure": "dig deeper", "field:owner": world.actor(world.chi).person, "field:due": "2000-01-01T00:00+00:00"}
    room.post(world.ana, "records/measures/entries", **fields)
    answer = desk.declare(world.organisation.id, kept.hash, desk.Declaration(words="Again", facts={}), actor=world.actor(world.ana))
    assert isinstance(answer, desk.Done)
    following = Room(world, Incident.objects.get(pk=answer.incident).number, {})
    page = shown(following, "procedure")
    assert "1 measure of an earlier incident is overdue" in page
    assert room.number in page


@pytest.mark.row("PLN-11")
def test_the_document_shows_its_elements_its_registers_and_its_standing_duties(world: World) -> None:
    page = world.browse(world.ana).get(f"/o/{world.organisation.slug}/plans/hotline-outage").content.decode()
    assert "GB/T 29639" in page
    assert "newer edition: 2020" in page
    assert "Measures of each level" in page
    assert 'id="resources"' in page
    assert 'id="duty-contacts_checked"' in page
    assert "Check the contact" in page
    assert "Satellite telephone in reserve" in page
    assert "Restored in" in page
