"""The form of business time: opening hours by day of the week, holidays, and days worked instead."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import AfterValidator, PlainValidator

from tocsin.engine.business import Hours
from tocsin.plan.findings import brief
from tocsin.plan.forms.leaves import RuleForm, wrong
from tocsin.plan.sentences import say

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
DAYS_MAX: Final = 2000


def _hours(value: object) -> Hours:
    """Take `09:00-18:00`, or a list of such stretches; nothing on a day that is shut."""
    written = value if isinstance(value, list) else [value]
    found = tuple(map(_stretch, written))
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
        raise wrong(say("the hours of a day overlap, or are out of order"), say("the earlier stretch first"))
    return found


def _stretch(value: object) -> tuple[int, int]:
    parts = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise wrong(say("{value} are no hours", value=brief(value)), say("such as {examples}", examples="09:00-18:00"))
    begins, ends = int(parts[1]) * 60 + int(parts[2]), int(parts[3]) * 60 + int(parts[4])
    if int(parts[2]) > 59 or int(parts[4]) > 59 or not begins < ends <= 24 * 60:
        raise wrong(say("{value} are no hours of one day", value=brief(value)), say("from earlier to later, 24:00 at most"))
    return begins, ends


def _week(value: object) -> tuple[Hours, ...]:
    """Take hours by day, or by days in a row: `mon-fri`."""
    if not isinstance(value, dict) or not value:
        raise wrong(say("the hours of a week are wanted"), say("such as {examples}", examples='{mon-fri: "09:00-18:00"}'))
    found: dict[int, Hours] = {}
    for days, hours in value.items():
        first, _dash, last = str(days).partition("-")
        if first not in WEEK or (last or first) not in WEEK or WEEK.index(last or first) < WEEK.index(first):
            raise wrong(say("{value} are no days of a week", value=brief(days)), say("such as {examples}", examples="mon, mon-fri"))
        for day in range(WEEK.index(first), WEEK.index(last or first) + 1):
            if day in found:
                raise wrong(say("{value} stands here twice", value=WEEK[day]), say("each day once"))
            found[day] = _hours(hours)
    return tuple(found.get(day, ()) for day in range(7))


def _day(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise wrong(say("{value} is no date", value=brief(value)), say("such as {examples}", examples="2026-05-01")) from error


def _holidays(value: object) -> tuple[date, ...]:
    if not isinstance(value, list):
        raise wrong(say("holidays are a list of dates"), say("such as {examples}", examples="[2026-01-01]"))
    return tuple(map(_day, value))


def _instead(value: object) -> dict[date, Hours]:
    if not isinstance(value, dict):
        raise wrong(say("hours by date are wanted"), say("such as {examples}", examples='{2026-02-14: "09:00-18:00"}'))
    return {_day(day): _hours(hours) for day, hours in value.items()}


def _not_too_many(value: Any) -> Any:
    if len(value) > DAYS_MAX:
        raise wrong(say("these are more than {count} days", count=DAYS_MAX), say("name those of the years to come"))
    return value


def _some_day(week: tuple[Hours, ...]) -> tuple[Hours, ...]:
    if not any(week):
        raise wrong(say("a week without a single hour"), say("name at least one day"))
    return week


class CalendarForm(RuleForm):
    hours: Annotated[tuple[Hours, ...], PlainValidator(_week), AfterValidator(_some_day)]
    holidays: Annotated[tuple[date, ...], PlainValidator(_holidays), AfterValidator(_not_too_many)] = ()
    instead: Annotated[dict[date, Hours], PlainValidator(_instead), AfterValidator(_not_too_many)] = {}
    """Days with hours of their own: a Saturday worked for a holiday, a short day before one."""
