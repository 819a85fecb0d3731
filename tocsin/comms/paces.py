"""How many messages a worker takes at once, channel by channel: as many as the provider has shown to take quickly."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

Place = tuple[UUID, str]
"""An organisation and its channel."""

MOST: Final = 64
QUICK_S: Final = 0.25
"""Whoever takes a helping within this gets a larger one."""
SLOW_S: Final = 4.0
"""Whoever takes longer gets one message at a time."""


class Paces:
    """
    One at first, and twice as many after each helping that went quickly; one again once a provider is slow or does not answer. So hardly
    anything waits behind what is slow, and what is quick costs the database little. Every process learns it for itself.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._most: dict[Place, int] = {}
        self._at_work: Counter[Place] = Counter()
        self._claimed: set[Place] = set()

    def most(self, place: Place) -> int:
        """Return how many to take at once."""
        return self._most.get(place, 1)

    def busy(self, workers: int) -> set[Place]:
        """Return the channels at which so many threads of this process are at work."""
        with self._mutex:
            return {place for place, count in self._at_work.items() if count >= workers}

    @contextmanager
    def at_work(self, place: Place) -> Iterator[None]:
        """Count this thread for as long as the block runs."""
        with self._mutex:
            self._at_work[place] += 1
        try:
            yield
        finally:
            with self._mutex:
                self._at_work[place] -= 1

    @contextmanager
    def claimed(self, place: Place) -> Iterator[bool]:
        """
        Yield whether this thread is the only one here that claims of a channel while the block runs: a second one would find nothing left.
        """
        with self._mutex:
            alone = place not in self._claimed
            self._claimed.add(place)
        try:
            yield alone
        finally:
            if alone:
                with self._mutex:
                    self._claimed.discard(place)

    def note(self, place: Place, *, took_s: float, well: bool) -> None:
        """Learn how long a helping took, and whether everything in it was answered."""
        with self._mutex:
            if not well or took_s > SLOW_S:
                self._most.pop(place, None)
            elif took_s < QUICK_S:
                self._most[place] = min(MOST, 2 * self._most.get(place, 1))
