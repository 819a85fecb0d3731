"""How long to wait before the next attempt, and when to stop trying. Pure."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

FIRST: Final = timedelta(seconds=5)
FACTOR: Final = 3
# An urgent message wakes somebody: it is tried often and given up early enough that another way can still be taken.
LONGEST: Final = {True: timedelta(minutes=1), False: timedelta(minutes=30)}
GIVE_UP_AFTER: Final = {True: timedelta(hours=1), False: timedelta(hours=24)}
ASKED_LONGEST: Final = timedelta(hours=1)
SPREAD: Final = 0.2


def next_attempt_at(
    *, created_at: datetime, now: datetime, attempts: int, urgent: bool, delivery: UUID, retry_after_s: float | None = None
) -> datetime | None:
    """
    Return when to try again after `attempts` that nobody answered, or nothing if it is time to give up.

    Waits grow threefold and are spread by a fifth, so that a crowd does not come back as one. The other side's own wish is honoured
    up to an hour.
    """
    wait = min(FIRST * FACTOR ** min(attempts - 1, 20), LONGEST[urgent]) * _spread(delivery, attempts)
    if retry_after_s is not None:
        wait = max(wait, min(timedelta(seconds=retry_after_s), ASKED_LONGEST))
    last = created_at + GIVE_UP_AFTER[urgent]
    return now + wait if now + wait <= last else None


def _spread(delivery: UUID, attempts: int) -> float:
    """The last bits of the id were drawn by chance; each attempt uses others of them."""
    bits = (delivery.int >> (attempts % 6) * 8) & 0xFF
    return 1 - SPREAD + 2 * SPREAD * bits / 255
