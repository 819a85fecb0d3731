"""The durable log of acknowledged bodies: appended by the lane, read by the follower. Every function runs in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import QuerySet

from tocsin.ingest import tallies
from tocsin.ingest.models import RawBody, Rejected
from tocsin.kit import bulk

REJECTED_KEPT = 100
REJECTED_BYTES_MAX = 64 * 1024
_WAITING, _SETTLED = RawBody.State.WAITING.value, RawBody.State.SETTLED.value


class Arrived(msgspec.Struct, frozen=True):
    """One body on its way into the log; with a `code`, one that was rejected and why."""

    organisation_id: UUID
    source: str
    key_id: UUID
    received_at: datetime
    body: bytes
    code: str = ""
    reason: str = ""

    @property
    def size(self) -> int:
        """Return what it takes of memory and of a group."""
        return len(self.body)


class Waiting(msgspec.Struct, frozen=True):
    """One body of the log, at its position there, to be read."""

    position: int
    source: str
    key_id: UUID
    received_at: datetime
    body: bytes


_RAW = {
    "organisation_id": "uuid",
    "source": "text",
    "key": "uuid",
    "received_at": "timestamptz",
    "state": "smallint",
    "reason": "text",
    "length": "integer",
    "body": "bytea",
}
_REJECTED = {
    "organisation_id": "uuid",
    "source": "text",
    "key": "uuid",
    "received_at": "timestamptz",
    "code": "text",
    "reason": "text",
    "length": "integer",
    "body": "bytea",
}
# Organisations with waiting rows, found by leaps through the partial index: their number counts, not that of the rows.
_ORGANISATIONS = """SELECT organisation_id FROM (
    WITH RECURSIVE leap(organisation_id) AS (
        SELECT * FROM (SELECT organisation_id FROM ingest_rawbody WHERE state = 0 AND organisation_id > %s
                       ORDER BY organisation_id LIMIT 1) AS first
        UNION ALL
        SELECT (SELECT r.organisation_id FROM ingest_rawbody r WHERE r.state = 0 AND r.organisation_id > leap.organisation_id
                ORDER BY r.organisation_id LIMIT 1)
        FROM leap WHERE leap.organisation_id IS NOT NULL
    )
    SELECT organisation_id FROM leap WHERE organisation_id IS NOT NULL LIMIT %s
) AS found"""
_LENGTHS = "SELECT id, length FROM ingest_rawbody WHERE organisation_id = %s AND state = 0 ORDER BY id LIMIT %s"
# Behind a plus an instant comes as it is stored; Django would have SQLite's driver make something of each.
_BODIES = """SELECT id, source, key, +received_at, body FROM ingest_rawbody
    WHERE organisation_id = %s AND state = 0 AND id <= %s ORDER BY id"""
_BODIES_POSTGRESQL = _BODIES.replace("+", "")
# The state as a word: SQLite uses the index of what waits only where it sees that nothing else is asked for.
_OLDEST = "SELECT {} FROM ingest_rawbody WHERE organisation_id = {{}} AND state = 0 ORDER BY id LIMIT 1"
_SETTLE = """UPDATE ingest_rawbody SET state = 1
    WHERE organisation_id = %s AND state = 0 AND id IN (SELECT value FROM json_each(%s))"""
_SETTLE_POSTGRESQL = f"{_SETTLE.rpartition(' IN ')[0]} = ANY(%s)"


def append(arrived: Iterable[Arrived]) -> None:
    """Append the accepted ones to the log and keep the newest of the rejected ones beside it."""
    accepted, rejected = [], []
    for one in arrived:
        head = (one.organisation_id, one.source, one.key_id, one.received_at)
        if one.code:
            rejected.append((*head, one.code, one.reason, len(one.body), one.body[:REJECTED_BYTES_MAX]))
        else:
            accepted.append((*head, _WAITING, "", len(one.body), one.body))
    bulk.run(bulk.insert("ingest_rawbody", _RAW, accepted))
    if rejected:
        bulk.run(bulk.insert("ingest_rejected", _REJECTED, rejected))
        bulk.run(tallies.count(refused=[(whose, key_id, at) for whose, _, key_id, at, *_rest in rejected]))
        for organisation_id in {row[0] for row in rejected}:
            _trim_rejected(organisation_id)


def append_settled(arrived: Iterable[Arrived], first: int) -> None:
    """
    Append accepted ones that are read in the same transaction, at the positions from `first` on.

    :raises IntegrityError: one of these positions is taken.
    """
    rows = [
        (at, one.organisation_id, one.source, one.key_id, one.received_at, _SETTLED, "", one.size, one.body)
        for at, one in enumerate(arrived, first)
    ]
    bulk.run(bulk.insert("ingest_rawbody", {"id": "bigint", **_RAW}, rows))


def organisations(after: UUID, limit: int) -> list[UUID]:
    """Return up to `limit` organisations with waiting bodies whose ids come after `after`, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_ORGANISATIONS, [after if connection.vendor == "postgresql" else after.hex, limit])
        return [value if isinstance(value, UUID) else UUID(value) for (value,) in cursor.fetchall()]


