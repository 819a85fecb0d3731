"""
Connections that are kept a while for the next message to the same place: dialling and TLS cost more than the message.

A kept one leads to an address that was checked when it was dialled, for the same openings; another door never gets it. After a minute a
name is asked again in any case.
"""

import os
import select
import socket
import threading
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from tocsin.kit import clock

IDLE_S: Final = 10.0
LIVES_S: Final = 60.0
MOST: Final = 256
"""Kept at once; of a place no more than are used at once."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A connection, when it was dialled and when it was last used."""

    sock: socket.socket
    dialled_at: float
    used_at: float

    def good(self, now: float) -> bool:
        """Return whether it can be used: what has something to say without being asked is closing."""
        if now - self.dialled_at > LIVES_S or now - self.used_at > IDLE_S:
            return False
        waiting = select.poll()
        waiting.register(self.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        return not waiting.poll(0)


class Shelf:
    """Connections that nobody uses at the moment, by where they lead and for whom."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._kept: defaultdict[Hashable, list[Kept]] = defaultdict(list)
        self._count = 0

    def take(self, place: Hashable) -> Kept | None:
        """Return a connection to `place`, the one used last, if there is one that is good."""
        now = clock.monotonic()
        with self._mutex:
            while self._kept.get(place):
                kept = self._kept[place].pop()
                self._count -= 1
                if kept.good(now):
                    return kept
                kept.sock.close()
        return None

    def put(self, place: Hashable, sock: socket.socket, dialled_at: float) -> None:
        """Keep a connection over which an answer has been read to its end."""
        now = clock.monotonic()
        with self._mutex:
            self._tidy(now)
            if self._count >= MOST:
                sock.close()
                return
            self._kept[place].append(Kept(sock, dialled_at, now))
            self._count += 1

    def forget(self) -> None:
        """Be an empty shelf; that of a new process, for what it inherited is in use by the one that it is from."""
        for those in self._kept.values():
            for kept in those:
                kept.sock.close()
        self._kept.clear()
        self._mutex, self._count = threading.Lock(), 0

    def _tidy(self, now: float) -> None:
        """Close what has been idle too long; the oldest stand first."""
        for place, those in list(self._kept.items()):
            while those and now - those[0].used_at > IDLE_S:
                those.pop(0).sock.close()
                self._count -= 1
            if not those:
                del self._kept[place]


shelf = Shelf()
"""The one of this process."""
os.register_at_fork(after_in_child=shelf.forget)
