"""Series of other systems become samples, by the rules of an administrator: the same again, late or in any order, comes to the same."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.world import World
from tocsin.incidents import series
from tocsin.incidents.models import Sample, SeriesRule, Unmapped
from tocsin.ingest.metrics import Point
from tocsin.kit import clock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def now(world: World, clock) -> datetime:
    clock.freeze(clock.now().replace(microsecond=0))
    return clock.now()


def rule(world: World, name: str, signal: str, **fields: object) -> SeriesRule:
    return SeriesRule.objects.create(
        organisation=world.organisation, name=name, signal=signal, by="per_x", at=clock.now(), **{"labels": {"region": "region"}, **fields}
    )


def take(world: World, *points: Point) -> series.Taken:
    return series.take(world.organisation.id, points, "per_x")


def kept() -> list[tuple[str, datetime, Decimal, int, str]]:
    return list(Sample.objects.order_by("at", "labels").values_list("signal", "at", "value", "over_s", "labels"))


@pytest.mark.row("DET-01")
def test_a_series_is_the_signal_that_its_rule_says_with_the_labels_of_the_plan(world: World, now: datetime) -> None:
    rule(world, "success_ratio", "call_success", factor=100, matching={"service": "hotline"})
    points = [Point("success_ratio", {"region": "east", "service": of, "pod": "a"}, now, 0.9925) for of in ("hotline", "web")]
    assert take(world, *points).kept == 1
    assert kept() == [("call_success", now, Decimal("99.25"), 0, '{"region":"east"}')]


def test_what_no_rule_reads_is_passed_over_and_its_name_is_listed(world: World, now: datetime) -> None:
    assert take(world, Point("up", {"job": "x"}, now, 1.0)) == series.Taken(0, ["up"], [])
    assert Unmapped.objects.get(organisation=world.organisation).labels == {"job": "x"}
    take(world, *(Point(f"name_{number:04}", {}, now, 1.0) for number in range(series.UNMAPPED_MAX + 50)))
    assert Unmapped.objects.count() <= series.UNMAPPED_MAX


@pytest.mark.row("DET-01")
def test_what_a_counter_has_grown_by_is_the_same_in_whatever_order_it_comes(world: World, now: datetime) -> None:
    rule(world, "complaints_total", "complaints", reading="increase")
    values = [100.0, 107.0, 107.0, 121.0, 4.0, 9.0]  # it began anew before the fifth
    points = [Point("complaints_total", {"region": "east"}, now - (9 - place) * MINUTE, value) for place, value in enumerate(values)]
    grown = [
        ("complaints", now - (9 - place) * MINUTE, Decimal(value), 60, '{"region":"east"}')
        for place, value in ((1, 7), (2, 0), (3, 14), (4, 4), (5, 5))
    ]
    take(world, *points)
    assert kept() == grown
    for seed in range(4):
        Sample.objects.all().delete()
        series.CounterReading.objects.all().delete()
        shuffled = [*points, *points]
        Random(seed).shuffle(shuffled)
        for point in shuffled:
            take(world, point)
        assert kept() == grown


@pytest.mark.row("DET-01")
def test_a_value_of_a_counter_that_comes_after_its_neighbours_are_forgotten_counts_nothing_twice(world: World, now: datetime) -> None:
    rule(world, "complaints_total", "complaints", reading="increase")
    begins = now - series.COUNTERS_KEPT - timedelta(hours=2)
    points = [Point("complaints_total", {"region": "east"}, begins + place * timedelta(hours=1), 100.0 + place) for place in range(51)]
    for point in points:
        take(world, point)
    grown = kept()
    assert sum(value for _, _, value, _, _ in grown) == 50
    assert take(world, Point("complaints_total", {"region": "east"}, begins - timedelta(hours=3), 40.0)).kept == 0
    assert kept() == grown


def test_a_series_that_has_ended_and_no_finite_number_are_passed_over(world: World, now: datetime) -> None:
    rule(world, "success", "call_success")
    ended = [Point("success", {"region": region}, now, value) for region, value in (("a", float("nan")), ("b", float("inf")))]
    assert take(world, *ended) == series.Taken(0, [], [])


def test_of_two_series_for_one_place_one_counts_and_the_other_is_named(world: World, now: datetime) -> None:
    rule(world, "success", "call_success")
    pods = {pod: Point("success", {"region": "east", "pod": pod}, now, value) for pod, value in (("a", 99.0), ("b", 50.0))}
    taken = take(world, *pods.values())
    assert (taken.kept, len(taken.problems)) == (1, 1)
    assert 'pod="b"' in taken.problems[0]
    assert take(world, pods["b"]).kept == 0
    assert [row.value for row in Sample.objects.all()] == [99]
    clock.shift(series.QUIET)
    assert take(world, Point("success", pods["b"].labels, clock.now(), 50.0)).kept == 1


def test_a_counter_that_takes_the_place_of_another_has_not_grown_by_their_difference(world: World, now: datetime) -> None:
    rule(world, "complaints_total", "complaints", reading="increase")
    take(world, *(Point("complaints_total", {"region": "east", "pod": "a"}, now - ago * MINUTE, 10.0) for ago in (2, 1)))
    clock.shift(series.QUIET)
    new = [Point("complaints_total", {"region": "east", "pod": "b"}, clock.now() - ago * MINUTE, 5000.0 + 3 - ago) for ago in (1, 0)]
    take(world, *new)
    assert [value for _, _, value, _, _ in kept()] == [0, 1]


def test_what_cannot_be_taken_keeps_nothing_else_back(world: World, now: datetime) -> None:
    rule(world, "success", "call_success")
    rule(world, "lost", "colour", labels={})
    ahead = Point("success", {"region": "a"}, now + timedelta(hours=1), 1.0)
    huge = Point("success", {"region": "b"}, now, 1e300)
    taken = take(world, ahead, huge, Point("lost", {}, now, 1.0), Point("success", {"region": "c"}, now, 99.0))
    assert taken.kept == 1
    assert [problem.rpartition(": ")[2] for problem in map(str, taken.problems[:2])] == [
        "this instant has not come yet",
        "this value is too large to be kept",
    ]
    assert len(taken.problems) == 3


@pytest.mark.row("I8")
def test_rules_of_another_organisation_read_nothing_here(world: World, now: datetime) -> None:
    rule(world, "success", "call_success")
    assert series.take(world.elsewhere.id, [Point("success", {"region": "a"}, now, 1.0)], "per_x").kept == 0
