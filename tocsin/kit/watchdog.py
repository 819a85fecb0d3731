"""Ends a process whose event loop stands still: a server that answers nobody is worse than one that is started again."""

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Final

import structlog

LOOKS_MAX: Final = 30
EVERY_S: Final = 1.0
EXIT_STATUS: Final = 75  # EX_TEMPFAIL of sysexits.h: try again

_log = structlog.get_logger(__name__)


def _leave() -> None:
    os._exit(EXIT_STATUS)


class Watchdog:
    """
    Looks at an event loop from a thread of its own and ends the process after so many looks in a row at which the loop had done nothing.

    It counts looks and not seconds: a process that was stopped as a whole, as a paused machine is, did not look either.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, leave: Callable[[], None] = _leave, every_s: float = EVERY_S) -> None:
        self._loop = loop
        self._leave = leave
        self._every_s = every_s
        self._turned = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _watch(self) -> None:
        missed = 0
        while missed < LOOKS_MAX:
            self._turned.clear()
            self._loop.call_soon_threadsafe(self._turned.set)
            if self._over.wait(self._every_s):
                return
            missed = 0 if self._turned.is_set() else missed + 1
        _log.error("watchdog.stands_still", looks=missed)
        self._leave()
