"""The review of an incident, and the inbox for the next revision of its plan."""

from datetime import timedelta

import pytest

from tests.web.room import Room, declare
from tests.world import World
from tocsin.incidents.models import BoardRow, ClockRow, FigureRow, Ruling
from tocsin.kit import clock as clocks
from tocsin.kit import ids

pytestmark = pytest.mark.django_db
FIGURE = "told_public"


def decided(world: World) -> Room:
    room = declare(world)
    room.post(world.ana, "decisions/set_level/choice", option="l2", reason="many calls")
    return room


def review(room: Room, world: World) -> str:
    answer = room.get(world.ana, "review")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.row("PIR-04")
def test_the_review_is_prefilled_from_the_record(world: World) -> None:
    room = decided(world)
    room.pass_minutes(40)
    page = review(room, world)
    assert "How long it took" in page
    assert "Determine the level and start" in page
    assert "Public told in" in page


@pytest.mark.row("PIR-05", "PIR-06")
def test_theories_stand_apart_from_causes(world: World) -> None:
    room = decided(world)
    room.post(
        world.ana, "records/theories/entries", **{"review": "1", "field:theory": "a worm", "field:about": "cause", "field:state": "refuted"}
    )
    room.post(
        world.ana,
        "records/causes/entries",
        **{"review": "1", "field:kind": "root", "field:cause": "no spare capacity", "field:ticket": "T-7"},
    )
    page = review(room, world)
    theories, causes = page.index("a worm"), page.index("no spare capacity")
    assert causes < page.index("Theories and what became of them") < theories
    assert "Refuted" in page
    assert "Root cause" in page


@pytest.mark.row("PIR-02", "PIR-11")
def test_a_measure_has_an_owner_and_a_day_and_is_late_after_it(world: World) -> None:
    room = decided(world)
    owner = ids.typed("per", world.chi.id)
    due = (clocks.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M+00:00")
    fields = {"review": "1", "field:measure": "add lines", "field:owner": owner, "field:due": due}
    answer = room.post(world.ana, "records/measures/entries", **fields)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/review")
    clock = ClockRow.objects.get(verb="track")
    assert clock.owner == owner
    assert "add lines" in review(room, world)
    room.pass_minutes(180)
    assert ClockRow.objects.get(verb="track").status == "breached"
    page = review(room, world)
    assert " late" in page[page.index("add lines") :][:600]
    board = world.browse(world.ana).get(f"/o/{world.organisation.slug}/").content.decode()
    assert "1 measure is overdue" in board


def test_a_refusal_stands_where_it_was_tried(world: World) -> None:
    room = decided(world)
    answer = room.post(world.ana, "records/measures/entries", review="1")
    assert answer.status_code == 409
    assert "E202" in answer.content.decode()


@pytest.mark.row("PLN-10")
def test_what_was_filed_waits_for_the_owner_of_the_plan_who_rules_with_a_note(world: World) -> None:
    room = decided(world)
    fields = {"review": "1", "field:measure": "add lines", "field:evidence": "invoice"}
    room.post(world.ana, "records/measures/entries", **fields)
    client = world.browse(world.ana)
    address = f"/o/{world.organisation.slug}/revisions"
    page = client.get(address).content.decode()
    assert room.number in page
    assert "add lines" in page
    seq = room.row("FiledRow").seq
    ruling = f"{address}/{room.number}/{seq}/ruling"
    assert client.post(ruling, {"ruling": "accept", "note": ""}).status_code == 409
    assert client.post(ruling, {"ruling": "reject", "note": "too dear"}).status_code == 303
    assert (Ruling.objects.get().accepted, Ruling.objects.get().note) == (False, "too dear")
    page = client.get(address).content.decode()
    assert "too dear" in page
    assert "rejected" in page


@pytest.mark.parametrize("language", ["ru", "pl", "zh"])
def test_both_pages_are_read_in_every_language(world: World, language: str) -> None:
    room = decided(world)
    room.speak(world.ana, language)
    assert "How long it took" not in review(room, world)
    assert "For the next revision" not in world.browse(world.ana).get(f"/o/{world.organisation.slug}/revisions").content.decode()


@pytest.mark.row("REC-07")
def test_what_is_measured_stands_in_the_form_for_somebody_to_confirm(world: World) -> None:
    room = decided(world)
    room.post(world.ana, "signals/availability/readings", value="99.7")
    page = room.get(world.ana, "panels/records").content.decode()
    assert 'name="field:availability" value="99.7"' in page


@pytest.mark.row("PIR-10")
def test_similar_earlier_incidents_stand_beside_the_analysis_with_the_same_figures(world: World) -> None:
    earlier = decided(world)
    assert "Beside similar incidents" not in review(earlier, world), "there is none earlier"
    later = decided(world)
    later.pass_minutes(10)
    board = BoardRow.objects.get(organisation=world.organisation, number=earlier.number)
    FigureRow.objects.filter(incident_id=board.incident_id, figure=FIGURE).update(kept=True, value={"seconds": "1200"})
    BoardRow.objects.filter(pk=board.pk).update(phase="closed", open=False)

    page = review(later, world)
    table = page[page.index("Beside similar incidents") :].partition("</section>")[0]
    assert f"{earlier.number}</a>" in table
    assert "20 min" in table
    assert "−50 %" in table
