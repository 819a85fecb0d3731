"""An incident beside similar ones: earlier incidents of the same plan, closed and no drills, by the figures they were closed with (PIR-10)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from tocsin.engine import figures, periods
from tocsin.engine.expressions import UNKNOWN, Known, Value
from tocsin.engine.namespaces import bare, within
from tocsin.engine.periods import Counted
from tocsin.engine.program import Figure, Program
from tocsin.incidents import plans
from tocsin.incidents.models import BoardRow, FigureRow
from tocsin.incidents.readers import visible
from tocsin.incidents.shapes import VALUE, Eye

SHOWN_MAX = 5
COMPARED_MAX = 50
_EYE = Eye(sealed=lambda _place, tree: str(tree))


def earlier(board: BoardRow, viewer: str) -> list[BoardRow]:
    """Return the incidents seen by `viewer` that `board` is held against, the latest first: of the same level where there are such."""
    known = visible(board.organisation_id, viewer)
    of_plan = known.filter(plan_id=board.plan_id, drill=False, phase="closed", declared_at__lt=board.declared_at).order_by("-declared_at")
    alike = list(of_plan.filter(level=board.level)[:COMPARED_MAX])
    return alike or list(of_plan[:COMPARED_MAX])


def mean(board: BoardRow, viewer: str, figure: str) -> Known:
    """Return the mean of what a figure came to in earlier incidents, or unknown."""
    incidents = [row.incident_id for row in earlier(board, viewer)]
    rows = FigureRow.objects.filter(incident_id__in=incidents, figure=figure, kept=True)
    return _mean(VALUE.read(row.value, _EYE, "") for row in rows if row.value is not None)


def values(boards: Iterable[BoardRow]) -> dict[tuple[UUID, str], Value]:
    """Return what figures came to in closed incidents, by incident and figure."""
    rows = FigureRow.objects.filter(incident_id__in=[board.incident_id for board in boards], kept=True)
    return {(row.incident_id, row.figure): VALUE.read(row.value, _EYE, "") for row in rows if row.value is not None}


def _mean(values: Iterable[Value]) -> Known:
    found = list(values)
    spans = [value for value in found if isinstance(value, timedelta)]
    numbers = [value for value in found if isinstance(value, Decimal)]
    if spans:
        return sum(spans, timedelta()) / len(spans)
    return sum(numbers, Decimal()) / len(numbers) if numbers else UNKNOWN


def change(board: BoardRow, viewer: str, figure: str, value: Value) -> Known:
    """Return by how many per cent a figure differs from earlier incidents; unknown where there are none."""
    return figures.change(mean(board, viewer, figure), value)


def added_up(board: BoardRow, viewer: str, program: Program, figure: Figure, at: datetime) -> Counted | None:
    """
    Return what a figure adds up to over all incidents of its plan that `viewer` sees, those closed and those that run, drills left out: in
    the period in which `at` lies, and in the one before. None for a figure that is not added up.

    An incident counts in the period in which it was declared.
    """
    per = next((name for name in figure.per if name in periods.MONTHS), "")
    if not per or not figure.count:
        return None
    plan = program.part(figure.id).program
    now, before = periods.begin(at, per, plan.timezone), periods.before(at, per, plan.timezone)
    ran = plans.ran_by(board.organisation_id, plan.id)
    declared = dict(
        visible(board.organisation_id, viewer)
        .filter(incident__in=ran, drill=False, declared_at__gte=before, declared_at__lte=at)
        .values_list("incident_id", "declared_at")
    )
    called = (bare(figure.id), within(plan.id, bare(figure.id)))
    rows = FigureRow.objects.filter(incident_id__in=declared, figure__in=called).exclude(value=None)
    found = [(declared[row.incident_id] >= now, VALUE.read(row.value, _EYE, "")) for row in rows]
    sums = {part: sum((value for late, value in found if late is part and isinstance(value, Decimal)), Decimal()) for part in (True, False)}
    return Counted(sums[True], sums[False])
