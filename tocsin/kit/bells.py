"""Bells: whoever leaves work for a loop rings for it, and it wakes at once, in this process and in every other one of the cluster."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from django.db import connection, transaction

from tocsin.kit import bulk, ids

CHANNEL: Final = "tocsin_bells"
"""PostgreSQL's, on which processes hear each other ring."""
PROCESS = ids.new().hex
"""Which process rang. Not its number: in containers of their own they may all have the same."""

Ring = Callable[[str], object]

_mutex = threading.Lock()
_relays: tuple[Ring, ...] = ()
_report: Callable[[str, str], None] | None = None
_waiting: dict[str, list["Waiting"]] = {}


class Waiting(Protocol):
    """Whoever waits for a bell. Neither may block."""

    def soon(self) -> bool:
        """Return whether this one is awake and will soon look again, which it does then."""

    def wake(self) -> bool:
        """Wake this one, and return whether it was at rest."""


def hang(name: str, one: Waiting) -> None:
    """Let somebody hear when it is rung for `name`."""
    with _mutex:
        _waiting.setdefault(name, []).append(one)


def take_down(name: str, one: Waiting) -> None:
    """Do so no more."""
    with _mutex:
        _waiting[name].remove(one)


def relay(tell: Ring) -> None:
    """Also tell another process of this server (`child.py`) when somebody rings. On PostgreSQL it hears by itself."""
    global _relays  # noqa: PLW0603 - one per process is the point
    _relays = (*_relays, tell)


def relay_no_more(tell: Ring) -> None:
    """Do so no more."""
    global _relays  # noqa: PLW0603 - as above
    _relays = tuple(each for each in _relays if each is not tell)


def report_by(tell: Callable[[str, str], None]) -> None:
    """Let this process, a child of the serving one, `report` to it so."""
    global _report  # noqa: PLW0603 - as above
    _report = tell


def report(channel: str, payload: str) -> None:
    """Let the serving process hear of something, if this is a child of it. On PostgreSQL it is notified anyway."""
    if _report is not None and not bulk.on_postgresql():
        _report(channel, payload)


def ring(name: str) -> None:
    """
    Wake one of the loops that wait for `name`, as soon as the transaction is committed.

    A ring is a courtesy and may be lost with the process that heard it: a loop also looks by itself now and then.
    """
    if bulk.on_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{PROCESS}:{name}"])
    transaction.on_commit(Rung(name))


@dataclass(frozen=True, slots=True)
class Rung:
    """
    What a ring does when it is committed. On SQLite that is before the disk has it (`sqlite/base.py`): who wakes can read what is there for it,
    and whatever it tells is behind a commit of its own, which the disk then has with all that lies before it.
    """

    name: str
    before_sync: ClassVar[bool] = True

    def __call__(self) -> None:
        _heard_here(self.name)


def heard(payload: str) -> None:
    """Wake whom another process rang for."""
    process, name = payload.split(":")
    if process != PROCESS:
        rung(name)


def _heard_here(name: str) -> None:
    rung(name)
    if not bulk.on_postgresql():
        for tell in _relays:
            tell(name)


def _forked() -> None:
    """Be a process of its own."""
    global _mutex, PROCESS, _relays, _report
    _mutex, PROCESS, _relays, _report = threading.Lock(), ids.new().hex, (), None
    _waiting.clear()


os.register_at_fork(after_in_child=_forked)


def rung(name: str) -> None:
    """Let one of those who wait look: whoever is awake and soon does so anyway, or else one that is at rest."""
    with _mutex:
        those = tuple(_waiting.get(name, ()))
    if not any(one.soon() for one in those):
        any(one.wake() for one in those)
