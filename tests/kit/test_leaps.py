"""A clock on the wall that is set while a process goes by it: small steps are followed, a leap forward is believed at its second reading."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.kit.leaps import BELIEVED_AFTER_S, Guard

NOON = datetime(2026, 10, 12, 12, tzinfo=UTC)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@dataclass
class Host:
    """A machine with a clock that can be set."""

    wall: datetime = NOON
    running: float = 1000.0
    guard: Guard = field(init=False)

    def __post_init__(self) -> None:
        self.guard = self.watch()

    def watch(self) -> Guard:
        """Return the guard of a process that begins now."""
        return Guard(lambda: self.wall.timestamp(), lambda: self.running)  # noqa: PLW0108 - the wall is another instant each time

    def pass_by(self, span: timedelta) -> None:
        self.wall += span
        self.running += span.total_seconds()

    def set(self, by: timedelta) -> None:
        self.wall += by


@pytest.mark.row("F-11")
def test_a_leap_forward_is_believed_at_its_second_reading() -> None:
    host = Host()
    host.set(HOUR)
    host.pass_by(SECOND)
    assert (host.guard.look(), host.guard.now()) == (None, NOON + SECOND)
    host.pass_by(timedelta(seconds=BELIEVED_AFTER_S) - SECOND)
    assert host.guard.look() is None
    host.pass_by(SECOND)
    leap = host.guard.look()
    assert leap is not None
    assert (leap.until - leap.since, leap.forward) == (HOUR, True)
    assert host.guard.now() < NOON + MINUTE, "it is to be written down first"
    host.guard.believe()
    assert (host.guard.now(), host.guard.look()) == (host.wall, None)


@pytest.mark.row("F-11")
def test_a_leap_that_is_taken_back_in_time_was_none() -> None:
    host = Host()
    host.set(HOUR)
    assert host.guard.look() is None
    host.set(-HOUR)
    host.pass_by(timedelta(seconds=BELIEVED_AFTER_S))
    assert host.guard.look() is None
    host.set(2 * HOUR)
    assert host.guard.look() is None, "another leap has a first reading of its own"
    assert host.guard.now() == NOON + timedelta(seconds=BELIEVED_AFTER_S)


@pytest.mark.row("F-11")
def test_a_leap_backward_is_believed_at_once() -> None:
    host = Host()
    host.set(-HOUR)
    leap = host.guard.look()
    assert leap is not None
    assert (leap.until - leap.since, leap.forward) == (-HOUR, False)
    host.guard.believe()
    assert host.guard.now() == NOON - HOUR


@pytest.mark.parametrize("by", [MINUTE - SECOND, SECOND - MINUTE])
def test_what_is_no_more_than_a_minute_is_followed_and_no_leap(by: timedelta) -> None:
    host = Host()
    for _ in range(5):
        host.set(by)
        host.pass_by(SECOND)
        assert (host.guard.now(), host.guard.look()) == (host.wall, None)


def test_a_belief_that_could_not_be_written_down_is_taken_back() -> None:
    host = Host()
    host.set(-HOUR)
    host.guard.believe()
    host.guard.doubt()
    assert host.guard.now() == NOON
    assert host.guard.look() is not None
