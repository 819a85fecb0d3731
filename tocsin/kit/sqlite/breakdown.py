"""A disk that does not take a write: what it holds is unknown then, so the server ends, and only a fresh one looks."""

import os
import sqlite3
import threading
from collections.abc import Callable
from typing import Final

import structlog

EXIT_STATUS: Final = 74  # EX_IOERR of sysexits.h
FLUSH_S: Final = 0.5
"""So long those who wait are still answered."""
_BROKEN: Final = frozenset(
    {
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
    }
)

_log = structlog.get_logger(__name__)


def leave() -> None:
    """End the process at once, without any clean-up that could touch the database again."""
    os._exit(EXIT_STATUS)


class Breakdown:
    """Ends a process that serves, once; commands and tests go on and see the error themselves."""

    def __init__(self) -> None:
        self._leave: Callable[[], None] | None = None

    def arm(self, leave: Callable[[], None] = leave) -> None:
        """End this process from now on when its disk does not take a write."""
        self._leave = leave

    def look(self, error: BaseException | None) -> None:
        """Look at what a statement or a commit failed with. A full disk is no broken one."""
        code = getattr(error, "sqlite_errorcode", 0)
        if self._leave is None or not (code in _BROKEN or code & 0xFF == sqlite3.SQLITE_READONLY):
            return
        leave, self._leave = self._leave, None
        _log.error("disk.broken", error=str(error), ends=True)
        timer = threading.Timer(FLUSH_S, leave)
        timer.daemon = True
        timer.start()


breakdown: Final = Breakdown()
"""That of this process."""
