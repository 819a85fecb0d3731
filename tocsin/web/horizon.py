"""The horizon of the board: every clock of the next two hours on one axis. Places are SVG attributes in per cent, never styles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.web import times
from tocsin.web.clocks import Shown

BACK: Final = timedelta(minutes=25)
AHEAD: Final = timedelta(minutes=115)
STEP: Final = timedelta(minutes=30)
NEAR: Final = 14.0
"""Per cent to the next pin below which a pin says only its time."""
TIGHT: Final = 4.5
"""Per cent below which it says nothing: its name has it all."""
EDGE: Final = 90.0


@dataclass(frozen=True, slots=True)
class Tick:
    """An instant on the axis."""

    x: str
    words: str


@dataclass(frozen=True, slots=True)
class Pin:
    """One clock on a lane. `says` is all, time or nothing; `left` puts the words on the left."""

    x: str
    clock: Shown
    at: datetime
    says: str
    left: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """The stretch of time that is shown."""

    now: datetime

    @property
    def now_x(self) -> str:
        return self._x(self.now)

    def ticks(self) -> list[Tick]:
        """Return the half hours of the viewer's zone, but not under the mark of the present."""
        local = times.local(self.now - BACK)
        first = local.replace(minute=0, second=0, microsecond=0)
        marks = [first + STEP * index for index in range(8)]
        inside = [mark for mark in marks if self.now - BACK < mark < self.now + AHEAD and abs(mark - self.now) > timedelta(minutes=6)]
        return [Tick(self._x(mark), mark.strftime("%H:%M")) for mark in inside]

    def pins(self, clocks: Iterable[Shown]) -> list[Pin]:
        """Return the pins of one lane, from the left; words give way where it gets narrow."""
        placed = sorted(((_instant(clock), clock) for clock in clocks), key=lambda pair: pair[0])
        inside = [(at, clock) for at, clock in placed if self.now - BACK <= at <= self.now + AHEAD]
        places = [self._part(at) for at, _clock in inside]
        gaps = [after - before for before, after in zip(places, [*places[1:], 100.0], strict=False)]
        return [
            Pin(self._x(at), clock, at, _says(clock, gap), place > EDGE)
            for (at, clock), place, gap in zip(inside, places, gaps, strict=True)
        ]

    def _part(self, at: datetime) -> float:
        return (at - self.now + BACK) / (BACK + AHEAD) * 100

    def _x(self, at: datetime) -> str:
        return f"{self._part(at):.2f}%"


def _says(clock: Shown, gap: float) -> str:
    if clock.state == "met" or gap < TIGHT:
        return "nothing"
    return "time" if gap < NEAR else "all"


def _instant(clock: Shown) -> datetime:
    return clock.row.met_at or clock.row.due_at or clock.row.began_at
