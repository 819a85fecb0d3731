"""Token buckets: what was saved up comes at once, then no more than was agreed, and nobody else is kept back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ingest import rates
from tocsin.ingest.rates import Buckets

ONE, OTHER = UUID(int=1), UUID(int=2)


class Seconds:
    """A clock that is wound by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.row("F-27")
def test_a_minutes_worth_comes_at_once_and_then_one_as_each_is_earned():
    seconds = Seconds()
    buckets = Buckets(seconds)
    assert [buckets.wait_s(ONE, 6) for _ in range(8)] == [0, 0, 0, 0, 0, 0, 10, 10]
    assert buckets.wait_s(OTHER, 1) == 0
    seconds.now += 10
    assert [buckets.wait_s(ONE, 6) for _ in range(2)] == [0, 10]
    seconds.now += 600
    assert [buckets.wait_s(ONE, 6) for _ in range(7)] == [0] * 6 + [10]


@pytest.mark.row("F-27")
@given(st.integers(1, 120), st.lists(st.floats(0, 30), max_size=60))
def test_over_any_time_no_more_comes_than_was_agreed(per_minute, pauses):
    seconds = Seconds()
    buckets, come = Buckets(seconds), 0
    for pause in pauses:
        seconds.now += pause
        come += buckets.wait_s(ONE, per_minute) == 0
    assert come <= per_minute * (1 + sum(pauses) / 60) + 1e-6


def test_whoever_is_told_to_wait_is_let_in_after_that():
    seconds = Seconds()
    buckets = Buckets(seconds)
    while not (wait_s := buckets.wait_s(ONE, 7)):
        pass
    seconds.now += wait_s
    assert buckets.wait_s(ONE, 7) == 0


def test_buckets_that_are_full_again_are_forgotten(monkeypatch):
    monkeypatch.setattr(rates, "SIZE", 2)
    seconds = Seconds()
    buckets = Buckets(seconds)
    for number in range(3):
        assert buckets.wait_s(UUID(int=number), 1) == 0
    assert buckets.wait_s(UUID(int=0), 1) == 60, "none that is not full is forgotten"
    seconds.now += 61
    assert buckets.wait_s(UUID(int=9), 1) == 0
    assert buckets._full_at.keys() == {UUID(int=9)}
