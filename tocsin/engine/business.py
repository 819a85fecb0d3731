"""Business time: the days and hours that a calendar of the organisation counts, exact over clock changes (language section 3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.engine.times import first_instant

Hours = tuple[tuple[int, int], ...]
"""Stretches of one day, each in minutes from midnight; 1440 is the end of the day."""


LONGEST: Final = timedelta(days=36_525)
"""Business time that a calendar of few hours would draw out for longer ends here: a hundred years is as good as never."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The opening hours of a week, Monday first; `days` are those that go their own way: holidays (no hours) and days worked instead."""

    zone: str
    week: tuple[Hours, ...]
    days: Mapping[date, Hours] = field(default_factory=dict)

    def stretches(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return when `day` counts, in UTC. A local time that does not exist is the first after it; of one that comes twice, the first."""
        found = ((self._at(day, start), self._at(day, end)) for start, end in self.days.get(day, self.week[day.weekday()]))
        return tuple((start, end) for start, end in found if start < end)

    def counts(self, day: date) -> bool:
        """Return whether business is open on `day` at all."""
        return bool(self.stretches(day))

    def ahead(self, at: datetime, days: int, hours: timedelta) -> datetime:
        """
        Return the instant that lies so many business days, then so much business time, after `at`.

        What begins outside the hours begins when they do next. A business day later is the same local time on the next day that counts:
        where that day is shut then, when it opens next on that day, or when it shuts for good.
        """
        start = max(at, next(begins for begins, ends in self._from(at) if ends > at))
        moved = self._days_later(start, days) if days else start
        return self._hours_later(moved, hours) if hours else moved

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Return how much business time lies between two instants."""
        total = timedelta()
        for begins, ends in self._from(since):
            if begins >= until:
                return total
            total += max(min(ends, until) - max(begins, since), timedelta())
        return total

    def _days_later(self, at: datetime, count: int) -> datetime:
        local = at.astimezone(ZoneInfo(self.zone))
        day = local.date()
        for _ in range(count):
            day += timedelta(days=1)
            while not self.stretches(day):
                day += timedelta(days=1)
        meant, open_ = first_instant(datetime.combine(day, local.time()), self.zone), self.stretches(day)
        return next((max(meant, begins) for begins, ends in open_ if meant <= ends), open_[-1][1])

    def _hours_later(self, at: datetime, left: timedelta) -> datetime:
        for begins, ends in self._from(at):
            begun = max(begins, at)
            if begun - at > LONGEST:
                return begun
            if ends - begun >= left:
                return begun + left
            left -= max(ends - begun, timedelta())
        raise AssertionError("a calendar that never opens is refused")

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield what is open on the local day of `at` and after it."""
        day = at.astimezone(ZoneInfo(self.zone)).date()
        while True:
            yield from self.stretches(day)
            day += timedelta(days=1)

    def _at(self, day: date, minutes: int) -> datetime:
        local = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return first_instant(local, self.zone)
