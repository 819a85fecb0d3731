"""
What the lane acknowledged on SQLite, carried into the log: the lane writes to a spool beside the database, and waits for nobody who writes there.

On PostgreSQL the lane writes to the log itself, and nothing is to be carried.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from django.db import IntegrityError, connection, transaction

from tocsin.ingest import log
from tocsin.ingest.log import Arrived
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
_MARK: Final = {"id": "smallint", "segment": "bigint", "upto": "bigint"}
_MOVED_ON: Final = """ON CONFLICT (id) DO UPDATE SET segment = excluded.segment, upto = excluded.upto
    WHERE ingest_carried.segment = {0.segment:d} AND ingest_carried.upto = {0.upto:d}"""


class Overtaken(Exception):  # noqa: N818 - it says what happened
    """Somebody else has carried this meanwhile."""


def folder() -> Path | None:
    """Return where the spool of this database is; none where there is none."""
    return Path(f"{connection.settings_dict['NAME']}-spool") if connection.vendor == "sqlite" else None


def mark() -> Mark:
    """Return how far the spool was carried."""
    rows = bulk.rows("SELECT segment, upto FROM ingest_carried", [])
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
    if reached.segment > begun.segment and not connection.in_atomic_block:
        syncing.settle()
        spool.remove(where, reached)
    return sum(map(len, found)) >= BYTES_MAX


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
            moved = bulk.insert("ingest_carried", _MARK, [(1, reached.segment, reached.upto)], _MOVED_ON.format(begun))
            if bulk.run(moved) != 1:
                raise Overtaken
            log.append(those)

    try:
        transactions.retry(work)
    except IntegrityError:  # a refused one of an organisation that is gone: those are kept as a courtesy
        transactions.retry(lambda: work([one for one in arrived if not one.code]))
