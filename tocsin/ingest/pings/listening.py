"""
Our own downtime: while no process answered senders, nobody's ping could come, and so nobody was late (F-35).

Processes that answer beat; after a gap every check is given as much more time as nobody was there.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from tocsin.ingest.models import Check, Listening
from tocsin.kit import clock, transactions

EVERY_S: Final = 2.0
NOTICED_AFTER: Final = timedelta(seconds=6)


class Pulse:
    """The heartbeat as one process gives it. Only the process knows a clock that was set from a time in which nobody answered."""

    def __init__(self) -> None:
        self._beaten_at: float | None = None

    def run_once(self) -> bool:
        """Say that senders are answered now; for a loop."""
        transactions.retry(lambda: self.beat(clock.now()))
        return False

    def beat(self, now: datetime) -> None:
        """Say that senders are answered at `now`; after a gap every deadline moves by it."""
        running = clock.running()
        away = None if self._beaten_at is None else timedelta(seconds=running - self._beaten_at)
        with transaction.atomic():
            known, new = Listening.objects.select_for_update().get_or_create(id=1, defaults={"at": now})
            gap = now - known.at if away is None else min(now - known.at, away)
            if not new and gap > NOTICED_AFTER:
                Check.objects.filter(due_at__gt=known.at).update(due_at=F("due_at") + gap)
            Listening.objects.filter(id=1).update(at=now)
        self._beaten_at = running


def anybody(now: datetime) -> bool:
    """Return whether some process answers senders, as far as one can know."""
    return Listening.objects.filter(id=1, at__gt=now - NOTICED_AFTER).exists()
