"""When a check is missed. Pure: the schedule is what a person wrote, the course what its pings said."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

CRON_CHARS_MAX: Final = 100
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=366)

SUCCESS, START, FAIL, LOG = "success", "start", "fail", "log"
OVERDUE, PAUSED = "overdue", "paused"
"""What Tocsin itself says of a check."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A check is expected each `period`, or by a cron expression in a zone; it is missed `grace` later."""

    grace: timedelta
    period: timedelta | None = None
    cron: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Course:
    """What a check's pings said: the last one, whether a run has started and which, by when the next is missed, whether it failed."""

    last_at: datetime | None = None
    started_at: datetime | None = None
    due_at: datetime | None = None
    failed: bool = False
    run: str = ""


def wrong_cron(cron: str) -> bool:
    """Return whether this is no cron expression of five fields, or one whose time never comes."""
    if len(cron) > CRON_CHARS_MAX or len(cron.split()) != 5:
        return True
    try:
        return next(CronSim(cron, datetime(2024, 1, 1, tzinfo=UTC)), None) is None
    except CronSimError:
        return True


def after(schedule: Schedule, course: Course, signal: str, at: datetime, run: str = "") -> Course:
    """
    Return the course after a ping: a run that ended is expected again, one that started must end within the grace.

    A run that names itself ends no other that has started since.
    """
    match signal:
        case "success":
            missed = missed_at(schedule, at)
            if course.started_at is not None and run not in ("", course.run):
                return Course(at, course.started_at, min(missed, course.started_at + schedule.grace), run=course.run)
            return Course(at, None, missed)
        case "fail":
            return Course(at, None, missed_at(schedule, at), failed=True)
        case "start":
            ends_by = at + schedule.grace
            return replace(course, started_at=at, due_at=min(course.due_at, ends_by) if course.due_at else ends_by, run=run)
        case _:
            return course


def missed_at(schedule: Schedule, at: datetime) -> datetime:
    """Return when the run that follows the one of `at` is missed."""
    if schedule.period is not None:
        return at + schedule.period + schedule.grace
    expected = next(CronSim(schedule.cron, at.astimezone(ZoneInfo(schedule.zone))))
    return expected.astimezone(UTC) + schedule.grace
