"""Values over time, drawn: small lines beside a reading, and curves with their bounds for whoever decides by them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

WIDTH, HEIGHT, EDGE = 72, 24, 3
SPREAD: Final = 100
"""A curve is as wide and as high as this, and stretched to its place."""

Point = tuple[datetime, Decimal | None]
"""A value, or None from when on it was not known."""


@dataclass(frozen=True, slots=True)
class Curve:
    """
    A curve ready to draw in a square of `SPREAD`: a line with a gap wherever the value was not known, and the last value by itself.

    `low` and `high` are the bounds it is drawn between: round numbers around all that it shows.
    """

    path: str
    last: str
    limit: str
    """Where a target lies; empty for none."""
    low: Decimal
    high: Decimal
    begin: datetime
    end: datetime
    points: tuple[tuple[datetime, Decimal], ...]

    def across(self, at: datetime) -> str:
        """Return how far from its left edge an instant lies."""
        return f"{SPREAD * ((at - self.begin) / (self.end - self.begin)):.1f}"


def curve(points: Sequence[Point], target: Decimal | None = None) -> Curve | None:
    """Return the curve through `points`, in order of time; None where fewer than two values are known, or all at one instant."""
    known = tuple((at, value) for at, value in points if value is not None)
    if len(known) < 2 or points[0][0] == points[-1][0]:
        return None
    shown = [value for _, value in known] + ([target] if target is not None else [])
    low, high = _bounds(min(shown), max(shown))
    begin, end = points[0][0], points[-1][0]

    def place(at: datetime, value: Decimal) -> str:
        return f"{SPREAD * ((at - begin) / (end - begin)):.1f} {_height(value, low, high)}"

    return Curve(
        path=" ".join("M" + " ".join(place(at, value) for at, value in part) + ("h0" if len(part) == 1 else "") for part in _parts(points)),
        last=f"M{place(*known[-1])}h0",
        limit=f"M0 {_height(target, low, high)}h{SPREAD}" if target is not None else "",
        low=low,
        high=high,
        begin=begin,
        end=end,
        points=known,
    )


def _height(value: Decimal, low: Decimal, high: Decimal) -> str:
    return f"{SPREAD - float((value - low) / (high - low)) * SPREAD:.1f}"


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
