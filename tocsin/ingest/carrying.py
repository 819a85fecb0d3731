"""
What the lane acknowledged on SQLite, carried into the log: the lane writes to a spool beside the database, and waits for nobody who writes there.

On PostgreSQL the lane writes to the log itself, and nothing is to be carried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection, transaction

from tocsin.ingest import log
from tocsin.ingest.log import Arrived, Waiting
from tocsin.kit import bulk, spool, transactions
from tocsin.kit.spool import Mark
from tocsin.kit.sqlite import syncing

BYTES_MAX: Final = 512 * 1024
"""Carried in one transaction: few milliseconds at the write gate."""
ROWS_MAX: Final = 256
"""Bodies in one record, so that a large group is carried in several turns."""
HELPINGS_MAX: Final = 100

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Arrived])
_MOVE_ON: Final = """INSERT INTO ingest_carried (id, segment, upto) VALUES (1, {}, {})
    ON CONFLICT (id) DO UPDATE SET segment = excluded.segment, upto = excluded.upto
    WHERE ingest_carried.segment = {} AND ingest_carried.upto = {}"""


# How far the spool was carried, nowhere where nothing was yet, the latest position in the log, and whether anything waits there.
_STANDS: Final = """SELECT coalesce(segment, 0), coalesce(upto, 0), (SELECT seq FROM sqlite_sequence WHERE name = 'ingest_rawbody'),
    EXISTS (SELECT 1 FROM ingest_rawbody WHERE state = 0) FROM (SELECT 1) LEFT JOIN ingest_carried ON TRUE"""


class Overtaken(Exception):  # noqa: N818 - it says what happened
    """Somebody else has carried this meanwhile."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """All that the spool holds, if the log is to begin with it: the marks before and behind, and the positions that its bodies will have."""

    begun: Mark
    reached: Mark
    arrived: Sequence[Arrived]
    first: int

    @property
    def organisation_id(self) -> UUID:
        """Return whose it is."""
        return self.arrived[0].organisation_id

    @property
    def bodies(self) -> list[Waiting]:
        """Return it as it would be read from the log."""
        return [Waiting(at, one.source, one.key_id, one.received_at, one.body) for at, one in enumerate(self.arrived, self.first)]


def folder() -> Path | None:
    """Return where the spool of this database is; none where there is none."""
    return None if bulk.on_postgresql() else _folder(str(connection.settings_dict["NAME"]))


@cache
def _folder(database: str) -> Path:
    return Path(f"{database}-spool")


def mark() -> Mark:
    """Return how far the spool was carried."""
    rows = bulk.asked("SELECT segment, upto FROM ingest_carried", [])
    return Mark(*rows[0]) if rows else Mark()


def records(arrived: Sequence[Arrived]) -> list[bytes]:
    """Return a group as it stands in the spool. Pure."""
    parts: list[list[Arrived]] = [[]]
    size = 0
    for one in arrived:
        if parts[-1] and (len(parts[-1]) >= ROWS_MAX or size + one.size > BYTES_MAX):
            parts.append([])
            size = 0
        parts[-1].append(one)
        size += one.size
    return [_encoder.encode(part) for part in parts]


def carry() -> bool:
    """
    Carry a helping of what has arrived into the log; return whether there may be more.

    Each body is carried once, whoever else carries at the same time. It is on the disk before, so nobody waits for that again; a file
    that was carried whole is removed once the log has it for good.
    """
    where = folder()
    if where is None:
        return False
    begun = mark()
    found, reached = spool.read(where, begun, BYTES_MAX)
    if not found:
        return False
    try:
        _append([one for record in found for one in _decoder.decode(record)], begun, reached)
    except Overtaken:
        return True
    _remove(where, begun, reached)
    return sum(map(len, found)) >= BYTES_MAX


def fresh(bodies_max: int, bytes_max: int) -> Fresh | None:
    """
    Return all that has arrived, if it can be read at once and need not wait in the log first.

    So it can where nothing waits there, all is of one organisation, nothing was refused, and it is no more than that.
    """
    where = folder()
    if where is None:
        return None
    ((segment, upto, latest, waits),) = bulk.asked(_STANDS, [])
    if waits:
        return None
    begun = Mark(segment, upto)
    found, reached = spool.read(where, begun, bytes_max)
    if not found or sum(map(len, found)) >= bytes_max:
        return None
    arrived = [one for record in found for one in _decoder.decode(record)]
    if len(arrived) > bodies_max or any(one.code or one.organisation_id != arrived[0].organisation_id for one in arrived):
        return None
    return Fresh(begun, reached, arrived, (latest or 0) + 1)


def keep(those: Fresh) -> bool:
    """
    Carry what is read in the caller's transaction into the log; false if somebody else has, and then nothing may be committed.

    :raises IntegrityError: somebody else has appended to the log meanwhile, and nothing may be committed either.
    """
    moved = _move_on(those.begun, those.reached)
    if moved:
        log.append_settled(those.arrived, those.first)
    return moved


def kept(those: Fresh) -> None:
    """Remove what needs no more to be kept here, once that transaction is committed."""
    if (where := folder()) is not None:
        _remove(where, those.begun, those.reached)


def _remove(where: Path, begun: Mark, reached: Mark) -> None:
    """Remove the files that were carried whole, once the disk has the mark behind them."""
    if reached.segment > begun.segment and not connection.in_atomic_block:
        syncing.settle()
        spool.remove(where, reached)


def carry_all() -> None:
    """Carry whatever has arrived by now."""
    for _ in range(HELPINGS_MAX):
        if not carry():
            return


def oldest() -> datetime | None:
    """Return when the oldest body came that is not in the log yet; none if all are."""
    where = folder()
    found = spool.read(where, mark(), 1)[0] if where is not None else []
    return _decoder.decode(found[0])[0].received_at if found else None


def _append(arrived: Sequence[Arrived], begun: Mark, reached: Mark) -> None:
    def work(those: Sequence[Arrived] = arrived) -> None:
        with syncing.write(), transaction.atomic():
            syncing.defer()
            if not _move_on(begun, reached):
                raise Overtaken
            log.append(those)

    try:
        transactions.retry(work)
    except IntegrityError:  # a refused one of an organisation that is gone: those are kept as a courtesy
        transactions.retry(lambda: work([one for one in arrived if not one.code]))


def _move_on(begun: Mark, reached: Mark) -> bool:
    """Move the mark on; false if it was moved meanwhile."""
    values = (reached.segment, reached.upto, begun.segment, begun.upto)
    return bulk.run([bulk.one(_MOVE_ON, [("bigint", value) for value in values])]) == 1
