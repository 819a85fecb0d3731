"""What whoever looks at samples keeps from one look to the next: the edges of the near past, so that a late sample is looked at in its place."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.engine import watch
from tocsin.engine.terms import Edge
from tocsin.incidents.shapes import Eye, Pen, shape

TICK: Final = timedelta(microseconds=1)

_EDGE, _INSTANT = shape(Edge), shape(datetime)
_PEN, _EYE = Pen(sealed=lambda _place, text: text), Eye(sealed=lambda _place, tree: str(tree))


def read(kept: Iterable[Any], until: datetime | None) -> list[Edge]:
    """Return the kept edges as they were known at `until`; none for whoever looks for the first time."""
    return [edge for edge in (_EDGE.read(tree, _EYE, "") for tree in kept) if until is not None and edge.since <= until]


def write(edges: Iterable[Edge]) -> list[Any]:
    """Return edges as they are kept."""
    return [_EDGE.write(edge, _PEN, "") for edge in edges]


def read_instant(kept: Any) -> datetime:
    """Return an instant that was kept as `kept`."""
    at: datetime = _INSTANT.read(kept, _EYE, "")
    return at


def write_instant(at: datetime) -> str:
    """Return an instant as it is kept."""
    return str(_INSTANT.write(at, _PEN, ""))


def near(edges: Sequence[Edge], since: datetime) -> tuple[Edge, ...]:
    """Return how everything stood at `since` and what has turned from then on; what was unknown then need not be known."""
    return tuple(edge for edge in watch.as_of(edges, since) if edge.value is not None or edge.since > since)
