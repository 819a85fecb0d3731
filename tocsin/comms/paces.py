"""How many messages a worker takes at once, channel by channel: as many as the provider has shown to take quickly."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from tocsin.kit import clock

Place = tuple[UUID, str]
"""An organisation and its channel."""

MOST: Final = 64
QUICK_S: Final = 0.25
"""Whoever takes a helping within this gets a larger one."""
NEAR_S: Final = 0.01
"""Whoever takes a message within this is hardly waited for."""
FEW: Final = 8
"""Where more are taken at once, more wait behind them."""
SLOW_S: Final = 4.0
"""Whoever takes longer gets one message at a time."""


class Paces:
    """
    One at first, and twice as many after each helping that went quickly; one again once a provider is slow or does not answer. So hardly
    anything waits behind what is slow, and what is quick costs the database little. Every process learns it for itself.

    What is near needs one thread while few come: it is back before a second one has claimed anything, and two would wait for each other at every
    message. Of a crowd, the one sends while the other claims.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._most: dict[Place, int] = {}
        self._at_work: dict[int, Place] = {}
        self._since: dict[Place, float] = {}
        self._near: set[Place] = set()
        self._crowded: set[Place] = set()
        self._claimed: set[Place] = set()
        self._unsettled: Counter[Place] = Counter()

    def most(self, place: Place) -> int:
        """Return how many to take at once."""
        return self._most.get(place, 1)

    def busy(self, workers: int) -> set[Place]:
        """Return the channels at which so many threads of this process are at work, or one that will soon be back."""
        with self._mutex:
            counts = Counter(self._at_work.values())
            return {place for place, count in counts.items() if count >= (1 if self._is_soon_back(place) else workers)}

    def away(self, thread: int) -> bool:
        """Return whether a thread of this process is at work where that may take a while, so that others have to look what is due."""
        with self._mutex:
            place = self._at_work.get(thread)
            return place is not None and not self._is_soon_back(place)

    @contextmanager
    def at_work(self, place: Place, count: int) -> Iterator[None]:
        """Count this thread, which has taken so many, for as long as the block runs."""
        thread = threading.get_ident()
        with self._mutex:
            self._at_work[thread] = place
            (self._crowded.add if count > FEW else self._crowded.discard)(place)
            self._since[place] = clock.monotonic()
        try:
            yield
        finally:
            with self._mutex:
                del self._at_work[thread]

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

    def unsettled(self, places: Iterable[Place], by: int) -> None:
        """Count attempts that ended at these places and stand in the database as under way."""
        with self._mutex:
            for place in places:
                self._unsettled[place] += by

    def sending(self, place: Place, counted: int) -> int:
        """Return how many attempts are under way of those that the database counts."""
        return counted - self._unsettled[place]

    def note(self, place: Place, *, count: int, took_s: float, well: bool) -> None:
        """Learn how long a helping of so many took, and whether everything in it was answered."""
        with self._mutex:
            self._since[place] = clock.monotonic()
            (self._near.add if well and took_s < count * NEAR_S else self._near.discard)(place)
            if not well or took_s > SLOW_S:
                self._most.pop(place, None)
            elif took_s < QUICK_S:
                self._most[place] = min(MOST, 2 * self._most.get(place, 1))

    def _is_soon_back(self, place: Place) -> bool:
        """Return whether this was near the last time, and few were taken and have not taken long this time."""
        return place in self._near and place not in self._crowded and clock.monotonic() - self._since[place] < QUICK_S
