"""What was measured while an incident ran, in its review: against the daily mean, and against similar incidents (KPI-04, KPI-06, KPI-07)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.web.room import Room, declare
from tests.world import World
from tocsin.incidents import samples, signals
from tocsin.incidents.models import BoardRow, FigureRow
from tocsin.incidents.samples import Given
from tocsin.kit import clock as clocks

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
START = datetime.fromisoformat("2025-06-10T02:00:00+00:00")


def measure(world: World, signal: str, clock, *values: int, every: int = 10, count: bool = False) -> None:
    """Let a sample come every so many minutes."""
    for value in values:
        clock.shift(every * MINUTE)
        over = every * MINUTE if count else timedelta()
        samples.record(world.organisation.id, [Given(signal, clock.now(), Decimal(value), over)], "per_x")


def closed(room: Room) -> None:
    BoardRow.objects.filter(number=room.number, organisation=room.world.organisation).update(
        phase="closed", open=False, closed_at=clocks.now()
    )


def review(room: Room, signal: str) -> str:
    page = room.get(room.world.ana, "review").content.decode()
    panel = page[page.index('id="courses"') :].partition("</section>")[0]
    (row,) = [part for part in panel.split("<tr>") if signal in part]
    return str(row)


@pytest.mark.row("KPI-04", "KPI-14")
def test_complaints_are_held_against_their_mean_and_against_similar_incidents(world: World, clock) -> None:
    clock.freeze(START)
    samples.set_baseline(world.organisation.id, "complaints", Decimal(60), "per_x")  # of an hour
    earlier = declare(world)
    measure(world, "complaints", clock, *[10] * 6, *[20] * 3, *[10] * 6, count=True)
    closed(earlier)
    clock.shift(timedelta(days=1))
    later = declare(world)
    measure(world, "complaints", clock, *[10] * 6, *[40] * 3, *[10] * 6, count=True)
    row = review(later, "Complaints")
    assert '<td class="n" data-th="Mean">96&nbsp;calls' in row  # 240 in two and a half hours
    assert "150&nbsp;calls" in row  # three fat stretches within the hour
    assert "+150 %" in row
    assert "1 hr 20 min" in row  # until the last of them has left the hour
    assert f">{earlier.number}</a> 72&nbsp;calls" in row
    assert "+33 %" in row


@pytest.mark.row("KPI-07")
def test_the_mean_wait_of_customers_comes_from_its_samples(world: World, clock) -> None:
    clock.freeze(START)
    room = declare(world)
    measure(world, "queue_wait", clock, 60, 600, 300, every=5)
    row = review(room, "Time in the queue")
    assert "320&nbsp;s" in row
    assert "not yet" not in row


@pytest.mark.row("KPI-04")
def test_what_began_an_incident_by_itself_belongs_to_it(world: World, clock) -> None:
    clock.freeze(START)
    samples.set_baseline(world.organisation.id, "complaints", Decimal(60), "per_x")
    measure(world, "complaints", clock, 5, 5, 5, every=5, count=True)
    signals.run_once()
    measure(world, "complaints", clock, 90, every=5, count=True)
    signals.run_once()
    room = Room(world, BoardRow.objects.get().number, {})
    assert "105&nbsp;calls" in review(room, "Complaints")


@pytest.mark.row("KPI-04", "DET-11")
def test_what_is_still_off_its_usual_is_not_back(world: World, clock) -> None:
    clock.freeze(START)
    samples.set_baseline(world.organisation.id, "call_success", Decimal(99), "per_x")
    room = declare(world)
    measure(world, "call_success", clock, 99, 60, every=1)
    clock.shift(timedelta(hours=2))  # the feed is silent since
    row = review(room, "Call success rate")
    assert "−39 %" in row
    assert "not yet, since 10:02" in row


@pytest.mark.row("KPI-06", "KPI-13")
def test_the_time_to_judge_is_held_against_its_limit_and_the_mean_of_earlier_incidents(world: World, clock) -> None:
    clock.freeze(START)

    def judged_after(minutes: int) -> Room:
        room = declare(world)
        room.pass_minutes(minutes)
        answer = room.post(world.chi, "decisions/judge/choice", **{"fact:severity": "general"})
        assert answer.status_code == 303, answer.content.decode()[:3000]
        return room

    *earlier, room = (judged_after(minutes) for minutes in (4, 8, 3))
    for each in earlier:
        closed(each)
    FigureRow.objects.filter(figure="judged_in").exclude(incident__number=room.number).update(kept=True)
    page = room.get(world.ana, "panels/figures").content.decode()
    (shown,) = [part for part in page.split("<li") if "First judgement made in" in part]
    assert 'data-tone="ok"' in shown
    assert "3 min" in shown
    assert "target 5 min" in shown
    assert "−50 % against similar incidents" in shown
