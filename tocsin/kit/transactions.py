"""Whole transactions, tried again when the database says that nothing is wrong with them but the moment."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, connection

from tocsin.kit import clock, numbers
from tocsin.kit.sqlite.gate import WAITED_TOO_LONG

T = TypeVar("T")

GIVE_UP_AFTER_S: Final = 10.0
_retries = numbers.counter("tocsin_transaction_retries_total", "Transactions tried again", ["reason"])

# Serialization failure, deadlock, lock not available, statement cut off by an operator, a server that shuts down or starts, no connections left.
_PASSING: Final = frozenset({"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "53300"})

_READ_ONLY: Final = "25006"


class Writes(Exception):  # noqa: N818 - it says what it does
    """Something was to be written, or locked, where things may only be read."""


@contextmanager
def only_reading() -> Iterator[None]:
    """
    Let this thread's statements do nothing but read until the end of the block.

    :raises Writes: in place of a statement that would do more.
    """
    with connection.execute_wrapper(_only_read):
        yield


def _only_read(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
    if many or not sql.startswith("SELECT"):
        raise Writes
    return execute(sql, values, many, context)


def retry(work: Callable[[], T], give_up_after_s: float = GIVE_UP_AFTER_S) -> T:
    """
    Return what `work` returns. It must be one whole transaction: after a lock, deadlock or lost connection it is run again from its start.

    A connection lost during a commit leaves open whether the commit happened: `work` must recognise its own earlier run by a key.
    Within an outer transaction `work` runs once, since only the outermost can be tried again.
    """
    deadline = clock.monotonic() + give_up_after_s
    pause_s = 0.02
    while True:
        outermost = not connection.in_atomic_block
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            reason = passing(error)
            if not reason or not outermost or clock.monotonic() + pause_s > deadline:
                raise
            _retries.labels(reason).inc()
            _end_session()  # lost or not: the next attempt begins with a connection that was checked
        time.sleep(random.uniform(pause_s / 2, pause_s))  # noqa: S311 - so that those who collided do not collide again
        pause_s = min(pause_s * 2, 1.0)


def _end_session() -> None:
    """Close the connection for good. Only given back to the pool, it would keep the turn (`kit/turns.py`) that this thread holds, unseen."""
    if connection.vendor == "postgresql" and connection.connection is not None:
        connection.connection.close()
    connection.close()


def passing(error: Exception) -> str:
    """Return why `error` may be gone at the next attempt (`busy`, `conflict`, `connection`), or the empty string."""
    match error.__cause__:
        case sqlite3.Error():
            return "busy" if _sqlite_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else ""
        case psycopg.Error(sqlstate=str(state)):
            return "conflict" if state in _PASSING else "connection" if state.startswith("08") else ""
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return "connection"
        case None if str(error) == WAITED_TOO_LONG:
            return "busy"
        case _:
            return ""


def disk_full(error: BaseException) -> bool:
    """Return whether SQLite had no room for it. Nothing is broken then, and what was written stands."""
    return _sqlite_code(error) == sqlite3.SQLITE_FULL


def not_now(error: BaseException) -> bool:
    """Return whether the database took nothing for a reason that is not in what was asked of it: the same may be asked again later."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    read_only = _sqlite_code(error) == sqlite3.SQLITE_READONLY or getattr(error.__cause__, "sqlstate", None) == _READ_ONLY
    return read_only or disk_full(error) or passing(error) != ""


def _sqlite_code(error: BaseException) -> int:
    cause = error.__cause__
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF if isinstance(cause, sqlite3.Error) else 0
