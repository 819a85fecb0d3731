"""Alerts that are ended here, because their sender will not: by whoever ends one, or removes what sent it. In the caller's transaction."""

from collections.abc import Collection
from datetime import datetime

from tocsin.accounts import audit
from tocsin.accounts.models import Person
from tocsin.ingest.models import Alert, Expiry


def soon(alerts: Collection[Alert], at: datetime) -> int:
    """Let alerts fire no longer than until an instant, unless their senders speak again; return how many. Time brings the end (`expiry`)."""
    rows = [Expiry(alert=one, organisation_id=one.organisation_id, expires_at=at) for one in alerts]
    Expiry.objects.bulk_create(rows, update_conflicts=True, unique_fields=["alert"], update_fields=["expires_at"])
    return len(rows)


def end(alert: Alert, at: datetime, *, by: Person) -> None:
    """End one alert, and say who did."""
    soon([alert], at)
    audit.record(alert.organisation, by, "alert.ended", alert.title)
