"""Watches: samples to edges, by sample time, with windows, baselines and silence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.engine.expressions import UNKNOWN, Call, Compare, Literal, SignalRead
from tocsin.engine.program import Program, Signal, Watch
from tocsin.engine.spelling import spell
from tocsin.engine.watch import Sample, edges, reading, series

START = datetime(2025, 6, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def minutes(number):
    return START + timedelta(minutes=number)


def gauge(*values, first=0, every=1):
    return [Sample(minutes(first + index * every), Decimal(str(value))) for index, value in enumerate(values)]


def signal(kind="gauge", **more):
    return Signal(id="load", title={}, cite=(), kind=kind, **more)


def program(test, of):
    watch = Watch(spell(test), test, ("load",))
    return Program(id="p", version="1", hash="", language="en", timezone="UTC", title={}, signals={"load": of}, watches={watch.id: watch})


def over(limit):
    return Compare(">", SignalRead("load", "now"), Literal(Decimal(limit)))


@pytest.mark.row("CLK-09")
def test_an_edge_lies_at_the_sample_that_turned_it():
    known = {"load": series(gauge(1, 9, 9, 2, 9))}
    found = edges(program(over(5), signal()), known, {}, None, minutes(4))
    assert [(edge.value, edge.since) for edge in found] == [
        (False, minutes(0)),
        (True, minutes(1)),
        (False, minutes(3)),
        (True, minutes(4)),
    ]


@pytest.mark.row("CLK-09")
def test_a_gap_in_the_data_is_an_edge_to_unknown_never_to_no_fault():
    known = {"load": series([*gauge(9, 9, 9), *gauge(9, first=20)])}
    found = edges(program(over(5), signal()), known, {}, None, minutes(30))
    # Three intervals of a minute after the sample at 2, and after the one at 20: the gap itself does not say how often data comes.
    assert [(edge.value, edge.since) for edge in found] == [
        (True, minutes(0)),
        (None, minutes(5)),
        (True, minutes(20)),
        (None, minutes(23)),
    ]


def test_an_edge_carries_the_readings_behind_it():
    known = {"load": series(gauge(9))}
    (edge,) = edges(program(over(5), signal()), known, {}, None, minutes(0))
    assert edge.seen == {"load.now": "9.00"}


def test_a_count_covers_its_window_from_samples_that_do_not_overlap():
    rolling = series([Sample(minutes(m), Decimal(85), HOUR) for m in range(60)], Decimal(100))
    count = signal("count", window=HOUR, has_baseline=True)
    assert reading(count, rolling, "level", None, minutes(59)) == Decimal(85)
    quarters = series([Sample(minutes(15 * n), Decimal(10), timedelta(minutes=15)) for n in range(9)], Decimal(50))
    assert reading(count, quarters, "now", None, minutes(120)) == Decimal(40)
    assert reading(count, quarters, "excess", None, minutes(120)) == Decimal(-20)
    assert reading(count, quarters, "now", timedelta(minutes=5), minutes(120)).quantize(Decimal("0.01")) == Decimal("3.33")


def test_without_samples_or_baseline_a_reading_is_unknown():
    assert reading(signal(), series([]), "now", None, START) is UNKNOWN
    assert reading(signal(), series(gauge(9)), "excess", None, START) is UNKNOWN


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_the_edges_do_not_depend_on_how_the_samples_arrive(values, chance: Random):
    """Watching in many small steps gives the same edges as watching once."""
    plan, known = program(over(5), signal()), {"load": series(gauge(*values))}
    whole = edges(plan, known, {}, None, minutes(len(values)))
    steps, before, after = [], {}, None
    while after is None or after < minutes(len(values)):
        until = min((after or START) + timedelta(minutes=chance.randint(1, 9)), minutes(len(values)))
        found = edges(plan, known, before, after, until)
        steps += found
        before |= {edge.watch: edge for edge in found}
        after = until
    assert tuple(steps) == whole


@pytest.mark.row("CLK-09")
def test_two_sources_that_report_in_turn_are_one_feed_that_never_falls_silent():
    one = gauge(*[9] * 12, every=5)
    other = [replace(sample, at=sample.at + timedelta(seconds=10)) for sample in one]
    found = edges(program(over(5), signal()), {"load": series([*one, *other])}, {}, None, one[-1].at)
    assert [edge.value for edge in found if edge.since > minutes(10)] == []
    assert found[-1].value is True


# ------------------------------------------------------------------ labels, silence, rosters


def labelled(label, *values, over=timedelta(), first=0):
    return [Sample(minutes(first + index), Decimal(str(value)), over, (("line", label),)) for index, value in enumerate(values)]


def each_line(test, of):
    watch = Watch(f"{spell(test)} each line", test, ("load",), "line")
    return Program(id="p", version="1", hash="", language="en", timezone="UTC", title={}, signals={"load": of}, watches={watch.id: watch})


@pytest.mark.row("DET-03")
def test_each_value_of_a_label_has_edges_of_its_own():
    known = {"load": series([*labelled("a", 1, 9, 9), *labelled("b", 9, 9, 1)])}
    found = edges(each_line(over(5), signal()), known, {}, None, minutes(2))
    assert [(edge.watch, edge.value, edge.since) for edge in found if edge.watch.endswith("[a]")] == [
        ("load.now > 5 each line[a]", False, minutes(0)),
        ("load.now > 5 each line[a]", True, minutes(1)),
    ]
    assert [(edge.value, edge.since) for edge in found if edge.watch.endswith("[b]")] == [(True, minutes(0)), (False, minutes(2))]


@pytest.mark.row("DET-08")
def test_over_several_labels_counts_add_up_and_gauges_are_averaged():
    minute = timedelta(minutes=1)
    calls = series([*labelled("a", 3, 3, over=minute), *labelled("b", 5, 5, over=minute)])
    assert reading(signal("count", window=2 * minute), calls, "now", None, minutes(1)) == 16
    loads = series([*labelled("a", 10, 10), *labelled("b", 30, 50)])
    assert reading(signal(), loads, "now", None, minutes(1)) == 30


@pytest.mark.row("DET-11")
def test_one_line_that_falls_silent_is_unknown_while_the_others_go_on():
    known = {"load": series([*labelled("a", 9, 9, 9), *labelled("b", *[1] * 30)])}
    found = edges(each_line(over(5), signal()), known, {}, None, minutes(29))
    assert [(edge.value, edge.since) for edge in found if edge.watch.endswith("[a]")] == [(True, minutes(0)), (None, minutes(5))]


@pytest.mark.row("DET-11")
def test_silence_itself_is_watched():
    test = Call("silent", ())
    watch = Watch("silent()", test, ("load",))
    watched = replace(program(over(5), signal()), watches={"silent()": watch})
    known = {"load": series([*gauge(9, 9, 9), *gauge(9, first=20)])}
    assert [(edge.value, edge.since) for edge in edges(watched, known, {}, None, minutes(21))] == [
        (False, minutes(0)),
        (True, minutes(5)),
        (False, minutes(20)),
    ]


def test_what_no_sample_tells_is_left_to_whoever_knows():
    watched = replace(program(over(5), signal()), watches={"covered": Watch("covered", Call("covered", ()), ())})
    assert edges(watched, {"load": series(gauge(9))}, {}, None, minutes(5)) == ()


@pytest.mark.row("DET-02")
def test_a_peak_is_held_against_the_mean_in_proportion_to_its_window():
    five = timedelta(minutes=5)
    peak = series([Sample(minutes(5), Decimal(13), five)], Decimal(120))
    calls = signal("count", window=HOUR)
    assert reading(calls, peak, "excess", five, minutes(5)) == 30
    assert reading(calls, peak, "mean", None, minutes(5)) == 120


def test_single_things_counted_are_summed_and_never_silent():
    calls = series([Sample(minutes(index), Decimal(1)) for index in (0, 1, 2, 30)])
    assert reading(signal("count", window=HOUR), calls, "now", None, minutes(59)) == 4
