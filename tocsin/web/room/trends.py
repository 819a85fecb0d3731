"""What signals read with how they came to it: the value now, its curve since the incident began, and how far it has come in the last hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from tocsin.engine.expressions import Expression, SignalRead, leaves
from tocsin.engine.spelling import spell
from tocsin.incidents import trends
from tocsin.incidents.models import LevelRow
from tocsin.web import plan_words, wording
from tocsin.web.cases import Case
from tocsin.web.room import curves
from tocsin.web.room.curves import Curve

SPAN_MAX: Final = timedelta(hours=12)
"""How much of a long incident a curve shows."""
LEAST: Final = timedelta(minutes=30)
"""How much it shows of one that has just begun: what went before it."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One reading. `value` is None where it is unknown, and `missing` the signals of which nothing is heard."""

    name: str
    title: Markup
    unit: str
    value: Decimal | None
    missing: Markup
    curve: Curve | None
    moved: Decimal | None
    """By how much it has changed in the last hour."""
    decided: tuple[str, ...]
    """Where in the curve a level was decided."""


def of(case: Case, trees: Iterable[Expression]) -> list[Trend]:
    """Return each of `trees` that signals read, in order."""
    wanted = {spell(tree): tree for tree in trees if any(isinstance(leaf, SignalRead) for leaf in leaves(tree))}
    if not wanted:
        return []
    now = case.board.closed_at or case.now
    since = max(min(case.board.declared_at, now - LEAST), now - SPAN_MAX)
    found = trends.every(case.measured, wanted, since, now)
    levels = [row.at for row in case.rows(LevelRow) if row.at >= since]
    return [_trend(case, wanted[name], each, levels) for name, each in found.items()]


def _trend(case: Case, tree: Expression, found: trends.Trend, levels: list[datetime]) -> Trend:
    curve = curves.curve(found.points)
    return Trend(
        name=spell(tree),
        title=wording.say(case.program, tree),
        unit=wording.unit(case.program, tree),
        value=found.value,
        missing=plan_words.names(case.program, found.missing),
        curve=curve,
        moved=found.moved,
        decided=tuple(curve.frame.across(at) for at in levels if curve.frame.begin <= at <= curve.frame.end) if curve else (),
    )
