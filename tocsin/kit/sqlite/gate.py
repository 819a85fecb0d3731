"""The write gate: every writing transaction of this process passes it, one at a time, first come first served."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError

WAIT_S = 20.0


class Gate:
    """
    A fair lock that its holder may take again. SQLite itself has one writer at a time but no queue: without the gate whoever polls
    its lock most often wins, and a storm of alerts starves a person's click.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._queue: deque[tuple[int, threading.Event]] = deque()
        self._holder: int | None = None
        self._depth = 0

    def acquire(self, timeout_s: float = WAIT_S) -> None:
        """
        Wait for one's turn.

        :raises OperationalError: not within `timeout_s`; the transaction may be tried again as a whole.
        """
        me = threading.get_ident()
        with self._mutex:
            if self._holder in (None, me):
                self._holder, self._depth = me, self._depth + 1
                return
            ticket = (me, threading.Event())
            self._queue.append(ticket)
        if not ticket[1].wait(timeout_s) and self._gave_up(ticket):
            raise OperationalError("database is locked: waited too long at the write gate")

    def release(self) -> None:
        """Let the next one in."""
        with self._mutex:
            self._depth -= 1
            if self._depth:
                return
            self._holder = None
            if self._queue:
                self._holder, turn = self._queue.popleft()
                self._depth = 1
                turn.set()

    def _gave_up(self, ticket: tuple[int, threading.Event]) -> bool:
        """Leave the queue; false if the turn came in this very instant."""
        with self._mutex:
            if ticket[1].is_set():
                return False
            self._queue.remove(ticket)
            return True

    def waiting(self) -> int:
        """Return how many wait."""
        return len(self._queue)


gate = Gate()


@contextmanager
def write(timeout_s: float = WAIT_S) -> Iterator[None]:
    """Hold the gate, for a writer that does not go through Django's connections."""
    gate.acquire(timeout_s)
    try:
        yield
    finally:
        gate.release()
