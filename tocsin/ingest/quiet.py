"""What keeps alerts quiet: silences and maintenance windows, by the clocks on the wall where the work is done."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final
from uuid import UUID

from dateutil.rrule import rrule, rruleset, rrulestr

from tocsin.engine.times import YEARS, first_instant, zone_of
from tocsin.ingest import matchers
from tocsin.ingest.matchers import Matcher
from tocsin.ingest.routing import models
from tocsin.ingest.routing.runs import Why
from tocsin.kit import tables

LASTS_MAX: Final = timedelta(days=31)
LOCAL: Final = "%Y-%m-%dT%H:%M"
STEP_MIN: Final = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
"""How often work may recur: what comes every minute is no window."""
_PARTS: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"}
_STEPS: Final = re.compile(r"[1-9][0-9]{0,2}")
_DAY = "([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)"
_DAYS: Final = re.compile(f"{_DAY}(,{_DAY})*")
"""At most the fifth of a month: a day that no month has is reckoned without an error in most months, and with one in December."""


class Unreadable(ValueError):  # noqa: N818 - it says what is wrong with it
    """What was written is no recurrence, or no time of one."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """A silence: what it is about, from when until when, the end exclusive."""

    wanted: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime

    def until(self, at: datetime) -> datetime | None:
        """Return until when it keeps quiet at an instant."""
        return self.ends_at if self.starts_at <= at < self.ends_at else None


@dataclass(frozen=True, slots=True)
class Planned:
    """A maintenance window: `begins` is local time in `zone`; it counts from `made_at` until it was removed."""

    wanted: tuple[Matcher, ...]
    zone: str
    begins: datetime
    lasts: timedelta
    repeats: str
    made_at: datetime
    removed_at: datetime | None = None

    def until(self, at: datetime) -> datetime | None:
        """
        Return the end of the window that is open at an instant.

        A local time that the clocks leave out is the first instant after the gap; one that they show twice is the first of the two. Work that
        was to begin at a time left out is done whole after the gap: by the clocks it would be cut short, or not come at all.
        """
        if at < self.made_at or (self.removed_at and at >= self.removed_at):
            return None
        ends = [end for begin, end in self._around(at) if begin <= at < end]
        return min(max(ends), self.removed_at or max(ends)) if ends else None

    def coming(self, at: datetime, most: int) -> list[tuple[datetime, datetime]]:
        """Return the next windows that end after an instant, with their ends."""
        local = at.astimezone(zone_of(self.zone)).replace(tzinfo=None) - self.lasts - timedelta(days=1)
        starts = _recurrence(self.repeats, self.begins).xafter(local, inc=True) if self.repeats else iter([self.begins])
        spans = (self._span(each) for each in starts)
        return list(islice(((begin, end) for begin, end in spans if end > at), most))

    def _around(self, at: datetime) -> list[tuple[datetime, datetime]]:
        """Return the windows that can be open at an instant: a day more on either side, whatever the clocks do."""
        if not self.repeats:
            return [self._span(self.begins)]
        local, day = at.astimezone(zone_of(self.zone)).replace(tzinfo=None), timedelta(days=1)
        return [
            self._span(each) for each in _recurrence(self.repeats, self.begins).between(local - self.lasts - day, local + day, inc=True)
        ]

    def _span(self, begins: datetime) -> tuple[datetime, datetime]:
        first, last = first_instant(begins, self.zone), first_instant(begins + self.lasts, self.zone)
        left_out = first.astimezone(zone_of(self.zone)).replace(tzinfo=None) != begins
        return first, max(last, first + self.lasts) if left_out else last


@dataclass(frozen=True, slots=True)
class Keeper:
    """All that keeps alerts of one organisation quiet."""

    silences: tuple[Silenced, ...] = ()
    windows: tuple[Planned, ...] = ()

    def __call__(self, labels: Mapping[str, str], at: datetime) -> tuple[Why, datetime] | None:
        """Return why an alert with these labels declares nothing at an instant, and until when: what lasts longest."""
        kept = [*self._until(self.silences, Why.SILENCED, labels, at), *self._until(self.windows, Why.MAINTENANCE, labels, at)]
        return max(kept, key=lambda one: one[1], default=None)

    def wanted(self, at: datetime) -> tuple[tuple[Matcher, ...], ...]:
        """Return what is kept quiet at an instant: one set of matchers for each that keeps it."""
        those: tuple[Silenced | Planned, ...] = (*self.silences, *self.windows)
        return tuple(one.wanted for one in those if one.wanted and one.until(at))

    @staticmethod
    def _until(those: "Iterable[Silenced | Planned]", why: Why, labels: Mapping[str, str], at: datetime) -> Iterable[tuple[Why, datetime]]:
        for one in those:
            if matchers.meet(one.wanted, labels):
                until = one.until(at)
                if until:
                    yield why, until


def zone(written: str) -> str:
    """
    Return the zone whose clocks a window goes by.

    :raises Unreadable: the tz database has none of that name.
    """
    try:
        return zone_of(written).key
    except ValueError as problem:
        raise Unreadable(written) from problem


def first_time(written: str) -> datetime:
    """
    Return the local time at which a window begins, as a form hands it over.

    :raises Unreadable: it is none, or its year is a slip of the pen: every alert is held against every window, so none may fail.
    """
    try:
        begins = datetime.strptime(written, LOCAL)  # noqa: DTZ007 - a local time of the zone beside it
    except ValueError as problem:
        raise Unreadable(written) from problem
    if begins.year not in YEARS:
        raise Unreadable(written)
    return begins


def recurrence(repeats: str, begins: datetime) -> str:
    """
    Return a recurrence as it is kept, such as `FREQ=WEEKLY;BYDAY=SU`; it begins with `begins`.

    :raises Unreadable: it is none, or comes oftener than daily.
    """
    rule = repeats.strip().upper().removeprefix("RRULE:")
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if parts.get("FREQ") not in STEP_MIN or "\n" in rule or not parts.keys() <= _PARTS:
        raise Unreadable(repeats)
    # A step of nothing would never come to an end.
    if not _STEPS.fullmatch(parts.get("INTERVAL", "1")) or not _DAYS.fullmatch(parts.get("BYDAY", "MO")):
        raise Unreadable(repeats)
    try:
        first = next(iter(_recurrence(rule, begins)), None)
    except (ValueError, TypeError) as problem:
        raise Unreadable(repeats) from problem
    if first is None:
        raise Unreadable(repeats)
    return rule


def keeper(organisation_id: UUID, since: datetime) -> Keeper:
    """Return what keeps the organisation's alerts quiet, from `since` on."""
    which = [("uuid", organisation_id), ("timestamptz", since)]
    silences = tables.select(models.Silence, "WHERE organisation_id = {} AND ends_at > {}", which)
    windows = tables.select(models.MaintenanceWindow, "WHERE organisation_id = {} AND (removed_at IS NULL OR removed_at > {})", which)
    return Keeper(tuple(map(silenced, silences)), tuple(map(planned, windows)))


def silenced(row: models.Silence) -> Silenced:
    """Return what a row says."""
    return Silenced(matchers.stored(row.matchers), row.starts_at, row.ends_at)


def planned(row: models.MaintenanceWindow) -> Planned:
    """Return what a row says."""
    begins = first_time(row.begins)
    lasts = timedelta(seconds=row.lasts_s)
    return Planned(matchers.stored(row.matchers), row.zone, begins, lasts, row.repeats, row.created_at, row.removed_at)


@lru_cache(256)
def _recurrence(repeats: str, begins: datetime) -> rrule | rruleset:
    return rrulestr(repeats, dtstart=begins, cache=True)
