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
TIGHT, LATE_TIGHT = 6.0, 9.0
"""Per cent below which it says nothing: its name has it all. One that is late says so beside its time."""
SAME: Final = 0.8
"""Per cent within which clocks share a pin."""
EDGE: Final = 90.0
TIME: Final = 6.0
"""Per cent that the time before the words takes, with its distances, where the axis is narrow."""
LETTER: Final = 0.74
"""Per cent that one letter takes there, on the average."""
WORDS_MAX: Final = 28


@dataclass(frozen=True, slots=True)
class Tick:
    """An instant on the axis."""

    x: str
    words: str


@dataclass(frozen=True, slots=True)
class Pin:
    """One clock on a lane. `says` is all, time or nothing, all in so many `letters`; `left` puts the words on the left."""

    x: str
    clock: Shown
    at: datetime
    says: str
    letters: int
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
        return [self._pin(merged, places, index) for index in range(len(merged))]

    def _pin(self, merged: list[list[tuple[datetime, Shown]]], places: list[float], index: int) -> Pin:
        group = merged[index]
        at, clock = group[0]
        before, after = ([0.0, *places][index], [*places, 100.0][index + 1])
        left = _is_left(clock, places[index])
        towards = merged[index - 1 if left else index + 1][0][1] if 0 <= (index - 1 if left else index + 1) < len(places) else None
        room = places[index] - before if left else after - places[index]
        if towards is not None and _is_left(towards, before if left else after) != left:
            room /= 2  # the words of both lie between them
        letters = min(WORDS_MAX, int((room - TIME) / LETTER) - (3 if len(group) > 1 else 0))
        return Pin(self._x(at), clock, at, _says(clock, room), letters, left, len(group) - 1)

    def _part(self, at: datetime) -> float:
        return (at - self.now + BACK) / (BACK + AHEAD) * 100

    def _x(self, at: datetime) -> str:
        return f"{self._part(at):.2f}%"


def _is_left(clock: Shown, place: float) -> bool:
    """Return whether the words of a pin stand on its left."""
    return clock.state == "late" or place > EDGE


def _says(clock: Shown, gap: float) -> str:
    if clock.state == "met" or gap < (LATE_TIGHT if clock.state == "late" else TIGHT):
        return "nothing"
    return "time" if gap < NEAR else "all"


def _instant(clock: Shown) -> datetime:
    return clock.row.met_at or clock.row.due_at or clock.row.began_at
