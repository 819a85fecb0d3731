"""What a Tocsin holds, read past the server: how many rows, how many bodies wait and for how long."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from bench.figures import Failed
from tocsin.kit import spool

SETTLES_WITHIN_S = 300
_OLDEST = "SELECT received_at FROM ingest_rawbody WHERE state = 0 ORDER BY organisation_id, id LIMIT 1"
_MARK = "SELECT segment, upto FROM ingest_carried"
_UNFILED = "SELECT 1 FROM ingest_filed WHERE waiting LIMIT 1"


@dataclass(frozen=True, slots=True)
class Rows:
    """How many there are: bodies in the log, those of them that wait, alerts, and messages about alerts."""

    bodies: int
    waiting: int
    alerts: int
    messages: int


@dataclass(frozen=True, slots=True)
class Store:
    """The database of one Tocsin; each question asks on a connection of its own, unless one is handed in."""

    connect: Callable[[], Any]
    spool: Path | None = None
    """Where bodies wait before they are in the log."""

    def one(self, sql: str) -> tuple[Any, ...]:
        """Return the first row of an answer, or an empty one."""
        with closing(self.connect()) as database:
            return tuple(database.execute(sql).fetchone() or ())

    def rows(self) -> Rows:
        """Return what is there."""
        bodies, waiting = self.one("SELECT count(*), coalesce(sum(CASE WHEN state = 0 THEN 1 ELSE 0 END), 0) FROM ingest_rawbody")
        return Rows(bodies, waiting, *self.one("SELECT count(*), coalesce(sum(received), 0) FROM ingest_alert"))

    def lag_s(self, database: Any) -> float:
        """Return the age of the oldest body that waits."""
        spooled, row = self._spooled(database), database.execute(_OLDEST).fetchone()
        if row is not None:
            at = datetime.fromisoformat(row[0]).replace(tzinfo=UTC) if isinstance(row[0], str) else row[0]
        elif spooled:
            at = msgspec.msgpack.decode(spooled)[0]["received_at"]
        else:
            return 0.0
        return max(0.0, (datetime.now(UTC) - at).total_seconds())

    def _spooled(self, database: Any) -> bytes:
        """Return the first bodies that are not in the log yet, as they stand in the spool."""
        if self.spool is None:
            return b""
        row = database.execute(_MARK).fetchone()
        found, _ = spool.read(self.spool, spool.Mark(*row) if row else spool.Mark(), 1)
        return found[0] if found else b""

    def settle(self) -> float:
        """Wait until everything acknowledged has been deduplicated, and return when that was."""
        return self._wait(_OLDEST)

    def rest(self) -> None:
        """Wait until it is at rest: settled, and the labels of every alert filed for the search."""
        self.settle()
        self._wait(_UNFILED)

    def _wait(self, sql: str) -> float:
        deadline = time.perf_counter() + SETTLES_WITHIN_S
        with closing(self.connect()) as database:
            while self._spooled(database) or database.execute(sql).fetchone():
                if time.perf_counter() > deadline:
                    raise Failed(f"not settled within {SETTLES_WITHIN_S} s: {self.rows()}")
                time.sleep(0.05)
        return time.perf_counter()


def sqlite(home: Path) -> Store:
    """Return the store of an embedded installation."""
    address = f"file:{home}/tocsin.sqlite3?mode=ro"
    return Store(lambda: sqlite3.connect(address, uri=True, timeout=30), home / "tocsin.sqlite3-spool")


def postgresql(url: str) -> Store:
    """Return the store of one on PostgreSQL."""
    return Store(lambda: psycopg.connect(url, autocommit=True))
