"""The continuity index in the room: computed at every sample, shown with its trend, and evidence where a level is decided (DET-12)."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from markupsafe import Markup

from tests.web.room import Room, declare
from tests.world import World
from tocsin.incidents import samples, signals
from tocsin.incidents.models import BoardRow, DecidedRow, Sample
from tocsin.incidents.samples import Given
from tocsin.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(world: World, clock) -> Room:
    found = declare(world)
    samples.set_baseline(world.organisation.id, "complaints", Decimal(100), "per_x")
    measure(world, hotlines_down=0)
    return found


def measure(world: World, **values: int) -> None:
    """Hand in one sample of each signal that the index is made of."""
    known = {"availability": 100, "call_success": 100, "complaints": 100, **values}
    over = {"complaints": timedelta(hours=1)}
    given = [Given(name, clock.now(), Decimal(value), over.get(name, timedelta())) for name, value in known.items()]
    samples.record(world.organisation.id, given, "per_x")


def shown(room: Room, panel: str) -> str:
    return str(room.get(room.world.ana, f"panels/{panel}").content.decode())


@pytest.mark.row("DET-12")
def test_the_index_is_shown_with_its_trend_since_the_incident_began(room: Room) -> None:
    clock.shift(timedelta(minutes=10))
    measure(room.world, hotlines_down=40)
    page = shown(room, "signals")
    assert "<b>92\u00a0points</b>" in page
    assert "down by 8 within the last hour" in page
    assert '<path class="series"' in page
    assert ": 100; " in page


@pytest.mark.row("DET-12")
def test_while_one_of_its_feeds_is_unknown_the_index_is_unknown_and_says_which(room: Room) -> None:
    Sample.objects.filter(signal="call_success").delete()
    page = shown(room, "signals")
    head = page[page.index("Business continuity index") :][:600]
    assert "<b>unknown</b>" in head
    assert "nothing is heard of" in head
    assert "Call success rate" in head


@pytest.mark.row("DET-12")
def test_it_lies_before_whoever_decides_on_the_level_and_is_evidence_where_they_say_so(room: Room) -> None:
    clock.shift(timedelta(minutes=1))
    measure(room.world, hotlines_down=40)
    assert 'name="cites" value="bci.now"' in shown(room, "level")
    room.post(room.world.ana, "decisions/set_level/choice", option="l2", reason="Forty lines", cites="bci.now")
    assert DecidedRow.objects.get(decision="set_level").cited == {"bci.now": "92.00"}
    assert "As evidence: <" in shown(room, "timeline")
    sheet = room.get(room.world.ana, "dossier").content.decode()
    assert re.search(r"Evidence: .{0,80}Business continuity index.{0,40}: 92\b", sheet)
    assert "bci.now" not in sheet
    assert 'name="cites" value="bci.now"' in shown(room, "level")
    clock.shift(timedelta(minutes=1))
    measure(room.world, hotlines_down=90)
    answer = room.post(room.world.ana, "decisions/adjust_level/choice", option="l1", reason="Ninety lines", cites="bci.now")
    assert answer.status_code == 303
    assert DecidedRow.objects.get(decision="adjust_level").cited == {"bci.now": "82.00"}


@pytest.mark.row("DET-12")
def test_what_is_unknown_is_no_evidence(room: Room) -> None:
    Sample.objects.filter(signal="call_success").delete()
    answer = room.post(room.world.ana, "decisions/set_level/choice", htmx=True, option="l2", reason="Forty lines", cites="bci.now")
    assert answer.status_code == 409
    assert "E106" in answer.content.decode()
    assert not DecidedRow.objects.exists()


@pytest.mark.row("DET-08")
def test_a_computed_mean_is_shown_with_its_period_its_window_its_hours_and_the_number_of_its_samples(world: World, clock) -> None:
    room = declare(world)
    now = clock.now()
    begin = now.replace(minute=0, second=0, microsecond=0)
    given = [
        Given("complaints", begin - timedelta(days=back) + timedelta(minutes=10 * part), Decimal(15), timedelta(minutes=10))
        for back in (1, 2)
        for part in range(1, 7)
    ]
    samples.record(world.organisation.id, [*given, Given("complaints", now, Decimal(90), timedelta(hours=1))], "per_x")
    page = shown(room, "signals")
    assert (
        "Mean 90, computed: days with data 2 of 30, samples 12, days of incidents left out 0, over 1 hr, in the same hour of each day"
        in page
    )


@pytest.mark.row("EWS-01")
def test_what_nearly_reaches_a_level_is_said_in_the_words_of_the_plan(room: Room) -> None:
    measure(room.world, complaints=142)
    signals.run_once()
    page = shown(room, "level")
    note = Markup(page[page.index("Nearly reached") :][:400]).striptags()
    assert note.startswith("Nearly reached: Level 1. Complaints over the daily mean: 42 %")
    why = Markup(page[page.index('class="why"') :]).striptags()
    assert why.count("Measured: Complaints over the daily mean: 42 %") == 3
    assert "Measured: Share of hotlines down: 0 %" in why
    BoardRow.objects.update(drill=True)
    assert "Measured:" not in Markup(shown(room, "level")).striptags(), "a drill goes by its script, not by our samples"
    BoardRow.objects.update(drill=False)
    assert "Measured: <b><span" in room.get(room.world.ana, "record").content.decode()
