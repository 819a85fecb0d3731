"""Baselines: the mean of the same hours of the days before, exact over missing hours, days of incidents and the days on which clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.engine.baselines import mean, step_of, steps, stretches
from tocsin.engine.program import Baseline, Signal
from tocsin.engine.watch import Sample

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RULE = Baseline(days=3, same_hour=True, same_scope=True, without_incidents=True)
CALLS = Signal(id="calls", title={}, cite=(), kind="count", window=HOUR, baseline=RULE)
LOAD = Signal(id="load", title={}, cite=(), kind="gauge", baseline=RULE)
NOW = datetime(2025, 6, 10, 10, 20, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def counted(day, value, hour=10, every=10, labels=()):
    """One hour of counts of ten minutes each, on a day of June."""
    begin = datetime(2025, 6, day, hour, tzinfo=UTC)
    return [Sample(begin + n * every * MINUTE, Decimal(value), every * MINUTE, labels) for n in range(1, 60 // every + 1)]


@pytest.mark.row("DET-08", "X-40")
def test_a_count_is_held_against_the_same_hour_of_the_days_before_with_the_number_of_samples():
    samples = [*counted(7, 10), *counted(8, 20), *counted(9, 30), *counted(9, 999, hour=11), *counted(6, 999)]
    found = mean(CALLS, samples, NOW, "UTC")
    assert found is not None
    assert (found.value, found.samples, found.days, found.of_days) == (120, 18, 3, 3)


@pytest.mark.row("DET-08")
def test_a_missing_hour_is_no_zero():
    found = mean(CALLS, [*counted(7, 10), *counted(9, 30)[:3]], NOW, "UTC")
    assert found is not None
    assert (found.value, found.samples, found.days) == (Decimal(60 + 90) / Decimal("1.5"), 9, 2)


@pytest.mark.row("DET-08")
def test_days_with_incidents_are_left_out_and_counted():
    samples = [*counted(7, 10), *counted(8, 500), *counted(9, 30)]
    found = mean(CALLS, samples, NOW, "UTC", left_out={date(2025, 6, 8), date(2025, 5, 1)})
    assert found is not None
    assert (found.value, found.days, found.left_out) == (120, 2, 1)


@pytest.mark.row("DET-08")
def test_counts_of_several_regions_add_up_each_over_the_time_it_was_heard():
    east, west = (("region", "east"),), (("region", "west"),)
    samples = [*counted(8, 10, labels=east), *counted(9, 10, labels=east), *counted(9, 5, labels=west)]
    found = mean(CALLS, samples, NOW, "UTC")
    assert found is not None
    assert found.value == 60 + 30


def test_counts_over_a_sliding_hour_are_not_counted_sixty_times():
    begin = datetime(2025, 6, 9, 10, 30, tzinfo=UTC)
    found = mean(CALLS, [Sample(begin + n * MINUTE, Decimal(120), HOUR) for n in range(60)], NOW, "UTC")
    assert found is not None
    assert found.value == 120


@pytest.mark.row("DET-08")
def test_nothing_heard_is_no_mean():
    assert mean(CALLS, counted(9, 10, hour=15), NOW, "UTC") is None
    assert mean(replace(CALLS, baseline=None), counted(9, 10), NOW, "UTC") is None


@pytest.mark.row("DET-08")
def test_a_gauge_is_averaged_over_its_samples():
    samples = [Sample(datetime(2025, 6, 9, 10, n, tzinfo=UTC), Decimal(value)) for n, value in enumerate((1, 2, 6))]
    found = mean(LOAD, samples, NOW, "UTC")
    assert found is not None
    assert found.value == 3


@pytest.mark.row("DET-08")
def test_an_hour_that_a_day_skips_is_none_and_one_that_it_has_twice_is_two_hours_long():
    spring = datetime(2025, 3, 31, 0, 30, tzinfo=UTC)  # 02:30 by the clock, the day after it went forward at two
    assert [end - begin for begin, end in stretches(RULE, spring, BERLIN)] == [HOUR, HOUR]
    autumn = datetime(2025, 10, 27, 1, 30, tzinfo=UTC)  # 02:30, the day after it went back at three
    assert [end - begin for begin, end in stretches(RULE, autumn, BERLIN)] == [2 * HOUR, HOUR, HOUR]


@pytest.mark.row("DET-08")
def test_the_hour_of_the_wall_clock_counts_and_a_double_hour_does_not_double_the_mean():
    autumn = datetime(2025, 10, 27, 1, 30, tzinfo=UTC)
    times = [datetime(2025, 10, 25, 23, 0, tzinfo=UTC) + n * 10 * MINUTE for n in range(1, 31)]
    samples = [Sample(at, Decimal(10), 10 * MINUTE) for at in times]
    found = mean(CALLS, samples, autumn, BERLIN)
    assert found is not None
    assert (found.value, found.samples, found.days) == (60, 12, 1)


@pytest.mark.row("DET-08")
def test_whole_days_are_as_long_as_they_are():
    rule = replace(RULE, same_hour=False)
    spring = datetime(2025, 3, 31, 10, tzinfo=UTC)
    assert [(end - begin) // HOUR for begin, end in stretches(rule, spring, BERLIN)] == [23, 24, 24]
    assert step_of(rule, spring, BERLIN) == datetime(2025, 3, 30, 22, tzinfo=UTC)


def test_the_mean_changes_with_the_hour():
    found = list(steps(RULE, NOW, NOW + 2 * HOUR, "UTC"))
    assert found == [NOW.replace(hour=hour, minute=0) for hour in (10, 11, 12)]


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai")
TURNS = (datetime(2025, 3, 30, 12, tzinfo=UTC), datetime(2025, 10, 26, 12, tzinfo=UTC), datetime(2025, 11, 2, 18, tzinfo=UTC))


@pytest.mark.row("DET-08", "X-40")
@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    turn=st.sampled_from(TURNS),
    hours=st.integers(0, 47),
    missing=st.sets(st.integers(0, 6 * 24 * 5 - 1), max_size=200),
    same_hour=st.booleans(),
)
def test_it_is_what_one_finds_who_walks_through_every_ten_minutes_with_a_clock_on_the_wall(zone, turn, hours, missing, same_hour):
    """The oracle knows no stretches: it asks of each ten minutes what the wall clock said, and divides what was counted by how long that was."""
    rule = replace(RULE, same_hour=same_hour)
    now = turn + hours * HOUR
    begin = now - timedelta(days=5)
    begin = begin.replace(minute=0)
    walls = {n: (begin + (10 * n + 5) * MINUTE).astimezone(ZoneInfo(zone)) for n in range(6 * 24 * 5) if n not in missing}
    samples = [Sample(begin + (n + 1) * 10 * MINUTE, Decimal(n % 7), 10 * MINUTE) for n in walls]
    here = now.astimezone(ZoneInfo(zone))
    days = {here.date() - timedelta(days=back) for back in (1, 2, 3)}
    counted_in = [n for n, wall in walls.items() if wall.date() in days and (not same_hour or wall.hour == here.hour)]
    found = mean(replace(CALLS, baseline=rule), samples, now, zone)
    if not counted_in:
        assert found is None
        return
    assert found is not None
    assert found.samples == len(counted_in)
    assert found.value == Decimal(sum(n % 7 for n in counted_in)) * 6 / len(counted_in)
