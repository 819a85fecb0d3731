"""Figures: measured and shown green or red against a target, never a breach (CLK-11); kept as they stand when the incident is closed (STP-13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from tocsin.engine import terms as t
from tocsin.engine.expressions import UNKNOWN, Expression, Known, Lookup, Name, SignalRead, Value, evaluate, leaves
from tocsin.engine.namespaces import part_of
from tocsin.engine.program import Cases, Figure, FromFact, Program
from tocsin.engine.times import Span, add
from tocsin.engine.values import lookup, truth

Standing = Literal["waiting", "open", "green", "red", "shown"]
COUNTS: Final = ("proposed", "decided_otherwise", "raised", "lowered")
"""What the engine counts of itself; beside it the names under which persons close situations, and decisions (`end.made`)."""
MADE: Final = ".made"


@dataclass(frozen=True, slots=True)
class FigureView:
    """
    A figure as it stands. `waiting` for its beginning, its level or what it needs; `open` while time runs or the value is not known;
    `shown` where there is no target. `target_at` is when the target passes, `also` the time from the other beginning.
    """

    figure: str
    standing: Standing
    value: Value | None = None
    target: Value | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    target_at: datetime | None = None
    also: timedelta | None = None


def measure(program: Program, state: t.State, figure: Figure, at: datetime, read: Lookup | None = None) -> FigureView:
    """Return how `figure` stands at `at`; what was kept stays. `read` answers for signals, whose series the engine never sees. Pure."""
    kept = state.figures.get(figure.id)
    if kept is not None:
        return FigureView(figure.id, kept.standing, kept.value, kept.target)
    if figure.levels and state.standing(part_of(figure.id)).level not in figure.levels:
        return FigureView(figure.id, "waiting")
    if figure.needs is not None and truth(program, state, figure.needs, at) is not True:
        return FigureView(figure.id, "waiting", target=_plain(_goal(program, state, figure, at)))
    return _timed(program, state, figure, at) if figure.ends else _valued(program, state, figure, at, read)


def _goal(program: Program, state: t.State, figure: Figure, at: datetime) -> Span | Decimal | bool | None:
    match figure.target:
        case FromFact(fact):
            value = lookup(program, state, at)(Name(fact))
            return Span(exact=value) if isinstance(value, timedelta) else value if isinstance(value, Decimal | bool) else None
        case Cases():
            return figure.target.of(lookup(program, state, at)(Name(figure.target.by)))
        case _:
            return figure.target


def _plain(goal: Span | Decimal | bool | None) -> Value | None:
    """Return a target as a value; where nothing anchors it, a calendar month counts thirty days, and business time is of no one length."""
    if isinstance(goal, Span) and goal.is_business:
        return None
    return goal.exact + timedelta(days=goal.days + 30 * goal.months) if isinstance(goal, Span) else goal


# ------------------------------------------------------------------ how long it took


def _timed(program: Program, state: t.State, figure: Figure, at: datetime) -> FigureView:
    begun, ended = (known.at if (known := state.moments.get(name)) else None for name in (figure.begins, figure.ends))
    goal = _goal(program, state, figure, at)
    if begun is None:
        return FigureView(figure.id, "waiting", target=_plain(goal))
    ended = ended if ended is not None and ended >= begun else None
    target_at = add(begun, goal, program.reckons(figure.id)) if isinstance(goal, Span) else None
    other = state.moments.get(figure.also_from)
    return FigureView(
        figure=figure.id,
        standing=standing(ended, target_at, at, at_least=figure.at_least),
        value=(ended or at) - begun,
        target=target_at - begun if target_at else None,
        begun_at=begun,
        ended_at=ended,
        target_at=target_at,
        also=(ended or at) - other.at if other else None,
    )


def standing(ended: datetime | None, target_at: datetime | None, at: datetime, *, at_least: bool) -> Standing:
    """Return how a figure that has begun stands at `at`: in time, over it, or still running."""
    if target_at is None:
        return "shown" if ended else "open"
    passed = (ended or at) > target_at if not at_least else (ended or at) >= target_at
    if at_least:
        return "green" if passed else "red" if ended else "open"
    return "red" if passed else "green" if ended else "open"


# ------------------------------------------------------------------ what it comes to


def _valued(program: Program, state: t.State, figure: Figure, at: datetime, read: Lookup | None) -> FigureView:
    goal = _plain(_goal(program, state, figure, at))
    begun, target_at = None, None
    if figure.begins:
        known = state.moments.get(figure.begins)
        if known is None:
            return FigureView(figure.id, "waiting", target=goal)
        begun, target_at = known.at, add(known.at, figure.at, program.reckons(figure.id)) if figure.at else None
    value = _value(program, state, figure, at, read)
    if value is UNKNOWN:
        return FigureView(figure.id, "open", None, goal, begun, None, target_at)
    running = target_at is not None and at < target_at
    found: Standing = "open" if running else _judged(value, goal, at_least=figure.at_least)
    return FigureView(figure.id, found, value, goal, begun, None, target_at)


def valued(program: Program, figure: Figure, at: datetime, read: Lookup, target: Value | None) -> FigureView:
    """Return how a figure that only signals measure stands by their readings; `target` is what the incident holds it against."""
    value = _value(program, t.State(), figure, at, read)
    if value is UNKNOWN:
        return FigureView(figure.id, "open", None, target)
    return FigureView(figure.id, _judged(value, target, at_least=figure.at_least), value, target)


def _value(program: Program, state: t.State, figure: Figure, at: datetime, read: Lookup | None) -> Known:
    if figure.count:
        return Decimal(sum(state.counters.get(_counter(name), 0) for name in figure.count))
    named = lookup(program, state, at)

    def worth(tree: Expression | None) -> Known:
        if tree is None:
            return UNKNOWN
        return evaluate(tree, lambda leaf: (read(leaf) if read else UNKNOWN) if isinstance(leaf, SignalRead) else named(leaf))

    if figure.before is not None:
        return change(worth(figure.before), worth(figure.after))
    value = worth(figure.value)
    return share(value, worth(figure.against)) if figure.against is not None else value


def _counter(name: str) -> str:
    """Return under what name the state counts it: how often a decision was made (`end.made`), or what the engine and closings count."""
    return f"made:{name.removesuffix(MADE)}" if name.endswith(MADE) else f"counted:{name}"


def change(before: Known, after: Known) -> Known:
    """Return the change from `before` to `after` in per cent; unknown unless both are numbers or both spans, and the first is not nothing."""
    of = share(after, before)
    return of - 100 if isinstance(of, Decimal) else UNKNOWN


def share(value: Known, of: Known) -> Known:
    """Return `value` in per cent of `of`; unknown where that means nothing."""
    if isinstance(value, timedelta) and isinstance(of, timedelta):
        value, of = (Decimal(str(each.total_seconds())) for each in (value, of))
    return round(100 * value / of, 2) if isinstance(value, Decimal) and isinstance(of, Decimal) and of else UNKNOWN


def _judged(value: Value, goal: Value | None, *, at_least: bool) -> Standing:
    if goal is None:
        return "shown"
    if isinstance(goal, bool) or type(goal) is not type(value):
        return "green" if value is goal else "red"
    assert isinstance(value, Decimal | timedelta)
    good = value >= goal if at_least else value <= goal  # type: ignore[operator]
    return "green" if good else "red"


def reads_signals(figure: Figure) -> bool:
    """Return whether `figure` speaks of signals, so that only whoever has their series can measure it."""
    trees = (figure.value, figure.before, figure.after, figure.against)
    return any(isinstance(leaf, SignalRead) for tree in trees if tree is not None for leaf in leaves(tree))
