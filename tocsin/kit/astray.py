"""Whether this host's clock agrees with the database's. Hosts that share one must agree on the time, or a clock falls due on one before its time."""

import threading
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from tocsin.kit import clock

APART_MAX: Final = timedelta(seconds=10)
"""Less than a lease: so far apart, hosts only do some work twice."""
LOOKS_EVERY_S: Final = 5.0

_mutex = threading.Lock()
_looked_at = float("-inf")


class ClockAstray(Exception):  # noqa: N818 - it says what is wrong
    """This host's clock is not the database's: set it right. Until then nothing falls due here."""


def look() -> bool:
    """
    Return at once if the clock was found right a moment ago or is found so now; nothing more to do. On SQLite there is one clock.

    :raises ClockAstray: it is not.
    """
    global _looked_at  # noqa: PLW0603 - one clock per process is the point
    with _mutex:
        if connection.vendor == "postgresql" and clock.monotonic() - _looked_at >= LOOKS_EVERY_S:
            apart = _apart()
            if apart > APART_MAX:
                raise ClockAstray(f"{apart.total_seconds():.0f} s from the database's clock")
            _looked_at = clock.monotonic()
    return False


def _apart() -> timedelta:
    """Return how far this clock is at least from the database's: its answer was true at some instant while we waited."""
    before = clock.wall()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return max(before - there, there - clock.wall(), timedelta())
