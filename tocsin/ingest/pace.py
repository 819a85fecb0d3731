"""How much is written in one transaction behind the lane, and how long the write gate is left to others after it."""

import threading
from dataclasses import dataclass
from typing import Final

from tocsin.kit import clock

HOLD_S: Final = 0.025
"""A turn is made as large as can be written in this time, so that whoever waits at the write gate behind it does not wait long."""
HOLD_ALONE_S: Final = 0.1
"""While nobody waits there it may take longer: of the indexes, ten rows change about as many pages as a thousand do."""
SHARE: Final = 0.25
SHARE_BEHIND: Final = 0.5
"""How much of the time the gate is held here while others want it: an answer goes before what follows from it."""
BEHIND_S: Final = 1.0
"""So far behind the lane, the larger share is taken."""
REST_MAX_S: Final = 0.25
"""Whoever waited has been in by then. Where a disk stood still for seconds, nobody needs the gate for as many more."""


@dataclass(frozen=True, slots=True)
class Written:
    """How long a turn held the write gate, and whether somebody waited there when it was done."""

    seconds: float = 0.0
    wanted: bool = False


class Pace:
    """How much a turn takes, from `least` to `most` in whatever it is counted in, and how long the gate is left to others after it."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most
        self.size = min(2 * least, most)
        self._free_until = 0.0
        self._resting = threading.Event()

    def took(self, written: Written, behind_s: float = 0.0) -> None:
        """Learn from the turn just written; `behind_s` is how long the oldest of what it wrote had waited."""
        seconds = written.seconds
        if written.wanted:
            share = SHARE_BEHIND if behind_s > BEHIND_S else SHARE
            self._free_until = clock.monotonic() + min(seconds * (1 / share - 1), REST_MAX_S)
        if seconds > (HOLD_S if written.wanted else HOLD_ALONE_S):
            self.size = max(self._least, self.size // 2)
        else:
            self.size = min(self._most, self.size + self._least)

    def owed_s(self) -> float:
        """Return how much longer the gate is to be left to others."""
        return max(0.0, self._free_until - clock.monotonic())

    def make_way(self) -> None:
        """Wait as long as that. What can be thought out meanwhile is thought out before."""
        self._resting.wait(self.owed_s())
