"""What expressions ask of everything that is owed under a tag: how much of it is done, and how long it took."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tocsin.engine import terms as t
from tocsin.engine.expressions import UNKNOWN, Known, Value
from tocsin.engine.program import Program


def _clocks(program: Program, state: t.State, tags: list[Value]) -> list[t.Clock]:
    """Return the clocks of what is owed under these tags, by the plan or by hand, and has not ended without being done."""
    rules = [rule.id for rule in program.obligations.values() if rule.tag in tags]
    rules += [record.id for record in program.records.values() if record.tag in tags]
    clocks = [state.clocks[name] for rule in rules for name in state.clocks_of.get(rule, ())]
    return [clock for clock in clocks if clock.met_at or clock.status != "ended"]


def _share_done(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    clocks = _clocks(program, state, names)
    return Decimal(100 * sum(clock.met_at is not None for clock in clocks)) / len(clocks) if clocks else UNKNOWN


def _lead_time(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    margins = [clock.margin_s for clock in _clocks(program, state, names) if clock.met_at and clock.margin_s is not None]
    return timedelta(seconds=min(margins)) if margins else UNKNOWN


def _mean_time(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    """Return how long it took on the mean, from what each counts from until it was done."""
    taken = [clock.met_at - clock.anchored_at for clock in _clocks(program, state, names) if clock.met_at and not clock.recurring]
    return sum(taken, timedelta()) / len(taken) if taken else UNKNOWN


FUNCTIONS: Final[Mapping[str, Callable[[Program, t.State, list[Value], datetime], Known]]] = {
    "share_done": _share_done,
    "lead_time": _lead_time,
    "mean_time": _mean_time,
}
