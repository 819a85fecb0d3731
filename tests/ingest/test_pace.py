"""How much the follower takes at once, and how it leaves the write gate to whoever answers a sender."""

import pytest

from tocsin.ingest import pace
from tocsin.ingest.pace import Pace, Written


@pytest.mark.row("I11")
@pytest.mark.parametrize(("wanted", "hold_s"), [(True, pace.HOLD_S), (False, pace.HOLD_ALONE_S)])
def test_turns_shrink_while_writing_is_slow_and_grow_again(wanted: bool, hold_s: float) -> None:
    own = Pace(100, 1600)
    assert own.size == 200
    for _ in range(20):
        own.took(Written(2 * hold_s, wanted))
    assert own.size == 100
    for _ in range(100):
        own.took(Written(hold_s / 2, wanted))
    assert own.size == 1600


@pytest.mark.row("I11")
def test_a_turn_that_somebody_waits_for_is_shorter_than_one_that_nobody_does() -> None:
    assert pace.HOLD_S < pace.HOLD_ALONE_S
    own = Pace(100, 1600)
    own.took(Written(2 * pace.HOLD_S))
    assert own.size == 300
    own.took(Written(2 * pace.HOLD_S, wanted=True))
    assert own.size == 150


@pytest.mark.row("I11")
def test_the_gate_is_left_to_whoever_waits_there_for_three_times_as_long_as_it_was_held() -> None:
    own = Pace(100, 1600)
    own.took(Written(0.02))
    assert own.owed_s() == 0, "nobody waited"
    own.took(Written(0.08, wanted=True))
    assert 0.16 < own.owed_s() <= 0.24
    own.took(Written(0.24, wanted=True), behind_s=2)
    assert 0.16 < own.owed_s() <= 0.24, "who is behind takes half"
    own.took(Written(20, wanted=True))
    assert own.owed_s() <= pace.REST_MAX_S, "a disk that stood still is not waited for once more"
    own.took(Written(0.02, wanted=True))
    own.make_way()
    assert own.owed_s() == 0
