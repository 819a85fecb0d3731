"""
What was committed is synced once the gate was given back: the next one writes while the disk is waited for, and many wait for it together.

Nobody is told that something is committed before that, but for what can be made again (`defer`). Whoever reads it earlier and builds on it
syncs all that lies before in the log too.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tocsin.kit.sqlite.breakdown import breakdown
from tocsin.kit.sqlite.gate import WAIT_S, gate


class _Own(threading.local):
    log = ""
    """What this thread has committed to while it held the gate for longer."""
    deferred = False
    """Whether that may be synced with whatever is committed next."""


_own = _Own()


def sync(log: str) -> None:
    """
    Return once the disk has what was committed to SQLite's log at this path; whoever still holds the gate owes it (`settle`).

    :raises sqlite3.OperationalError: it does not take it; a server ends then.
    """
    if gate.mine():
        _own.log = log
    else:
        _wait_for(log)


def settle() -> None:
    """
    Sync what this thread owes.

    :raises sqlite3.OperationalError: as above.
    """
    log, _own.log = _own.log, ""
    if log:
        _wait_for(log)


@contextmanager
def write(timeout_s: float = WAIT_S) -> Iterator[None]:
    """
    Hold the gate, for a writer that wants to be in before it knows what to write; what it has committed is synced when it has left.
    On PostgreSQL there is none.

    :raises OperationalError: not within `timeout_s`, or the disk did not take it.
    """
    if connection.vendor != "sqlite":
        yield
        return
    gate.acquire(timeout_s)
    try:
        yield
    finally:
        gate.release()
        deferred, _own.deferred = _own.deferred, False
        if not deferred:
            with connection.wrap_database_errors:
                settle()


def defer() -> None:
    """
    Let nobody wait until the disk has what this transaction, within `write`, commits: it can be made again of what the disk has already.

    Whatever is committed after it, here or elsewhere, brings it to the disk as well, and so does the checkpointer.
    """
    if connection.vendor == "sqlite":
        _own.deferred = True
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def _wait_for(log: str) -> None:
    try:
        file = os.open(log, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fdatasync(file)
        finally:
            os.close(file)
    except OSError as fault:
        raise not_taken(fault) from fault


def not_taken(fault: OSError) -> sqlite3.OperationalError:
    """Return what SQLite would say of a sync that failed. A server ends then."""
    error = sqlite3.OperationalError(f"the disk did not take it: {fault.strerror}")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    breakdown.look(error)
    return error
