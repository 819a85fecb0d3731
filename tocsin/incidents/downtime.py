"""
Downtimes: a gap in the ticker's heartbeat is written down on every incident that was waiting for time to pass (I12, CLK-07).

Whoever locks an incident first tells it of a downtime. The ticker wakes all others, some at a time and when nothing else is due: a million
that wait neither hold anybody up nor come before what falls due meanwhile.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Least

from tocsin.incidents.models import Downtime, Heartbeat, Incident
from tocsin.incidents.times import incident_time
from tocsin.kit import clock

BEAT_EVERY: Final = timedelta(seconds=1)
NOTICED_AFTER: Final = timedelta(seconds=5)
PASS_MAX: Final = timedelta(minutes=1)
"""A pass may take so long under load, above all the first one after a start; whatever stood still for longer was not at work."""
_NAME: Final = "ticker"


class Pulse:
    """The heartbeat as one process gives it. Only the process knows a clock that was set from a time that nobody watched."""

    def __init__(self) -> None:
        self._beaten_at: float | None = None

    def beat(self, now: datetime) -> bool:
        """
        Say that time is being watched at `now`; return whether it had not been for a while.

        Then every waiting incident is to learn since when.
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
                Downtime.objects.create(since=known.at, noticed_at=now)
            if known.at < now:
                Heartbeat.objects.filter(name=_NAME).update(at=now)
        return down

    def passed(self) -> None:
        """Say that a pass is over: as long as it was at work, time was watched."""
        running = clock.running()
        if self._beaten_at is not None and running - self._beaten_at <= PASS_MAX.total_seconds():
            self._beaten_at = running


pulse = Pulse()
"""This process's own."""


def recall(incidents: Iterable[Incident]) -> None:
    """Mark locked incidents that wait with a downtime of which they have not been told; of two the older one. Not saved."""
    waiting = [incident for incident in incidents if incident.wake_at is not None]
    for one in Downtime.objects.all() if waiting else ():
        for incident in waiting:
            if _untold(incident, one):
                incident.down_since = min(incident.down_since or one.since, one.since)


def tell(most: int) -> bool:
    """Wake the next incidents that are to be told of a downtime, at most so many, in the order in which they wait; return whether there were any."""
    if not Downtime.objects.exists():
        return False
    with transaction.atomic():
        one = Downtime.objects.select_for_update(skip_locked=True).order_by("pk").first()
        if one is None:
            return False
        beyond = Q(wake_at__gt=one.wake_at) | Q(wake_at=one.wake_at, pk__gt=one.incident) if one.wake_at else Q(wake_at__isnull=False)
        following = list(Incident.objects.filter(beyond).order_by("wake_at", "pk")[:most])
        untold = Incident.objects.filter(pk__in=[incident.pk for incident in following if _untold(incident, one)])
        untold.update(down_since=Coalesce(Least("down_since", one.since), one.since), wake_at=Least("wake_at", one.noticed_at))
        if len(following) < most:
            one.delete()
        else:
            one.wake_at, one.incident = following[-1].wake_at, following[-1].pk
            one.save()
    return bool(following)


def _untold(incident: Incident, one: Downtime) -> bool:
    """Return whether nothing has happened to an incident since a downtime was noticed: whatever happens to it tells it first."""
    return incident.last_at < incident_time(incident, one.noticed_at)
