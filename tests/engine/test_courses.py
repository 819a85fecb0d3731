"""What was measured while an incident ran: its mean and its peak, how far it was from the usual, and how long until it was back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tocsin.engine.courses import course
from tocsin.engine.program import Program, Signal
from tocsin.engine.watch import Sample, series

MINUTE = timedelta(minutes=1)
BEGIN = datetime(2025, 6, 10, 9, tzinfo=UTC)


def of(kind, values, mean=None, better="", every=1, last=None):
    """Run one signal whose value at each step is given, None for a step without a sample."""
    signal = Signal(id="it", title={}, cite=(), kind=kind, window=every * MINUTE if kind == "count" else None, better=better)
    program = Program(id="p", version="1", hash="", language="en", timezone="UTC", title={}, signals={"it": signal})
    over = every * MINUTE if kind == "count" else timedelta()
    found = [Sample(BEGIN + step * every * MINUTE, Decimal(str(value)), over) for step, value in enumerate(values, 1) if value is not None]
    end = BEGIN + (last or len(values)) * every * MINUTE
    return course(program, signal, series(found, None if mean is None else Decimal(mean)), BEGIN, end)


@pytest.mark.row("KPI-04")
def test_complaints_have_a_peak_an_excess_and_a_time_to_return():
    found = of("count", [10, 9, 15, 30, 12, 10, 8], mean=10, better="down", every=10)
    assert (found.peak, found.peak_at) == (30, BEGIN + 40 * MINUTE)
    assert found.excess == 200
    assert (found.off_since, found.back_at, found.off_for) == (BEGIN + 30 * MINUTE, BEGIN + 60 * MINUTE, 30 * MINUTE)
    assert found.mean == Decimal(94) / 7


@pytest.mark.row("KPI-04")
def test_what_has_not_come_back_has_no_time_to_return():
    found = of("count", [10, 15, 30, 12], mean=10, better="down", every=10)
    assert (found.off_since, found.back_at, found.off_for) == (BEGIN + 20 * MINUTE, None, None)


@pytest.mark.row("KPI-04", "DET-11")
def test_a_silent_feed_has_not_come_back():
    found = of("gauge", [5, 20, None, None, None, None, None, 20, 5], mean=5, better="down")
    assert (found.off_since, found.back_at) == (BEGIN + 2 * MINUTE, BEGIN + 9 * MINUTE)
    assert of("gauge", [5, 20], mean=5, better="down", last=30).back_at is None


def test_what_should_be_high_is_worst_where_it_is_lowest():
    found = of("gauge", [99, 60, 80, 99, 99.5], mean=99, better="up")
    assert (found.peak, found.peak_at, found.back_at) == (60, BEGIN + 2 * MINUTE, BEGIN + 4 * MINUTE)
    assert round(found.excess, 1) == Decimal("-39.4")


@pytest.mark.row("KPI-07")
def test_a_wait_without_a_usual_has_a_mean_and_a_peak_alone():
    found = of("gauge", [60, 600, None, None, 300])
    assert (found.samples, found.mean, found.peak, found.excess) == (3, 320, 600, None)


def test_what_never_left_its_usual_never_came_back():
    found = of("gauge", [4, 5, 3], mean=5, better="down")
    assert (found.excess, found.off_since, found.back_at) == (0, None, None)


def test_nothing_heard_is_no_course():
    assert of("gauge", [None, None]) is None
