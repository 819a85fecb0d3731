"""What an incident's signals came to while it ran, from their samples, beside what they came to in similar earlier ones (KPI-04, KPI-07)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from tocsin.engine import courses, figures
from tocsin.engine.courses import Course
from tocsin.engine.expressions import UNKNOWN, Known
from tocsin.engine.program import Program, Signal
from tocsin.incidents import compared, looks, measured, plans, samples
from tocsin.incidents.models import BoardRow, MomentRow, TimelineRow

EARLIER_MAX: Final = compared.SHOWN_MAX
"""With how many earlier incidents it is compared: each is read from its samples."""

BEGINS: Final = "occurred"
ENDS: Final = ("terminated", "closed")


@dataclass(frozen=True, slots=True)
class Beside:
    """How a signal ran in an incident, and by how many per cent its mean differs from that of `similar` ones, which are named."""

    signal: Signal
    course: Course
    change: Known
    similar: Sequence[tuple[str, Course]]


def of(board: BoardRow, program: Program, earlier: Sequence[BoardRow], now: datetime) -> list[Beside]:
    """Return how every signal of an incident ran that was heard while it did, beside earlier ones; a drill measures nothing."""
    own = {} if board.drill else _courses(board, program, now)
    if not own:
        return []
    similar = [(row, plans.readable(row.organisation_id, row.plan_hash)) for row in earlier[:EARLIER_MAX]]
    others = [(row.number, _courses(row, known, now)) for row, known in similar if known]
    return [
        _beside(program.signals[name], course, [(number, known[name]) for number, known in others if name in known])
        for name, course in own.items()
    ]


def _beside(signal: Signal, course: Course, similar: Sequence[tuple[str, Course]]) -> Beside:
    means = [each.mean for _, each in similar]
    before: Known = sum(means, Decimal()) / len(means) if means else UNKNOWN
    return Beside(signal, course, figures.change(before, course.mean), similar)


def _courses(board: BoardRow, program: Program, now: datetime) -> Mapping[str, Course]:
    begin, end = span(board, now)
    narrowed = replace(program, signals={name: one for name, one in program.signals.items() if one.kind != "computed"})
    series = measured.load(board.organisation_id, narrowed, begin - samples.reach(program), end)
    found = {name: courses.course(narrowed, one, series[name], begin, end) for name, one in narrowed.signals.items()}
    return {name: each for name, each in found.items() if each is not None}


def span(board: BoardRow, now: datetime) -> tuple[datetime, datetime]:
    """
    Return from when until when an incident is measured: from when it occurred, or was declared, or from the sample on that a trigger fired
    by, until its end, or now.
    """
    rows = MomentRow.objects.filter(incident_id=board.incident_id, withdrawn_at=None, moment__in=(BEGINS, *ENDS))
    at = dict(rows.order_by("generation").values_list("moment", "happened_at"))
    ends = [at[name] for name in ENDS if name in at]
    fired = TimelineRow.objects.filter(incident_id=board.incident_id, kind="TriggerFired").order_by("seq").first()
    by = [datetime.fromisoformat(fired.data["since"]) - looks.TICK] if fired else []
    return min([at.get(BEGINS, board.declared_at), board.declared_at, *by]), min([*ends, board.closed_at or now, now])
