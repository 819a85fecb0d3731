"""Measures of reviews that are beyond their day: they stand on the board and in the next incident of the plan (PIR-11)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from tocsin.incidents.models import BoardRow, ClockRow
from tocsin.web import clocks


@dataclass(frozen=True, slots=True)
class Overdue:
    """A measure that nobody has taken by its day, and the incident whose review proposed it."""

    number: str
    clock: ClockRow


def overdue(boards: QuerySet[BoardRow], now: datetime, plan_id: str = "", without: UUID | None = None) -> list[Overdue]:
    """Return the measures beyond their day of these incidents, the longest first: of every plan, or of one, without one (PIR-11). No drills."""
    boards = boards.filter(drill=False)
    boards = boards.filter(plan_id=plan_id) if plan_id else boards
    boards = boards.exclude(incident_id=without) if without else boards
    numbers = dict(boards.values_list("incident_id", "number"))
    rows = ClockRow.objects.filter(incident_id__in=numbers, verb="track", status__in=clocks.RUNNING, due_at__lt=now).order_by("due_at")
    return [Overdue(numbers[row.incident_id], row) for row in rows]
