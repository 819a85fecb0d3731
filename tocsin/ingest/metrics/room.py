"""
How many bodies of samples are worked on at once: a bounded number, so that memory is, and no organisation takes what others need.

Samples are read and written on the threads that answer pages, through the same gate: whoever pushes without measure is asked to come back.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from prometheus_client import Counter as Count

_turned_away = Count("tocsin_samples_turned_away_total", "Bodies of samples that there was no room for")


class Full(Exception):  # noqa: N818 - it says how things stand
    """There is no room for one more body now."""


class Room:
    """
    Room for `most` bodies, `each` of them of one organisation at most. Whoever has none in it finds a place until there are twice as many.
    """

    def __init__(self, most: int = 8, each: int = 3) -> None:
        self._most, self._each = most, each
        self._mutex = threading.Lock()
        self._inside: Counter[UUID] = Counter()

    @contextmanager
    def place(self, organisation_id: UUID) -> Iterator[None]:
        """
        Hold a place for one body.

        :raises Full: there is none; it was not looked at, and is to be sent again.
        """
        with self._mutex:
            mine, all_of_them = self._inside[organisation_id], self._inside.total()
            if not (mine < self._each and all_of_them < self._most) and not (mine == 0 and all_of_them < 2 * self._most):
                _turned_away.inc()
                raise Full
            self._inside[organisation_id] += 1
        try:
            yield
        finally:
            with self._mutex:
                self._inside[organisation_id] -= 1
                self._inside += Counter()  # forget who has none in it


room: Final = Room()
"""That of this process."""