def waiting(organisation_id: UUID, rows_max: int, bytes_max: int) -> tuple[list[Waiting], bool]:
    """
    Return the oldest waiting bodies of an organisation, and whether there may be more.

    That is one at least if there is any, and as many as the limits allow.
    """
    whose = organisation_id if connection.vendor == "postgresql" else organisation_id.hex
    lengths = bulk.rows(_LENGTHS, [whose, rows_max])
    size, last, more = 0, 0, len(lengths) == rows_max
    for position, length in lengths:
        size += length
        if last and size > bytes_max:
            more = True
            break
        last = position
    found = bulk.rows(_BODIES if whose is not organisation_id else _BODIES_POSTGRESQL, [whose, last]) if last else []
    return [
        Waiting(position, source, bulk.uuid(key_id), bulk.instant(received_at), bytes(body))
        for position, source, key_id, received_at, body in found
    ], more


def at(organisation_id: UUID, positions: Sequence[int]) -> list[Waiting]:
    """Return the organisation's bodies at these positions that are still kept, in order."""
    return _read(RawBody.objects.filter(organisation_id=organisation_id, id__in=positions).order_by("id"))


def _read(rows: QuerySet[RawBody]) -> list[Waiting]:
    found = rows.values_list("id", "source", "key", "received_at", "body")
    return [Waiting(position, source, key_id, received_at, bytes(body)) for position, source, key_id, received_at, body in found]


def oldest_waiting(organisation_id: UUID) -> datetime | None:
    """Return when the oldest body came that has not been read yet; none if all are."""
    found = bulk.asked(_OLDEST.format(bulk.stored("received_at")), [("uuid", organisation_id)])
    return bulk.instant(found[0][0]) if found else None


def latest_settled(organisation_id: UUID) -> int:
    """Return the position of the latest body of an organisation that has been read; 0 if none is kept."""
    rows = RawBody.objects.filter(organisation_id=organisation_id, state=RawBody.State.SETTLED).order_by("-id")
    return rows.values_list("id", flat=True).first() or 0


def settle(organisation_id: UUID, positions: Sequence[int]) -> bool:
    """Mark bodies as read; false if somebody else has read any of them meanwhile, and then the transaction must not be committed."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_SETTLE_POSTGRESQL, [organisation_id, list(positions)])
        else:
            cursor.execute(_SETTLE, [organisation_id.hex, msgspec.json.encode(positions).decode()])
        return bool(cursor.rowcount == len(positions))


def park(organisation_id: UUID, position: int, reason: str) -> bool:
    """Set a body aside that cannot be read; false if somebody else has done so meanwhile."""
    rows = RawBody.objects.filter(organisation_id=organisation_id, id=position, state=RawBody.State.WAITING)
    return rows.update(state=RawBody.State.PARKED, reason=reason[:400]) == 1


def _trim_rejected(organisation_id: UUID) -> None:
    """Keep only the newest rejected bodies of an organisation."""
    kept = Rejected.objects.filter(organisation_id=organisation_id).order_by("-id").values_list("id", flat=True)
    newest_gone = kept[REJECTED_KEPT : REJECTED_KEPT + 1].first()
    if newest_gone is not None:
        Rejected.objects.filter(organisation_id=organisation_id, id__lte=newest_gone).delete()
