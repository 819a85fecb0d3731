"""Turns among the processes of a cluster: what one does, the others need not do at the same time. SQLite has one process, whose turn it is."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

from tocsin.kit.database import LOST_AFTER_S

_LOOPS: Final = 0x70C53
_TAKE: Final = "SELECT CASE WHEN pg_try_advisory_lock(%s, %s) THEN set_config('idle_session_timeout', %s, false) IS NOT NULL ELSE false END"
_END: Final = "SELECT pg_advisory_unlock(%s, %s), set_config('idle_session_timeout', '0', false)"


@contextmanager
def turn(kind: int, whose: bytes) -> Iterator[bool]:
    """
    Hold a turn for as long as the block runs, or yield false: another process has it.

    Whoever stands still with it loses it with its connection. So a turn saves work and keeps order; what must not happen twice needs a guard
    of its own in what is written.
    """
    if connection.vendor != "postgresql":
        yield True
        return
    lock = [kind, zlib.crc32(whose) - (1 << 31)]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [*lock, f"{LOST_AFTER_S}s"])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute(_END, lock)


def alone(name: str, run_once: Callable[[], bool]) -> Callable[[], bool]:
    """Return what runs `run_once` unless another process of the cluster is at it: for loops that look at everything there is."""

    def run() -> bool:
        with turn(_LOOPS, name.encode()) as mine:
            return run_once() if mine else False

    return run
