"""Small lines of values over time, drawn as a path: the last hours of a signal, what was said of a fact again and again."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 72, 24, 3


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
