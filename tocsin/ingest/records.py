"""What came of what a sender sent, as its source reads it in the database."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tocsin.ingest import search, taking
from tocsin.ingest.known import Known, Said, Sent
from tocsin.ingest.models import Alert, RawBody, Remark
from tocsin.ingest.telling import EPOCH

LOOKED_AT_MAX: Final = 5_000
"""Bodies that are looked through for one call."""
SAID_MAX: Final = 500
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(seconds=30)
"""How far the time in a call's id and the arrival of its body lie apart at most; they are read from two clocks."""


class OfSource:
    """The records of one source in one organisation."""

    def __init__(self, organisation_id: UUID, source: str) -> None:
        self._organisation_id, self._source = organisation_id, source

    def alert(self, key: str) -> Known | None:
        """Return the alert that is known by a key."""
        found = Alert.objects.filter(organisation_id=self._organisation_id, source=self._source, fingerprint=key).first()
        if found is None:
            return None
        remarks = Remark.objects.filter(alert=found, starts_at=found.starts_at).order_by("at", "id")[:SAID_MAX]
        return Known(
            key=found.fingerprint,
            title=found.title,
            labels=found.labels,
            annotations=found.annotations,
            firing=found.firing,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            heard_at=found.last_received_at,
            received=found.received,
            taken_by=taking.takers(found),
            said=[Said(str(row.id), row.deed, row.by, row.words, row.at) for row in remarks],
        )

    def sent(self, call_id: str) -> Sent | None:
        """Return the body that a call left which was given this id, if it holds it: looked for where its time is in the log."""
        at = _time(call_id)
        if at is None:
            return None
        rows = RawBody.objects.filter(
            organisation_id=self._organisation_id,
            state__in=[RawBody.State.SETTLED, RawBody.State.PARKED],
            id__gt=search.position(at - _BEFORE),
            received_at__lte=at + _AFTER,
        )
        near = rows.filter(source=self._source).order_by("id").values_list("body", "received_at", "reason")[:LOOKED_AT_MAX]
        for body, received_at, reason in near.iterator(chunk_size=100):
            if call_id.encode() in bytes(body):
                return Sent(bytes(body), received_at, reason)
        return None


def _time(call_id: str) -> datetime | None:
    """Return the time in a call's id (UUIDv7); None if it is none of ours. Pure."""
    try:
        one = UUID(call_id)
    except ValueError:
        return None
    return EPOCH + timedelta(milliseconds=one.int >> 80) if one.version == 7 else None
