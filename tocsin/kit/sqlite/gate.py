"""The write gate: every writing transaction of this process passes it, one at a time, first come first served."""

import fcntl
import os
import threading
import time
from collections import deque
from typing import Final

from django.db import OperationalError

from tocsin.kit import clock

WAIT_S: Final = 20.0
ASKS_AT_FIRST_S: Final = 0.0001
ASKS_EVERY_S: Final = 0.0005
"""Most are soon out again, and several stages of an alert's way pass the gate one after the other; who stays longer is not asked so often."""
ASKS_AT_FIRST: Final = 20
WAITED_TOO_LONG: Final = "database is locked: waited too long at the write gate"


class Gate:
    """
    A fair lock that its holder may take again. SQLite itself has one writer at a time but no queue: without the gate whoever polls
    its lock most often wins, and a storm of alerts starves a person's click.

    Once it is told the database's file, it also keeps out the writers of other processes (a command beside the server), so that nobody
    ever writes or checkpoints while another does.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._queue: deque[tuple[int, threading.Event]] = deque()
        self._holder: int | None = None
        self._depth = 0
        self._file: int | None = None
        self._next: int | None = None
        self._inside, self._along = False, 0

    def share(self, path: str) -> None:
        """
        Share the gate with the other processes that write to the database at `path`. A process has one such database.

        Two files are locked in turn, so that processes take turns as well: who waits for the gate holds the place before it, and whoever
        has just left comes behind. A process goes in with all of its threads that wait by then: else those of one that has many, each soon out
        again, would each wait for another process that stays long.
        """
        with self._mutex:
            if self._file is None:
                self._next = os.open(f"{path}-next", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def forget(self) -> None:
        """Be the gate of a new process: a lock that it inherited would not keep the one out that it is from."""
        for file in filter(None, (self._file, self._next)):
            os.close(file)
        self._mutex, self._file, self._next = threading.Lock(), None, None
        self._queue.clear()
        self._holder, self._depth = None, 0
        self._inside, self._along = False, 0

    def acquire(self, timeout_s: float = WAIT_S) -> None:
        """
        Wait for one's turn.

        :raises OperationalError: not within `timeout_s`; the transaction may be tried again as a whole.
        """
        deadline = clock.monotonic() + timeout_s
        if self._enter(timeout_s) or self._inside:
            return
        try:
            self._lock_file(deadline)
        except BaseException:
            self.release()
            raise

    def acquire_if_free(self) -> bool:
        """Enter if nobody is in and nobody waits, here or in another process, and return whether that was so."""
        with self._mutex:
            if self._holder is not None or not self._lock_file_if_free():
                return False
            self._holder, self._depth = threading.get_ident(), 1
            return True

    def release(self) -> None:
        """Let the next one in."""
        with self._mutex:
            self._depth -= 1
            if self._depth:
                return
            if self._queue and self._along:
                self._along -= 1
            else:
                self._leave()
            self._holder = None
            if self._queue:
                self._holder, turn = self._queue.popleft()
                self._depth = 1
                turn.set()

    def wanted(self) -> bool:
        """Return whether somebody waits for the gate, here or in another process. For its holder."""
        if self._queue or self._next is None:
            return bool(self._queue)
        if not _lock_if_free(self._next):
            return True
        fcntl.flock(self._next, fcntl.LOCK_UN)
        return False

    def mine(self) -> bool:
        """Return whether this thread holds the gate."""
        return self._holder == threading.get_ident()

    def waiting(self) -> int:
        """Return how many wait."""
        return len(self._queue)

    def _enter(self, timeout_s: float) -> bool:
        """Become the holder; return whether one was it already."""
        me = threading.get_ident()
        with self._mutex:
            if self._holder in (None, me):
                self._holder, self._depth = me, self._depth + 1
                return self._depth > 1
            ticket = (me, threading.Event())
            self._queue.append(ticket)
        if not ticket[1].wait(timeout_s) and self._gave_up(ticket):
            raise OperationalError(WAITED_TOO_LONG)
        return False

    def _gave_up(self, ticket: tuple[int, threading.Event]) -> bool:
        """Leave the queue; false if the turn came in this very instant."""
        with self._mutex:
            if ticket[1].is_set():
                return False
            self._queue.remove(ticket)
            return True

    def _leave(self) -> None:
        """Let other processes in."""
        self._inside, self._along = False, 0
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _lock_file(self, deadline: float) -> None:
        """Keep other processes out, until whoever waits by now has been in as well."""
        if self._file is None or self._next is None:
            return
        _lock(self._next, deadline)
        try:
            _lock(self._file, deadline)
            self._inside, self._along = True, len(self._queue)
        finally:
            fcntl.flock(self._next, fcntl.LOCK_UN)

    def _lock_file_if_free(self) -> bool:
        """
        Keep other processes out if none is in and none waits, and return whether that was so.

        Whoever is in asks by the other file whether somebody waits: this one does not, so that file is not touched until the gate is free.
        """
        if self._file is None or self._next is None:
            return True
        if not _lock_if_free(self._file):
            return False
        self._inside = _lock_if_free(self._next)
        fcntl.flock(self._next if self._inside else self._file, fcntl.LOCK_UN)
        return self._inside


def _lock_if_free(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock(file: int, deadline: float) -> None:
    """Lock a file. There are few processes, each quick, so asking again very soon will do; a lock can only be waited for without end."""
    asked = 0
    while not _lock_if_free(file):
        if clock.monotonic() > deadline:
            raise OperationalError(WAITED_TOO_LONG)
        asked += 1
        time.sleep(ASKS_AT_FIRST_S if asked <= ASKS_AT_FIRST else ASKS_EVERY_S)


gate = Gate()
"""The one of this process."""
os.register_at_fork(after_in_child=gate.forget)
