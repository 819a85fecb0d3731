"""The clock of a host that is set while it serves: said to every organisation and every waiting incident, before anything goes by the new time."""

import socket
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import Error, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Least
from prometheus_client import Counter

from tocsin.accounts import audit
from tocsin.engine import terms as t
from tocsin.incidents.models import BoardRow, Heartbeat, Incident
from tocsin.incidents.times import incident_time
from tocsin.kit.leaps import Guard, Leap, guard
from tocsin.kit.transactions import retry

LOOKS_EVERY_S: Final = 1.0
_SAME_WITHIN: Final = timedelta(minutes=2)
"""Processes of one host see the same leap at about the same time: the first of them says so."""

_log = structlog.get_logger(__name__)
_leaps = Counter("tocsin_clock_leaps_total", "Times that this host's clock was set by more than a minute", ["way"])


def run_once(guard: Guard = guard) -> bool:
    """Look whether the clock was set, and believe it once that is written down; for a loop."""
    leap = guard.look()
    if leap is not None:
        retry(lambda: believe(leap, guard))
        _leaps.labels("forward" if leap.forward else "backward").inc()
        _log.warning("clock.leapt", since=leap.since.isoformat(), until=leap.until.isoformat())
    return False


def believe(leap: Leap, guard: Guard) -> None:
    """Write a leap down and go by the new time; whoever locks an incident from now on finds it marked."""
    try:
        with transaction.atomic():
            if _first_to_say(leap):
                _mark(leap)
                audit.record_everywhere("clock.leapt", socket.gethostname(), since=leap.since.isoformat(), until=leap.until.isoformat())
            guard.believe()
    except Error:
        guard.doubt()
        raise


def _mark(leap: Leap) -> None:
    """Wake every incident that goes on, to be told; a drill goes by a time of its own."""
    going_on = Q(wake_at__isnull=False) | Q(pk__in=BoardRow.objects.filter(closed_at=None).values("incident_id"))
    since = Coalesce(Least("leapt_since", leap.since), leap.since)
    wake_at = Coalesce(Least("wake_at", leap.until), leap.until)
    Incident.objects.filter(going_on, drill=False).update(leapt_since=since, leapt_until=leap.until, wake_at=wake_at)


def of(incident: Incident, at: datetime) -> t.Leapt | None:
    """Return the leap that an incident has to be told of at `at`, in its own time: not where it is still the time before."""
    if incident.leapt_since is None or incident.leapt_until is None:
        return None
    leapt = t.Leapt(incident_time(incident, incident.leapt_since), incident_time(incident, incident.leapt_until))
    return leapt if at >= leapt.until else None


def _first_to_say(leap: Leap) -> bool:
    known, new = Heartbeat.objects.select_for_update().get_or_create(name=f"leap {socket.gethostname()}"[:32], defaults={"at": leap.until})
    if not new and abs(known.at - leap.until) <= _SAME_WITHIN:
        return False
    Heartbeat.objects.filter(name=known.name).update(at=leap.until)
    return True
