"""Baselines at the server: computed from what was kept, shown with how, and overridden by what somebody types."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.world import World, build
from tocsin.incidents import baselines, desk, measured, readings, samples, signals
from tocsin.incidents.models import BoardRow, Incident
from tocsin.incidents.samples import Given
from tocsin.kit import clock as clocks

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.fromisoformat("2025-06-10T02:30:00+00:00")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def world(clock) -> World:
    clock.freeze(NOW)
    return build()


def give(world: World, at: datetime, value: int, region: str = "", over: timedelta = 10 * MINUTE) -> None:
    labels = (("region", region),) if region else ()
    given = [Given("complaints", at + n * over, Decimal(value), over, labels) for n in range(1, HOUR // over + 1)]
    samples.record(world.organisation.id, given, "per_x")


def whole(world: World) -> readings.Reading:
    return readings.every(world.organisation.id, world.program, clocks.now())["complaints"][0]


@pytest.mark.row("DET-08")
def test_the_mean_of_the_same_hours_is_computed_and_says_how(world: World) -> None:
    for back in (1, 2, 3):
        give(world, NOW - back * DAY - 30 * MINUTE, 10 * back)
    give(world, NOW - 30 * MINUTE - HOUR, 1)
    how = whole(world).how
    assert how is not None
    assert (how.value, how.samples, how.days, how.of_days, how.left_out) == (120, 18, 3, 30, 0)


@pytest.mark.row("DET-08")
def test_a_day_with_an_incident_is_left_out_and_one_of_a_false_alarm_is_not(world: World) -> None:
    for back in (1, 2, 3):
        give(world, NOW - back * DAY - 30 * MINUTE, 10 * back)
    for back, phase in ((1, "closed"), (2, "cancelled")):
        answer = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="x"), actor=world.actor(world.chi))
        assert isinstance(answer, desk.Done)
        day = NOW - back * DAY
        BoardRow.objects.filter(incident=answer.incident).update(phase=phase, open=False, declared_at=day, closed_at=day + HOUR)
    how = whole(world).how
    assert how is not None
    assert (how.value, how.days, how.left_out) == (150, 2, 1)


@pytest.mark.row("DET-08")
def test_each_region_is_held_against_its_own_mean(world: World) -> None:
    for region, value in (("east", 10), ("west", 5)):
        give(world, NOW - DAY - 30 * MINUTE, value, region)
        give(world, NOW - 30 * MINUTE - HOUR, value * 2, region)
    whole_, *parts = readings.every(world.organisation.id, world.program, NOW)["complaints"]
    assert whole_.mean == 90
    assert [(part.of, part.mean) for part in parts] == [("east", 60), ("west", 30)]


@pytest.mark.row("DET-08")
def test_a_typed_mean_overrides_the_computed_one(world: World) -> None:
    give(world, NOW - DAY - 30 * MINUTE, 10)
    give(world, NOW - HOUR, 10)
    assert whole(world).mean == 60
    samples.set_baseline(world.organisation.id, "complaints", Decimal(200), "per_x")
    assert (whole(world).mean, whole(world).how) == (200, None)


@pytest.mark.row("DET-02", "DET-08")
def test_a_peak_over_the_computed_mean_begins_the_preparatory_response(world: World) -> None:
    for back in range(1, 8):
        give(world, NOW - back * DAY - 30 * MINUTE, 10, over=5 * MINUTE)
    for minute, value in ((-5, 13), (0, 14)):
        given = [Given("complaints", NOW + minute * MINUTE, Decimal(value), 5 * MINUTE)]
        samples.record(world.organisation.id, given, "per_x")
        signals.run_once()
        assert Incident.objects.count() == (1 if value == 14 else 0)


@pytest.mark.row("DET-08")
def test_the_past_that_is_handed_in_counts_soon_after(world: World, clock) -> None:
    give(world, NOW - HOUR, 10)
    assert whole(world).mean is None
    give(world, NOW - DAY - 30 * MINUTE, 10)
    clock.shift(baselines.AGAIN_AFTER)
    assert whole(world).mean == 60
    assert measured.load(world.organisation.id, world.program, NOW - HOUR)["complaints"].mean_at(NOW) == 60
