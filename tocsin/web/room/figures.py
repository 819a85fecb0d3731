"""Figures: what is measured, green or red against a target, never a breach (CLK-11)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from markupsafe import Markup

from tocsin.engine import figures
from tocsin.engine.expressions import UNKNOWN, Name, Value
from tocsin.engine.figures import Standing
from tocsin.engine.periods import Counted
from tocsin.engine.program import Figure
from tocsin.incidents.compared import Beside
from tocsin.incidents.models import FigureRow
from tocsin.web import plan_words, times
from tocsin.web.cases import Case
from tocsin.web.languages import gettext as _
from tocsin.web.room import curves
from tocsin.web.room.curves import Curve


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure in words. `also` is the time from its other beginning, `change` how it differs from similar incidents in per cent."""

    rule: Figure
    standing: Standing
    value: Markup
    target: Markup
    at: datetime | None
    also: str
    other: Markup
    change: str
    said: list[tuple[datetime, Decimal]]
    """What was said of the fact that it reads, each time."""

    aim: Decimal | None = None
    """Its target, where that is a number."""
    period: Counted | None = None
    """What it adds up to over all incidents of the plan, for one that does."""

    @property
    def period_change(self) -> str:
        """Return how that differs from the period before, in per cent; empty where nothing was counted then."""
        return percent(self.period.change) if self.period else ""

    @property
    def curve(self) -> Curve | None:
        """Return what was said as a curve, for one that was said again."""
        return curves.curve(self.said, self.aim)


def context(case: Case) -> dict[str, object]:
    """Return every figure of the plan as it stands now."""
    return {"figures": every(case), "titled": plan_words.titled}


def every(case: Case, *, beside: bool = False) -> list[Shown]:
    """Return the figures in the order of the plan; `beside` similar incidents all of them, else those that the plan compares so."""
    now = case.board.closed_at or case.incident_now
    rows = {row.figure: row for row in case.rows(FigureRow)}
    shown = [(rule, rows[rule.id]) for rule in case.program.figures.values() if rule.id in rows]
    return [_shown(case, rule, row, now, beside=beside) for rule, row in shown]


def others(case: Case) -> Beside:
    """Return the other incidents that figures are held against."""
    return case.memory((Beside,), lambda: Beside(case.board, case.viewer))


def _shown(case: Case, rule: Figure, row: FigureRow, now: datetime, *, beside: bool) -> Shown:
    standing, value = _present(case, rule, row, now)
    begins = plan_words.titled(case.program.moments.get(rule.also_from), rule.also_from) if rule.also_from else {}
    also = timedelta(seconds=row.also_s) if row.also_s is not None else None
    return Shown(
        rule=rule,
        standing=standing,
        value=spelled(rule, value),
        target=spelled(rule, plan_words.unplain(row.target)),
        at=row.target_at,
        also=times.lasting(also) if also else "",
        other=plan_words.said(begins),
        change=percent(others(case).change(rule.id, value)) if value is not None and (beside or rule.similar) else "",
        said=_said(case, rule),
        period=others(case).added_up(case.program, rule, now),
        aim=aim if isinstance(aim := plan_words.unplain(row.target), Decimal) else None,
    )


def _said(case: Case, rule: Figure) -> list[tuple[datetime, Decimal]]:
    """Return the values over time of the number fact that a figure reads; none for one that reads something else (REC-11)."""
    fact = case.program.facts.get(rule.value.path) if isinstance(rule.value, Name) else None
    if fact is None or fact.type != "number":
        return []
    stated = (each for each in case.headings("FactStated") if each.subject == fact.id)
    found = [(each.happened_at, plan_words.unplain(each.data["value"])) for each in stated]
    return [(at, value) for at, value in found if isinstance(value, Decimal)]


def _present(case: Case, rule: Figure, row: FigureRow, now: datetime) -> tuple[Standing, Value | None]:
    """Return how the figure stands now: what runs goes on with time, what signals measure is read from their samples."""
    standing, value = cast(Standing, row.standing), plan_words.unplain(row.value)
    if row.kept or standing == "waiting":
        return standing, value
    if rule.ends and row.begun_at and not row.ended_at:
        return figures.standing(None, row.target_at, now, at_least=rule.at_least), now - row.begun_at
    if figures.reads_signals(rule):
        read = case.measured.look(now)
        view = figures.valued(case.program, rule, now, read, plan_words.unplain(row.target))
        return view.standing, view.value
    return standing, value


def spelled(rule: Figure, value: Value | None) -> Markup:
    """Return a value of a figure as the viewer reads it."""
    match value:
        case None:
            return Markup("")
        case bool():
            return Markup("{}").format(_("yes") if value else _("no"))
        case Decimal():
            relative = rule.against is not None or rule.before is not None
            unit = rule.unit or ("%" if relative else "")
            return Markup("{}{}").format(f"{round(value, 2).normalize():f}", f" {unit}" if unit else "")
        case timedelta():
            return Markup("{}{}").format("−" if value < timedelta() else "", times.lasting(abs(value)))
        case _:
            return Markup("{}").format(str(value))


def percent(change: object) -> str:
    """Return a change in per cent with its sign."""
    if change is UNKNOWN or not isinstance(change, Decimal):
        return ""
    return f"{'+' if change > 0 else '−' if change < 0 else '±'}{abs(round(change))} %"
