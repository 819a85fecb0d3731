"""The only reader of time. Tests move it; everything else is handed a time or asks here."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_shifted = timedelta()
_frozen: datetime | None = None
_read: Callable[[], datetime]


def wall() -> datetime:
    """Return what this machine's clock shows, aware, UTC: to be compared with other clocks, never to be worked by. Not moved by tests."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that never run backwards, for measuring how long something takes. Not moved by tests."""
    return time.monotonic()


def running() -> float:
    """Return seconds that never run backwards and that count while the machine sleeps. Not moved by tests."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def now() -> datetime:
    """Return the present instant, aware, UTC."""
    return (_frozen or _read()) + _shifted


def read_by(reader: Callable[[], datetime] = wall) -> None:
    """Let a `reader` say what time it is (`leaps.py`)."""
    global _read  # noqa: PLW0603 - one clock per process is the point
    _read = reader


def shift(by: timedelta) -> None:
    """Move time by `by`, on top of what it was moved already."""
    global _shifted  # noqa: PLW0603 - one clock per process is the point
    _shifted += by


def freeze(at: datetime) -> None:
    """Stop time at `at`; `shift` still moves it."""
    global _frozen, _shifted
    _frozen, _shifted = at, timedelta()


def reset() -> None:
    """Let time be time again."""
    global _frozen, _shifted
    _frozen, _shifted = None, timedelta()


read_by()
