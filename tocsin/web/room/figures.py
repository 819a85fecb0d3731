"""Figures: how long something took against a target; shown green or red, never a breach (CLK-11)."""

from dataclasses import dataclass

from tocsin.engine.figures import FigureView, measure
from tocsin.engine.program import Figure
from tocsin.incidents.models import MomentRow
from tocsin.web import clocks, plan_words
from tocsin.web.cases import Case


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure with its rule and the target in words."""

    rule: Figure
    view: FigureView
    target: str


def context(case: Case) -> dict[str, object]:
    """Return every figure of the plan as it stands now."""
    rows = MomentRow.objects.filter(incident_id=case.id).order_by("generation")
    moments = {row.moment: row.happened_at for row in rows}
    now = clocks.incident_now(case.board.incident)
    figures = case.program.figures.values()
    return {
        "figures": [Shown(rule, measure(case.program, rule, moments, now), plan_words.span(rule.target)) for rule in figures],
        "titled": plan_words.titled,
    }
