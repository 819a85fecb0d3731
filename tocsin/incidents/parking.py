"""Parking: an incident for which time does not pass as it should waits where people see why, and is tried again after a pause that grows."""

from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.incidents.models import Incident
from tocsin.kit import numbers

_PAUSES: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
_faults = numbers.counter("tocsin_ticker_faults_total", "Incidents whose tick failed")


def parked(incident: Incident, fault: str, now: datetime) -> dict[str, Any]:
    """Return what a locked incident's row says while it is parked, and count it."""
    _faults.inc()
    pause = _PAUSES[min(incident.faults, len(_PAUSES) - 1)]
    return {"fault": fault, "fault_at": now, "faults": incident.faults + 1, "leased_until": now + pause}
