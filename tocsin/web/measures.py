"""Measures of reviews that are open: those beyond their day stand on the board and in the next incident of the plan (PIR-11)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.incidents import readers
from tocsin.incidents.models import ClockRow
from tocsin.incidents.readers import Viewer
from tocsin.web import clocks


@dataclass(frozen=True, slots=True)
class Open:
    """A measure that nobody has taken yet, and the incident whose review proposed it."""

    number: str
    clock: ClockRow


def overdue(viewer: Viewer, now: datetime, plan_id: str = "", without: UUID | None = None) -> list[Open]:
    """Return the measures beyond their day that the viewer sees, the longest first: of every plan, or of one, without one (PIR-11). No drills."""
    return [each for each in every(viewer, plan_id, without) if each.clock.due_at and each.clock.due_at < now]


def every(viewer: Viewer, plan_id: str = "", without: UUID | None = None) -> list[Open]:
    """Return the open measures that the viewer sees, by their day: of every plan, or of one, without one incident. No drills."""
    boards = viewer.incidents().filter(drill=False)
    boards = boards.filter(plan_id=plan_id) if plan_id else boards
    boards = boards.exclude(incident_id=without) if without else boards
    which = boards.values("incident_id")
    rows = list(ClockRow.objects.filter(incident_id__in=which, verb="track", status__in=clocks.RUNNING).order_by("due_at", "clock"))
    known = readers.boards_of(rows, boards)
    return [Open(known[row.incident_id].number, row) for row in viewer.seen(known.values(), rows)]
