"""Bells: whoever leaves work for a loop rings for it, and it wakes at once, in this process and in every other one of the cluster."""

import os
import threading
from collections.abc import Callable
from typing import Final

from django.db import connection, transaction

from tocsin.kit import ids

CHANNEL: Final = "tocsin_bells"
"""PostgreSQL's, on which processes hear each other ring."""
PROCESS = ids.new().hex
"""Which process rang. Not its number: in containers of their own they may all have the same."""

_mutex = threading.Lock()
_relay: Callable[[str, int], None] | None = None
_rests: dict[str, list[Callable[[], bool]]] = {}


def hang(name: str, wake: Callable[[], bool]) -> None:
    """Let `wake` be called when somebody rings for `name`. It returns whether its loop was at rest, and must not block."""
    with _mutex:
        _rests.setdefault(name, []).append(wake)


def take_down(name: str, wake: Callable[[], bool]) -> None:
    """Call `wake` no more."""
    with _mutex:
        _rests[name].remove(wake)


def relay(tell: Callable[[str, int], None] | None) -> None:
    """Also tell the other process of this server (`child.py`) when somebody rings. On PostgreSQL it hears by itself."""
    global _relay  # noqa: PLW0603 - one per process is the point
    _relay = tell


def ring(name: str, times: int = 1) -> None:
    """
    Wake, for each of so many pieces of work, one of the loops that wait for `name`: as soon as the transaction is committed.

    A ring is a courtesy and may be lost with the process that heard it: a loop also looks by itself now and then.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{PROCESS}:{name}:{times}"])
    transaction.on_commit(lambda: _heard_here(name, times))


def heard(payload: str) -> None:
    """Wake whom another process rang for."""
    process, name, times = payload.split(":")
    if process != PROCESS:
        rung(name, int(times))


def _heard_here(name: str, times: int) -> None:
    rung(name, times)
    if _relay is not None and connection.vendor != "postgresql":
        _relay(name, times)


def _forked() -> None:
    """Be a process of its own."""
    global _mutex, PROCESS, _relay
    _mutex, PROCESS, _relay = threading.Lock(), ids.new().hex, None
    _rests.clear()


os.register_at_fork(after_in_child=_forked)


def rung(name: str, times: int) -> None:
    """Wake as many of those at rest; whoever is busy looks again anyway when told so, and one of them is."""
    with _mutex:
        wakers = tuple(_rests.get(name, ()))
    for wake in wakers:
        times -= wake()
        if times <= 0:
            return
