"""How what signals read came to what it is: computed anew at every sample, with gaps where it was not known (DET-12). For pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tocsin.engine import watch
from tocsin.engine.expressions import UNKNOWN, Expression, SignalRead, evaluate, leaves
from tocsin.engine.program import Program
from tocsin.incidents import samples
from tocsin.incidents.measured import NEAR, Measured

POINTS_MAX: Final = 240
"""A curve of more points is thinned."""

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trend:
    """The `value` now and before: at each instant, or None while it was not known. `missing` are the signals of which nothing is heard."""

    value: Decimal | None
    points: tuple[tuple[datetime, Decimal | None], ...]
    missing: tuple[str, ...]
    moved: Decimal | None
    """By how much it has changed in the last hour, or since it is known if that is less."""


def every(known: Measured, trees: Mapping[str, Expression], since: datetime, at: datetime) -> Mapping[str, Trend]:
    """Return by name how each of `trees`, which signals read, came from `since` on to what it is at `at`."""
    series = known.since(since - NEAR - samples.reach(known.program))
    return {name: trend(known.program, series, tree, since, at) for name, tree in trees.items()}


def trend(program: Program, series: Mapping[str, watch.Series], tree: Expression, since: datetime, at: datetime) -> Trend:
    """Return how `tree` came to what it is. Pure."""
    needed = tuple(dict.fromkeys(measured_by(program, tree)))
    instants = [since, *watch.instants(program, needed, series, since, at)]
    thinned = instants[:: len(instants) // POINTS_MAX + 1]
    points = tuple((each, _known(program, series, tree, each)) for each in (*thinned, at))
    unheard = tuple(name for name in needed if watch.reading(program.signals[name], series[name], "now", None, at) is UNKNOWN)
    value = points[-1][1]
    before = next((known for each, known in points if known is not None and each >= at - HOUR), None)
    return Trend(value, points, unheard, None if value is None or before is None else value - before)


def measured_by(program: Program, tree: Expression) -> Iterator[str]:
    """Yield the measured signals behind `tree`: of a computed one those in its formula."""
    for leaf in leaves(tree):
        if isinstance(leaf, SignalRead):
            formula = program.signals[leaf.signal].formula
            yield from measured_by(program, formula) if formula is not None else (leaf.signal,)


def _known(program: Program, series: Mapping[str, watch.Series], tree: Expression, at: datetime) -> Decimal | None:
    value = evaluate(tree, watch.look(program, series, at))
    return value if isinstance(value, Decimal) else None
