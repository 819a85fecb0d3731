"""Bodies as Alertmanager sends them, built with keyword defaults."""

import json
from datetime import datetime, timedelta
from typing import Any

ZERO = "0001-01-01T00:00:00Z"
NOON = datetime.fromisoformat("2026-03-04T12:00:00Z")


def entry(
    key: str = "a1",
    *,
    firing: bool = True,
    starts_at: datetime = NOON,
    ends_at: datetime | None = None,
    summary: str = "Queue too long",
    labels: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return one alert; when it is not firing it ended ten minutes after it began, unless said otherwise."""
    ended = ends_at or starts_at + timedelta(minutes=10)
    return {
        "status": "firing" if firing else "resolved",
        "labels": labels or {"alertname": "HotlineQueue", "region": "north"},
        "annotations": {"summary": summary},
        "startsAt": starts_at.isoformat(),
        "endsAt": ZERO if firing else ended.isoformat(),
        "generatorURL": "http://prometheus.example.net/graph",
        "fingerprint": key,
    }


def body(*entries: dict[str, Any]) -> bytes:
    """Return a notification of these alerts, or of one."""
    return json.dumps({"version": "4", "groupKey": "{}", "receiver": "tocsin", "alerts": entries or (entry(),)}).encode()
