"""What a scenario may expect of what is shown: figures, checklists, guards."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tocsin.engine import guards, watch
from tocsin.engine.expressions import UNKNOWN, SignalRead, Value
from tocsin.engine.figures import FigureView, change, measure, reads_signals
from tocsin.engine.periods import Counted
from tocsin.engine.times import parse
from tocsin.engine.values import holds
from tocsin.plan.scenarios.play import Run
from tocsin.plan.scenarios.said import Items
from tocsin.plan.scenarios.sampling import series


def lasting(written: Any) -> timedelta:
    """Return a span as a scenario writes it, perhaps a negative one; a day lasts twenty-four hours."""
    words = str(written)
    span = parse(words.removeprefix("-"))
    length = span.exact + timedelta(days=span.days)
    return -length if words.startswith("-") else length


def _figure(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for name, value in wanted.items():
        found = _view(run, at, name).value
        yield name, _value_like(run, value, found), found


def _value_like(run: Run, written: Any, found: Value | None) -> Value | None:
    if written is None or written == "none" or isinstance(written, bool):
        return None if written == "none" else written
    return lasting(written) if isinstance(found, timedelta) else Decimal(str(written)) if isinstance(found, Decimal) else str(written)


def _view(run: Run, at: datetime, name: str) -> FigureView:
    """Return the figure as it stands, its signals read from the samples of the story."""
    figure = run.program.figures[name]
    read = watch.look(run.program, series(run.program, run.story), at) if reads_signals(figure) else None
    return measure(run.program, run.state_at(at), figure, at, read)


def _standing(run: Run, at: datetime, wanted: list[str], standing: str) -> Items:
    for name in wanted:
        yield name, standing, _view(run, at, name).standing


def _change(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    """Compare a figure with what the story gives for earlier incidents, in per cent."""
    for name, percent in wanted.items():
        found = change(run.story.compare.get(name, UNKNOWN), value if (value := _view(run, at, name).value) is not None else UNKNOWN)
        yield name, Decimal(str(percent)), found if isinstance(found, Decimal) else None


def _period(run: Run, at: datetime, wanted: Mapping[str, Mapping[str, Any]]) -> Items:
    """Expect what a figure adds up to with this incident: `now`, `before`, and the `change` in per cent."""
    for name, parts in wanted.items():
        before, earlier = run.story.counted.get(name, (Decimal(), Decimal()))
        own = _view(run, at, name).value
        found = Counted(earlier + own, before) if isinstance(own, Decimal) and run.program.figures[name].per else None
        for part, value in parts.items():
            yield f"{name} {part}", Decimal(str(value)), getattr(found, part, None)


def _measured(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    """Compare what each signal measures with what is written; `unknown` where too little of it was sampled."""
    read = watch.look(run.program, series(run.program, run.story), at)
    for name, value in wanted.items():
        found = read(SignalRead(name, "now"))
        yield name, None if value == "unknown" else Decimal(str(value)), found if isinstance(found, Decimal) else None


def _checklist(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for name, ticked in wanted.items():
        items = run.program.checklists[name].items
        state = run.state_at(at)
        found = [item.partition(".")[2] for item in items if holds(run.program, state, run.program.conditions[item], at) is True]
        yield name, len(ticked) if isinstance(ticked, list) else ticked, len(found)
        if isinstance(ticked, list):
            yield name, list(ticked), found


def _fires(run: Run, at: datetime, wanted: list[str]) -> Items:
    standing = {guard.id for guard in guards.standing(run.program, {name: known.at for name, known in run.state_at(at).moments.items()})}
    yield "guards", sorted(wanted), sorted(standing)


CHECKS: Final[Mapping[str, Callable[[Run, datetime, Any], Items]]] = {
    "figure": _figure,
    "green": lambda run, at, wanted: _standing(run, at, wanted, "green"),
    "red": lambda run, at, wanted: _standing(run, at, wanted, "red"),
    "change": _change,
    "period": _period,
    "measured": _measured,
    "checklist": _checklist,
    "fires": _fires,
}
