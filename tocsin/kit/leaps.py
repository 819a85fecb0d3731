"""Whether the clock on the wall leaps: held against one that only runs, a step of a minute is seen; none forward is believed at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tocsin.kit import clock

STEP_MAX: Final = timedelta(seconds=60)
BELIEVED_AFTER_S: Final = 5.0
"""How long after the first reading of a step forward the second has to say the same: what sets a clock wrong is often set right at once."""


@dataclass(frozen=True, slots=True)
class Leap:
    """The clock was set, from `since` to `until`; backward if that is earlier."""

    since: datetime
    until: datetime

    @property
    def forward(self) -> bool:
        """Return whether time was left out."""
        return self.until > self.since


class Guard:
    """
    The wall clock, held against one that only runs. After a step forward it goes on as if there had been none until the step is believed.

    Slow drift and small steps are followed. Read by every thread; whoever looks after leaps is one of them.
    """

    def __init__(self, wall: Callable[[], float] = time.time, running: Callable[[], float] = clock.running) -> None:
        self._wall = wall
        self._running = running
        self._apart = wall() - running()
        self._before = self._apart
        self._stepped: tuple[float, float] | None = None

    def now(self) -> datetime:
        """Return the instant that is believed."""
        wall, running = self._wall(), self._running()
        if abs(wall - running - self._apart) <= STEP_MAX.total_seconds():
            self._apart = wall - running
        return datetime.fromtimestamp(running + self._apart, UTC)

    def look(self) -> Leap | None:
        """
        Return the step that is to be believed now: one backward at once, one forward at its second reading.

        A step that is gone by then was none.
        """
        before, running = self.now(), self._running()
        apart = self._wall() - running
        if abs(apart - self._apart) <= STEP_MAX.total_seconds():
            self._stepped = None
            return None
        leap = Leap(before, datetime.fromtimestamp(running + apart, UTC))
        if not leap.forward:
            return leap
        if self._stepped is None or abs(apart - self._stepped[1]) > STEP_MAX.total_seconds():
            self._stepped = (running, apart)
        return leap if running - self._stepped[0] >= BELIEVED_AFTER_S else None

    def believe(self) -> None:
        """Go by the wall from now on."""
        self._before, self._apart, self._stepped = self._apart, self._wall() - self._running(), None

    def doubt(self) -> None:
        """Take the last belief back: it could not be written down."""
        self._apart = self._before


guard: Final = Guard()
"""That of this process. A server's clock is read through it; commands that end at once read the wall."""
