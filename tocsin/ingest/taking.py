"""Taking an alert on, and leaving it to others again. Each in the caller's transaction."""

from collections.abc import Collection
from itertools import chain
from typing import Any
from uuid import UUID

from tocsin.accounts.models import Person
from tocsin.ingest.models import Acknowledgement, Alert
from tocsin.kit import bulk, clock, tables


def take(alert: Alert, person: Person, words: str) -> None:
    """Note that a person has taken the present episode on; a second time it is said anew."""
    Acknowledgement.objects.update_or_create(
        {"person": person.id, "at": clock.now(), "words": words, "withdrawn_at": None},
        organisation_id=alert.organisation_id,
        alert=alert,
        starts_at=alert.starts_at,
        by=person.name[:200],
    )


def withdraw(alert: Alert) -> bool:
    """Note that nobody has the present episode on any more; return whether anybody had."""
    rows = Acknowledgement.objects.filter(alert=alert, starts_at=alert.starts_at, withdrawn_at=None)
    return bool(rows.update(withdrawn_at=clock.now()))


def taken(alerts: Collection[Any]) -> dict[UUID | str, list[Acknowledgement]]:
    """Return who has taken the present episodes on, by the alert's id as it is stored, the first first. The alerts may be rows, too."""
    begun = {bulk.as_stored(alert.id): alert.starts_at for alert in alerts}
    where = f"WHERE alert_id IN {bulk.among(list(begun))} AND withdrawn_at IS NULL ORDER BY at, id"
    rows = tables.select(Acknowledgement, where, [("text", alert_id) for alert_id in begun])
    found: dict[UUID | str, list[Acknowledgement]] = {}
    for row in rows:
        alert_id = bulk.as_stored(row.alert_id)
        if row.starts_at == bulk.instant(begun[alert_id]):
            found.setdefault(alert_id, []).append(row)
    return found


def takers(alert: Alert) -> list[str]:
    """Return the names of those who have the present episode of one alert on, the first first."""
    return [row.by for row in chain.from_iterable(taken([alert]).values())]
