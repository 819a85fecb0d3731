"""The one that moves what was committed from SQLite's log into its file: nearly all of it while others write."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tocsin.kit.sqlite import syncing
from tocsin.kit.sqlite.breakdown import breakdown
from tocsin.kit.sqlite.frames import Frames
from tocsin.kit.sqlite.gate import Gate, gate
from tocsin.kit.writeout import write_out

EVERY_S: Final = 0.2
"""Often, so that the little that is moved within the gate is soon moved: a person's click waits behind it."""
PATIENT_S: Final = 1.0
ASKS_EVERY_S: Final = 0.005
WITHIN_S: Final = (0.2, 0.07, 0.02)
"""So evenly what is moved is written out; in a storm once more and again, sooner each time, so that little is left for within the gate."""
LOG_PIECE: Final = 64
FILE_PIECE: Final = 16
"""The least pages at once; those of the file are scattered, which takes the disk longer."""
PAGES_MAX: Final = 8_000
"""A log longer than this is to begin anew. In a storm it does not by itself: whenever it was moved, more has been written."""
LOG_BYTES_MAX: Final = 256 * 1024 * 1024
"""
A log that grew beyond this, because readers kept it, is cut back to nothing as soon as they let go. A storm alone does not make it so long: where the
disk is told what is free, whoever syncs meanwhile waits.
"""


class Checkpointer:
    """
    Runs in one thread of the serving process and keeps its connection open: so no other is ever the last to close, which checkpoints too.

    SQLite up to 3.51.2 can corrupt its log when it begins anew while a checkpoint runs. It does not while somebody reads what is in it, so
    a reader of our own stands by as long as others may write; otherwise this takes the gate.
    """

    def __init__(self, path: Path, gate: Gate = gate) -> None:
        self._log = path.with_name(f"{path.name}-wal")
        self._gate = gate
        self._resting = threading.Event()
        self._frames, self._out = Frames(self._log), 0
        # Opened by whoever starts the server, used by the loop's thread alone.
        self._own, self._reader = (sqlite3.connect(path, timeout=0.1, isolation_level=None, check_same_thread=False) for _ in range(2))
        self._own.execute("PRAGMA synchronous = FULL")
        self._own.execute("PRAGMA wal_autocheckpoint = 0")
        # Never closed: with any file of the database that a process closes, it lets go of the locks that SQLite has on it.
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def run_once(self) -> bool:
        """Move what can be moved without waiting for readers; if the log is long, all of it."""
        for within_s in WITHIN_S:
            pages = self._move_beside(within_s)
            if pages <= PAGES_MAX:
                break
        if pages > PAGES_MAX or self._log_bytes() > LOG_BYTES_MAX:
            self._enter()
            try:
                pages, moved = self._move()
                if pages == moved and self._log_bytes() > LOG_BYTES_MAX:
                    self._own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._gate.release()
        return False

    def _move_beside(self, within_s: float) -> int:
        """
        Move what can be moved while others write, and return how many pages the log had then.

        What is synced, by whom and when is left to SQLite and `_sync`; before that it is written out, log and file in half the time each.
        """
        with self._reading():
            self._write_log_out(within_s / 2)
            pages, moved = self._move()
            if moved < pages or pages > PAGES_MAX:
                self._write_file_out(moved, within_s / 2)
                self._sync()
            self._out = moved
        return pages

    def _write_log_out(self, within_s: float) -> None:
        known = self._frames.look()
        if not known:
            self._out = 0
        places = [self._frames.begin(count) for count in range(known, len(self._frames.pages))]
        if places:
            file = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC)
            try:
                write_out(file, places, self._frames.frame_bytes, within_s, LOG_PIECE)
            finally:
                os.close(file)

    def _write_file_out(self, moved: int, within_s: float) -> None:
        size = self._frames.page_bytes
        places = [(page - 1) * size for page in sorted({*self._frames.pages[self._out : moved]})]
        write_out(self._file, places, size, within_s, FILE_PIECE)

    def close(self) -> None:
        """Close the connection; the last one of all leaves no log behind."""
        self._reader.close()
        self._own.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Keep the log from beginning anew; if there is nothing in it to be moved, nothing that comes meanwhile is moved either."""
        self._reader.execute("BEGIN")
        try:
            self._reader.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            yield
        finally:
            self._reader.execute("ROLLBACK")

    def _move(self) -> tuple[int, int]:
        """Return how many pages are in the log, and how many of them have been moved."""
        try:
            _, pages, moved = self._own.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.OperationalError as error:
            breakdown.look(error)
            raise
        return pages, moved

    def _sync(self) -> None:
        """
        Sync what was moved: SQLite does that at the end of the log only, and then within the gate.

        Pages that were not taken are not moved again by this process, so a server ends then, and the next one moves the whole log.
        """
        try:
            os.fdatasync(self._file)
        except OSError as fault:
            raise syncing.not_taken(fault) from fault

    def _enter(self) -> None:
        """Take the gate in a moment in which nobody else wants it. If there is none for a while, wait there like anybody."""
        for _ in range(round(PATIENT_S / ASKS_EVERY_S)):
            if self._gate.acquire_if_free():
                return
            self._resting.wait(ASKS_EVERY_S)
        self._gate.acquire()

    def _log_bytes(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0
