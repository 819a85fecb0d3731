"""A signal over time as people judge it: what it read, its mean, and the thresholds of triggers and conditions (DET-08, DET-10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from tocsin.engine import watch
from tocsin.engine.expressions import Compare, Expression, Literal, SignalRead, parts
from tocsin.engine.program import Program, Signal
from tocsin.incidents import measured, samples, trends
from tocsin.incidents.trends import Trend

HUNDRED: Final = Decimal(100)
Points = Sequence[tuple[datetime, Decimal | None]]


@dataclass(frozen=True, slots=True)
class Limit:
    """A comparison of a plan with this signal, and where its threshold lay: it moves with the mean where it is held against one."""

    test: Compare
    points: Points


@dataclass(frozen=True, slots=True)
class Plot:
    """What a signal read over one window (None for its last value), with its mean and the thresholds over the same window."""

    window: timedelta | None
    trend: Trend
    means: Points
    limits: tuple[Limit, ...]


def of(
    organisation_id: UUID, program: Program, signal: Signal, since: datetime, at: datetime, *, part: tuple[str, str] | None = None
) -> list[Plot]:
    """
    Return the plots of a signal from `since` until `at`: over its own window first, then over each other one that a rule looks at.

    `part` is a label and its value, for what was measured on that alone.
    """
    tests = list(dict.fromkeys(test for tree in _judged(program) for test in _tests(tree, signal)))
    windows = dict.fromkeys([signal.window, *(_window(test, signal) for test in tests)])
    trees = {window: SignalRead(signal.id, "now", window) for window in windows}
    needed = {name for tree in trees.values() for name in trends.measured_by(program, tree)} | {signal.id}
    narrowed = replace(program, signals={name: one for name, one in program.signals.items() if name in needed or one.formula})
    series = measured.load(organisation_id, narrowed, since - measured.NEAR - samples.reach(program))
    series = {name: one.of(*part) for name, one in series.items()} if part else series
    return [
        _plot(
            narrowed,
            signal,
            series.get(signal.id, watch.Series()),
            trends.trend(narrowed, series, tree, since, at),
            window=window,
            tests=tests,
        )
        for window, tree in trees.items()
    ]


def _judged(program: Program) -> Iterator[Expression]:
    """Yield what the triggers of a plan and its measured conditions look at; rules of levels and second readings would crowd a chart."""
    yield from (trigger.test for trigger in program.triggers.values())
    yield from (one.measure for one in program.conditions.values() if one.measure is not None)


def _tests(tree: Expression, signal: Signal) -> Iterator[Compare]:
    """Yield each comparison of this signal with a number."""
    match tree:
        case Compare(_, SignalRead(name), Literal(Decimal())) if name == signal.id:
            yield tree
        case _:
            for part in parts(tree):
                yield from _tests(part, signal)


def _window(test: Compare, signal: Signal) -> timedelta | None:
    assert isinstance(test.left, SignalRead)
    return test.left.window or signal.window


def _plot(
    program: Program, signal: Signal, known: watch.Series, trend: Trend, *, window: timedelta | None, tests: Sequence[Compare]
) -> Plot:
    def mean(at: datetime) -> Decimal | None:
        found = known.mean_at(at)
        if found is None or signal.kind != "count" or not window or not signal.window:
            return found
        return found * watch.ratio(window, signal.window)

    means = tuple((at, mean(at)) for at, _ in trend.points)
    own = [test for test in tests if _window(test, signal) == window]
    return Plot(window, trend, means, tuple(Limit(test, tuple(_threshold(test, each) for each in means)) for test in own))


def _threshold(test: Compare, mean: tuple[datetime, Decimal | None]) -> tuple[datetime, Decimal | None]:
    assert isinstance(test.left, SignalRead)
    assert isinstance(test.right, Literal)
    limit = test.right.value
    assert isinstance(limit, Decimal)
    at, value = mean
    match test.left.measure:
        case "excess":
            return at, None if value is None else value * (HUNDRED + limit) / HUNDRED
        case "level":
            return at, None if value is None else value * limit / HUNDRED
        case _:
            return at, limit
