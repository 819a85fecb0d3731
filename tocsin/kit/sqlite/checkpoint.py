"""The one connection that moves what was committed from SQLite's log into its file, while nobody writes."""

import sqlite3
import threading
from pathlib import Path
from typing import Final

from tocsin.kit.sqlite.gate import Gate, gate

EVERY_S: Final = 0.2
"""Often, for it holds the gate: what a storm of alerts writes in a second takes a tenth of one to move, and a person's click waits behind it."""
PATIENT_S: Final = 1.0
ASKS_EVERY_S: Final = 0.005
LOG_BYTES_MAX: Final = 64 * 1024 * 1024
"""A log that grew beyond this, because readers kept it, is cut back to nothing as soon as they let go."""


class Checkpointer:
    """
    Runs in one thread of the serving process and keeps its connection open: so no other is ever the last to close, which checkpoints too.

    SQLite up to 3.51.2 can corrupt its log when several connections checkpoint or write at the same instant; here that takes the gate.
    """

    def __init__(self, path: Path, gate: Gate = gate) -> None:
        self._log = path.with_name(f"{path.name}-wal")
        self._gate = gate
        self._resting = threading.Event()
        # Opened by whoever starts the server, used by the loop's thread alone.
        self._own = sqlite3.connect(path, timeout=0.1, isolation_level=None, check_same_thread=False)
        self._own.execute("PRAGMA synchronous = FULL")
        self._own.execute("PRAGMA wal_autocheckpoint = 0")

    def run_once(self) -> bool:
        """Move what can be moved without waiting for readers."""
        self._enter()
        try:
            _, pages, moved = self._own.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages == moved and self._log_bytes() > LOG_BYTES_MAX:
                self._own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self._gate.release()
        return False

    def close(self) -> None:
        """Close the connection; the last one of all leaves no log behind."""
        self._own.close()

    def _enter(self) -> None:
        """Take the gate in a moment in which nobody else wants it. If there is none for a while, wait there like anybody."""
        for _ in range(round(PATIENT_S / ASKS_EVERY_S)):
            if self._gate.acquire_if_free():
                return
            self._resting.wait(ASKS_EVERY_S)
        self._gate.acquire()

    def _log_bytes(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0
