"""How much comes in by which key, hour by hour: counted as it is read, refused or turned away, so that no page counts the log."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from tocsin.ingest.models import Tally
from tocsin.kit import bulk

KEPT = timedelta(days=30)
HOUR = timedelta(hours=1)

_TALLY = {
    "organisation_id": "uuid",
    "key": "uuid",
    "hour": "timestamptz",
    "read": "integer",
    "refused": "integer",
    "turned_away": "integer",
}
_MORE = """ON CONFLICT (organisation_id, hour, key) DO UPDATE SET
    read = ingest_tally.read + excluded.read,
    refused = ingest_tally.refused + excluded.refused,
    turned_away = ingest_tally.turned_away + excluded.turned_away"""

Came = tuple[UUID, UUID, datetime]
"""The organisation, the key and the time of a body."""


def count(
    read: Iterable[Came] = (), refused: Iterable[Came] = (), turned_away: Mapping[Came, int] = MappingProxyType({})
) -> Iterator[bulk.Statement]:
    """Yield the statements that count these bodies; those turned away are counted by the hour already."""
    reads, refusals = (Counter((whose, key, hour(at)) for whose, key, at in came) for came in (read, refused))
    rows = [(*of, reads[of], refusals[of], turned_away.get(of, 0)) for of in sorted({*reads, *refusals, *turned_away})]
    return bulk.insert("ingest_tally", _TALLY, rows, _MORE)


def hour(at: datetime) -> datetime:
    """Return the hour that an instant lies in."""
    return at.replace(minute=0, second=0, microsecond=0)


def since(organisation_id: UUID, at: datetime) -> Mapping[UUID, list[Tally]]:
    """Return the tallies of an organisation from the hour of `at` on, by key."""
    found: dict[UUID, list[Tally]] = {}
    for tally in Tally.objects.filter(organisation=organisation_id, hour__gte=hour(at)).order_by("hour"):
        found.setdefault(tally.key, []).append(tally)
    return found


def forget(now: datetime) -> None:
    """Drop what is older than bodies are kept."""
    old = Tally.objects.filter(hour__lt=now - KEPT)
    if old.exists():
        old.delete()
