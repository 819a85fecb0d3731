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
SAME: Final = 0.8
"""Per cent within which clocks share a pin."""
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
    more: int
    """How many further clocks stand at the same place."""


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
        inside = [
            mark
            for mark in marks
            if self.now - BACK < mark < self.now + AHEAD - timedelta(minutes=4) and abs(mark - self.now) > timedelta(minutes=6)
        ]
        return [Tick(self._x(mark), mark.strftime("%H:%M")) for mark in inside]

    def pins(self, clocks: Iterable[Shown]) -> list[Pin]:
        """Return the pins of one lane, from the left; words give way where it gets narrow."""
        placed = sorted(((_instant(clock), clock) for clock in clocks), key=lambda pair: pair[0])
        inside = [(at, clock) for at, clock in placed if self.now - BACK <= at <= self.now + AHEAD]
        merged: list[list[tuple[datetime, Shown]]] = []
        for pair in inside:
            if merged and pair[1].state == merged[-1][0][1].state and self._part(pair[0]) - self._part(merged[-1][0][0]) < SAME:
                merged[-1].append(pair)
            else:
                merged.append([pair])
        places = [self._part(group[0][0]) for group in merged]
        return [self._pin(group, places, index) for index, group in enumerate(merged)]

    def _pin(self, group: list[tuple[datetime, Shown]], places: list[float], index: int) -> Pin:
        at, clock = group[0]
        left = clock.state == "late" or places[index] > EDGE
        before, after = ([0.0, *places][index], [*places, 100.0][index + 1])
        room = places[index] - before if left else after - places[index]
        return Pin(self._x(at), clock, at, _says(clock, room), left, len(group) - 1)

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
