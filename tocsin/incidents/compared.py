"""An incident beside similar ones: earlier incidents of the same plan, closed and no drills, by the figures they were closed with (PIR-10)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q

from tocsin.engine import figures, periods
from tocsin.engine.expressions import UNKNOWN, Known, Value
from tocsin.engine.namespaces import bare, within
from tocsin.engine.periods import Counted
from tocsin.engine.program import Figure, Program
from tocsin.incidents.models import BoardRow, FigureRow
from tocsin.incidents.readers import Viewer
from tocsin.incidents.shapes import VALUE, Eye

SHOWN_MAX = 5
COMPARED_MAX = 50
_EYE = Eye(sealed=lambda _place, tree: str(tree))


class Beside:
    """The other incidents of a plan that somebody sees, beside one. What is looked up serves all figures of it."""

    def __init__(self, board: BoardRow, viewer: Viewer) -> None:
        self._board, self._viewer = board, viewer
        self._added: dict[tuple[str, datetime], list[tuple[str, datetime, Value]]] = {}

    @cached_property
    def earlier(self) -> list[BoardRow]:
        """The incidents that this one is held against, the latest first: of the same level where there are such."""
        board = self._board
        known = self._viewer.incidents().filter(plan_id=board.plan_id, drill=False, phase="closed", declared_at__lt=board.declared_at)
        likest = ExpressionWrapper(Q(level=board.level), output_field=BooleanField())
        found = list(known.order_by(likest.desc(), "-declared_at")[:COMPARED_MAX])
        return [each for each in found if each.level == board.level] or found

    @cached_property
    def values(self) -> Mapping[tuple[UUID, str], Value]:
        """What figures came to in these, by incident and figure."""
        rows = FigureRow.objects.filter(incident_id__in=[board.incident_id for board in self.earlier], kept=True).order_by("pk")
        return {(row.incident_id, row.figure): VALUE.read(row.value, _EYE, "") for row in rows if row.value is not None}

    def mean(self, figure: str) -> Known:
        """Return the mean of what a figure came to in earlier incidents, or unknown."""
        return _mean(value for (_incident, name), value in self.values.items() if name == figure)

    def change(self, figure: str, value: Value) -> Known:
        """Return by how many per cent a figure differs from earlier incidents; unknown where there are none."""
        return figures.change(self.mean(figure), value)

    def added_up(self, program: Program, figure: Figure, at: datetime) -> Counted | None:
        """
        Return what a figure adds up to over all incidents of its plan, those closed and those that run, drills left out: in the period in
        which `at` lies, and in the one before. None for a figure that is not added up.

        An incident counts in the period in which it was declared.
        """
        per = next((name for name in figure.per if name in periods.MONTHS), "")
        if not per or not figure.count:
            return None
        plan = program.part(figure.id).program
        now, before = periods.begin(at, per, plan.timezone), periods.before(at, per, plan.timezone)
        if (plan.id, before) not in self._added:
            self._added[plan.id, before] = self._counted(plan, before, at)
        found = [(declared_at >= now, value) for name, declared_at, value in self._added[plan.id, before] if name == bare(figure.id)]
        sums = {
            part: sum((value for late, value in found if late is part and isinstance(value, Decimal)), Decimal()) for part in (True, False)
        }
        return Counted(sums[True], sums[False])

    def _counted(self, plan: Program, since: datetime, until: datetime) -> list[tuple[str, datetime, Value]]:
        """Return what the counting figures of a plan came to: each by its name in the plan, with when the incident was declared."""
        alone = [rule.id for rule in plan.figures.values() if rule.count]
        beside = {within(plan.id, name): name for name in alone}
        which = self._viewer.incidents().filter(drill=False, declared_at__gte=since, declared_at__lte=until)
        rows = FigureRow.objects.filter(
            Q(figure__in=alone, incident__boardrows__plan_id=plan.id) | Q(figure__in=beside.keys()), incident__boardrows__in=which
        )
        known = rows.exclude(value=None).values_list("figure", "incident__boardrows__declared_at", "value")
        return [(beside.get(name, name), at, VALUE.read(value, _EYE, "")) for name, at, value in known]


def _mean(values: Iterable[Value]) -> Known:
    found = list(values)
    spans = [value for value in found if isinstance(value, timedelta)]
    numbers = [value for value in found if isinstance(value, Decimal)]
    if spans:
        return sum(spans, timedelta()) / len(spans)
    return sum(numbers, Decimal()) / len(numbers) if numbers else UNKNOWN
