"""Values over time, drawn: small lines beside a reading, and curves with their bounds for whoever decides by them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Final

WIDTH, HEIGHT, EDGE = 72, 24, 3
SPREAD: Final = 100
"""A curve is as wide and as high as this, and stretched to its place."""

Point = tuple[datetime, Decimal | None]
"""A value, or None from when on it was not known."""


@dataclass(frozen=True, slots=True)
class Frame:
    """
    A square of `SPREAD` in which values over time are drawn, from `begin` to `end`.

    `low` and `high` are the bounds it is drawn between: round numbers around all that it shows.
    """

    low: Decimal
    high: Decimal
    begin: datetime
    end: datetime

    def across(self, at: datetime) -> str:
        """Return how far from its left edge an instant lies."""
        return f"{SPREAD * ((at - self.begin) / (self.end - self.begin)):.1f}"

    def line(self, points: Sequence[Point]) -> str:
        """Return the path through `points`, with a gap wherever the value was not known."""
        return " ".join(
            "M" + " ".join(self._place(at, value) for at, value in part) + ("h0" if len(part) == 1 else "") for part in _parts(points)
        )

    def steps(self, points: Sequence[Point]) -> str:
        """Return the path of what keeps each of its values until the next one."""
        path = ""
        for (at, value), (until, _) in pairwise([*points, (self.end, None)]):
            path += f"M{self._place(at, value)}H{self.across(until)}" if value is not None else ""
        return path

    def dot(self, at: datetime, value: Decimal) -> str:
        """Return one value by itself."""
        return f"M{self._place(at, value)}h0"

    def level(self, value: Decimal) -> str:
        """Return the path of what is the same all the time."""
        return f"M0 {self._height(value)}h{SPREAD}"

    def _place(self, at: datetime, value: Decimal) -> str:
        return f"{self.across(at)} {self._height(value)}"

    def _height(self, value: Decimal) -> str:
        return f"{SPREAD - float((value - self.low) / (self.high - self.low)) * SPREAD:.1f}"


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve ready to draw in its frame: a line with a gap wherever the value was not known, and the last value by itself."""

    frame: Frame
    path: str
    last: str
    limit: str
    """Where a target lies; empty for none."""
    points: tuple[tuple[datetime, Decimal], ...]


def frame(begin: datetime, end: datetime, values: Iterable[Decimal]) -> Frame | None:
    """Return the frame around `values`; None where there are none, or no time passes."""
    shown = list(values)
    return Frame(*_bounds(min(shown), max(shown)), begin, end) if shown and begin < end else None


def curve(points: Sequence[Point], target: Decimal | None = None) -> Curve | None:
    """Return the curve through `points`, in order of time; None where fewer than two values are known, or all at one instant."""
    known = tuple((at, value) for at, value in points if value is not None)
    if len(known) < 2:
        return None
    shown = [value for _, value in known] + ([target] if target is not None else [])
    around = frame(points[0][0], points[-1][0], shown)
    if around is None:
        return None
    limit = around.level(target) if target is not None else ""
    return Curve(around, around.line(points), around.dot(*known[-1]), limit, known)


def _bounds(least: Decimal, most: Decimal) -> tuple[Decimal, Decimal]:
    """Return round numbers around the values, so that a small change is not drawn as a large one."""
    step = Decimal(10) ** max((most - least or most or Decimal(1)).copy_abs().adjusted(), (most.copy_abs() / 10 or Decimal(1)).adjusted())
    low, high = (value / step for value in (least, most))
    low, high = low.to_integral_value(ROUND_FLOOR) * step, high.to_integral_value(ROUND_CEILING) * step
    return (low, high) if low < high else (low - step, high + step)


def _parts(points: Sequence[Point]) -> Iterator[list[tuple[datetime, Decimal]]]:
    """Yield the stretches in which the value was known."""
    part: list[tuple[datetime, Decimal]] = []
    for at, value in points:
        if value is not None:
            part.append((at, value))
        elif part:
            yield part
            part = []
    if part:
        yield part


def line(points: Sequence[tuple[datetime, Decimal]]) -> str:
    """Return the path through `points`, in order of time, as wide and as high as they reach; empty for fewer than two."""
    if len(points) < 2:
        return ""
    low, high = min(value for _, value in points), max(value for _, value in points)
    begin, span = points[0][0], points[-1][0] - points[0][0]
    reach = high - low or Decimal(1)
    if not span:
        return ""
    places = (
        f"{WIDTH * ((at - begin) / span):.1f} {HEIGHT - EDGE - float((value - low) / reach) * (HEIGHT - 2 * EDGE):.1f}"
        for at, value in points
    )
    return "M" + " ".join(places)
