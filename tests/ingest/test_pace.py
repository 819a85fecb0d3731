"""How much the follower takes at once, and how it leaves the write gate to whoever answers a sender."""

import pytest

from tocsin.ingest import follower


@pytest.mark.row("I11")
def test_turns_shrink_while_writing_is_slow_and_grow_again():
    pace = follower.Pace()
    begun = pace.bytes_max
    for _ in range(20):
        pace.took(follower.Written(2 * follower.HOLD_S))
    assert pace.bytes_max == follower.BYTES_MIN < begun
    for _ in range(100):
        pace.took(follower.Written(follower.HOLD_S / 2))
    assert pace.bytes_max == follower.BYTES_MAX


@pytest.mark.row("I11")
def test_the_gate_is_left_to_whoever_waits_there_for_three_times_as_long_as_it_was_held():
    pace = follower.Pace()
    pace.took(follower.Written(0.02))
    assert pace.owed_s() == 0, "nobody waited"
    pace.took(follower.Written(20, wanted=True))
    assert 50 < pace.owed_s() <= 60
    pace.took(follower.Written(20, wanted=True), behind_s=2)
    assert 10 < pace.owed_s() <= 20, "who is behind takes half"
    pace.took(follower.Written(0.02, wanted=True))
    pace.make_way()
    assert pace.owed_s() == 0
