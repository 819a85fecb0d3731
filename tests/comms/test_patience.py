"""Waiting between attempts: longer each time, never in step with others, never for ever."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.comms.conftest import NOON
from tocsin.comms.patience import GIVE_UP_AFTER, LONGEST, SPREAD, next_attempt_at
from tocsin.kit import ids


def waits(*, urgent: bool) -> list[timedelta]:
    """Return every wait of one delivery that nobody ever answers."""
    now, attempts, found, delivery = NOON, 1, [], ids.new()
    while (then := next_attempt_at(created_at=NOON, now=now, attempts=attempts, urgent=urgent, delivery=delivery)) is not None:
        found.append(then - now)
        now, attempts = then, attempts + 1
    return found


def test_waits_grow_to_their_longest_and_end():
    for urgent in (True, False):
        found = waits(urgent=urgent)
        assert found[0] <= timedelta(seconds=6)
        assert all(later > earlier for earlier, later in pairwise(found[:3]))
        assert max(found) <= LONGEST[urgent] * (1 + SPREAD)
        assert sum(found, timedelta()) <= GIVE_UP_AFTER[urgent]
        assert sum(found, timedelta()) > GIVE_UP_AFTER[urgent] * 0.9


@given(st.integers(1, 60), st.booleans(), st.uuids(), st.none() | st.floats(0, 1e9))
def test_whatever_is_asked_the_next_attempt_is_later_and_in_time(attempts, urgent, delivery, retry_after_s):
    then = next_attempt_at(created_at=NOON, now=NOON, attempts=attempts, urgent=urgent, delivery=delivery, retry_after_s=retry_after_s)
    assert then is None or NOON < then <= NOON + GIVE_UP_AFTER[urgent]


def test_a_crowd_does_not_come_back_as_one():
    crowd = {next_attempt_at(created_at=NOON, now=NOON, attempts=3, urgent=False, delivery=ids.new()) for _ in range(200)}
    assert len(crowd) > 80
