"""Downtimes: a gap in the ticker's heartbeat is written down on every incident that was waiting for time to pass (I12, CLK-07)."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from tocsin.incidents.models import Heartbeat, Incident
from tocsin.kit import clock

BEAT_EVERY: Final = timedelta(seconds=1)
NOTICED_AFTER: Final = timedelta(seconds=5)
_NAME: Final = "ticker"


class Pulse:
    """The heartbeat as one process gives it. Only the process knows a clock that was set from a time that nobody watched."""

    def __init__(self) -> None:
        self._beaten_at: float | None = None

    def beat(self, now: datetime) -> bool:
        """
        Say that time is being watched at `now`; return whether it had not been for a while.

        Then every waiting incident is woken and learns since when. The older of two downtimes that nobody dealt with yet stays.
        """
        running = clock.running()
        watched = self._beaten_at is not None and running - self._beaten_at <= NOTICED_AFTER.total_seconds()
        self._beaten_at = running
        known = Heartbeat.objects.filter(name=_NAME).first()
        if known is not None and timedelta() <= now - known.at < BEAT_EVERY:
            return False
        with transaction.atomic():
            known, new = Heartbeat.objects.select_for_update().get_or_create(name=_NAME, defaults={"at": now})
            down = not new and not watched and now - known.at > NOTICED_AFTER
            if down:
                waiting = Incident.objects.filter(wake_at__isnull=False)
                waiting.filter(down_since=None).update(down_since=known.at)
                waiting.update(wake_at=Least(F("wake_at"), now))
            if known.at < now:
                Heartbeat.objects.filter(name=_NAME).update(at=now)
        return down


pulse = Pulse()
"""This process's own."""
