"""Spans and instants as plans and people write them: a length of time, added in the plan's zone, and a time of day there."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_PART = re.compile(r"([0-9]+)(y|mo|w|d|h|min|m|s|bd|bh)")
_ORDER = ("y", "mo", "w", "d", "h", "m", "s", "bd", "bh")
_BUSINESS = {"bd", "bh"}
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_AT = "@"
_WORKING = "bd"
_NOTHING = "0s"
_IN_ZONE = re.compile(r"(.*\S)\s*\(([^()]*)\)")
KEPT_MAX: Final = 1024
"""Spans that are kept with their spelling: the clocks of a plan use the same few again and again."""
CLOCK_MAX: Final = 24
"""So many times of one day; what comes more often is said as an interval."""
YEARS: Final = range(1900, 2200)
"""An instant of another year is a slip of the pen; what is reckoned from one of these stays within what a date can hold."""


@dataclass(frozen=True, slots=True)
class Span:
    """
    A length of time: `months` and `days` are calendar units in the plan's zone, `exact` is absolute. `open_days` and `open_hours` are those
    of the plan's calendar; what has them has nothing else.

    `clock` are times of day, in minutes from midnight: it lasts until the next of them, on a business day if `working`; after so many days
    or months, until that one on the day they lead to.
    """

    months: int = 0
    days: int = 0
    exact: timedelta = timedelta()
    open_days: int = 0
    open_hours: int = 0
    clock: tuple[int, ...] = ()
    working: bool = False

    def __bool__(self) -> bool:
        return bool(self.months or self.days or self.exact or self.clock or self.is_business)

    def __neg__(self) -> "Span":
        """Return the same length backwards, to be added; business time runs forward alone."""
        return Span(months=-self.months, days=-self.days, exact=-self.exact)

    @property
    def is_business(self) -> bool:
        """Whether it is counted by a calendar of business time."""
        return bool(self.open_days or self.open_hours or self.working)

    @property
    def is_exact(self) -> bool:
        """Whether it is as long whenever it begins."""
        return not (self.months or self.days or self.clock or self.is_business)

    def length(self) -> timedelta:
        """
        Return how long it is where no zone and no date are at hand: a day is 24 hours.

        :raises ValueError: it has months, or counts business time, which are of no one length.
        """
        if self.months:
            raise ValueError(f"{self} is longer or shorter by the month")
        if self.is_business:
            raise ValueError(f"{self} is longer or shorter by the calendar")
        if self.clock:
            raise ValueError(f"{self} is longer or shorter by the time of day")
        return timedelta(days=self.days) + self.exact

    def __str__(self) -> str:
        """Return the shortest spelling that `parse` reads back, such as `1mo3d4h` or `08:00,20:00`."""
        if not self.clock:
            return _spelled(self.months, self.days, self.exact, self.open_days, self.open_hours)
        days = _WORKING if self.working else _spelled(self.months, self.days, self.exact, self.open_days, self.open_hours)
        at = ",".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in self.clock)
        return at if days == _NOTHING else f"{days}{_AT}{at}"


@lru_cache(maxsize=KEPT_MAX)
def _spelled(months: int, days: int, exact: timedelta, open_days: int, open_hours: int) -> str:
    seconds = int(exact.total_seconds())
    parts = [
        (months // 12, "y"),
        (months % 12, "mo"),
        (days, "d"),
        (seconds // 3600, "h"),
        (seconds % 3600 // 60, "m"),
        (seconds % 60, "s"),
        (open_days, "bd"),
        (open_hours, "bh"),
    ]
    return "".join(f"{number}{unit}" for number, unit in parts if number) or _NOTHING


@lru_cache(maxsize=KEPT_MAX)
def parse(text: str) -> Span:
    """
    Return the span that `text` spells: `30m`, `72h`, `3d4h12m`, `1mo`, largest unit first; or in business time `2bd`, `4bh`, `1bd4bh`.

    Or until a time of day: `08:00,20:00` is the next of the two, `bd@09:00` the next on a business day, `1bd@12:00` noon of the business day
    after this one.

    :raises ValueError: not a span, units repeated or out of order, business time among other, or longer than 100 years.
    """
    if ":" in text:
        return _until_a_time(text)
    parts = _PART.findall(text)
    units = [("m" if unit == "min" else unit) for _, unit in parts]
    ranks = [_ORDER.index(unit) for unit in units]
    if not parts or "".join(n + u for n, u in parts) != text or ranks != sorted(set(ranks)):
        raise ValueError(f"{text!r} is not a duration such as 30m, 2h, 3d or 3d4h12m")
    amount = {unit: int(number) for (number, _), unit in zip(parts, units, strict=True)}
    if _BUSINESS & amount.keys() and amount.keys() - _BUSINESS:
        raise ValueError(f"{text!r} counts business time and time round the clock in one")
    if any(number > 1_000_000 for number in amount.values()) or amount.get("bd", 0) > 10_000 or amount.get("bh", 0) > 100_000:
        raise ValueError(f"{text!r} is longer than 100 years")
    span = Span(
        months=12 * amount.get("y", 0) + amount.get("mo", 0),
        days=7 * amount.get("w", 0) + amount.get("d", 0),
        exact=timedelta(hours=amount.get("h", 0), minutes=amount.get("m", 0), seconds=amount.get("s", 0)),
        open_days=amount.get("bd", 0),
        open_hours=amount.get("bh", 0),
    )
    if span.months > 1200 or span.days > 36_500 or span.exact > timedelta(days=36_500):
        raise ValueError(f"{text!r} is longer than 100 years")
    return span


def _until_a_time(text: str) -> Span:
    days, _, at = text.rpartition(_AT)
    found = [_CLOCK.fullmatch(each) for each in at.split(",")]
    clock = [60 * int(each[1]) + int(each[2]) for each in found if each]
    if len(clock) < len(found) or clock != sorted(set(clock)) or len(clock) > CLOCK_MAX:
        raise ValueError(f"{text!r} is not a duration or times of day such as 08:00,20:00")
    if days in ("", _WORKING):
        if _AT in text and not days:
            raise ValueError(f"{text!r} is not a duration such as 1bd@12:00")
        return Span(clock=tuple(clock), working=bool(days))
    span = parse(days)
    if not span or span.exact or span.open_hours or span.clock or len(clock) > 1:
        raise ValueError(f"{text!r} is not a duration: whole days, then one time of day")
    return replace(span, clock=tuple(clock))


class Reckoner(Protocol):
    """A calendar of business time in a time zone."""

    @property
    def zone(self) -> str: ...

    def counts(self, day: date) -> bool:
        """Return whether business is open on `day` at all."""

    def ahead(self, at: datetime, days: int, hours: timedelta) -> datetime:
        """Return the instant that lies so many business days, then so much business time, after `at`."""

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Return how much business time lies between two instants."""


Place = str | Reckoner
"""By what time is counted: a time zone alone, or a calendar of business time in one."""


def add(at: datetime, span: Span, place: Place) -> datetime:
    """
    Return `at` + `span` in UTC: the calendar part at the same local time of the zone, then the exact part; business time by the calendar.

    A month end is clamped; a local time that does not exist moves forward to the first that does; one that exists twice is the first.

    Until a time of day, it is the next of them that lies after `at`.

    A clock that began with business time may go on under a version of the plan that has no calendar: there it runs round the clock.
    """
    if span.clock:
        return _next_of(at, span, place)
    if span.is_business and isinstance(place, str):
        span = Span(days=span.open_days, exact=timedelta(hours=span.open_hours))
    elif span.is_business and not isinstance(place, str):
        return place.ahead(at, span.open_days, timedelta(hours=span.open_hours))
    if not (span.months or span.days):
        return at + span.exact
    tz = ZoneInfo(place if isinstance(place, str) else place.zone)
    local = at.astimezone(tz).replace(tzinfo=None)
    month = local.month - 1 + span.months
    year, month = local.year + month // 12, month % 12 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    moved = local.replace(year=year, month=month, day=day) + timedelta(days=span.days)
    return _instant(moved, tz) + span.exact


def _next_of(at: datetime, span: Span, place: Place) -> datetime:
    """Return the next of the span's times of day: after `at`, or on the day that its days and months lead to."""
    tz = ZoneInfo(place if isinstance(place, str) else place.zone)
    day = at.astimezone(tz).date()
    if span.open_days or span.days or span.months:
        return _instant(datetime.combine(_days_later(day, span, place), _time(span.clock[0])), tz)
    while True:
        if not span.working or isinstance(place, str) or place.counts(day):
            for minutes in span.clock:
                then = _instant(datetime.combine(day, _time(minutes)), tz)
                if then > at:
                    return then
        day += timedelta(days=1)


def _days_later(day: date, span: Span, place: Place) -> date:
    month = day.month - 1 + span.months
    year, month = day.year + month // 12, month % 12 + 1
    day = date(year, month, min(day.day, calendar.monthrange(year, month)[1])) + timedelta(days=span.days)
    for _ in range(span.open_days):
        day += timedelta(days=1)
        while not isinstance(place, str) and not place.counts(day):
            day += timedelta(days=1)
    return day


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def zone_of(name: str) -> ZoneInfo:
    """
    Return the time zone of this name.

    :raises ValueError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as problem:
        raise ValueError(f"{name!r} is no time zone") from problem


def stamped(words: str) -> datetime:
    """
    Return the instant that `words` spell with its offset, such as `2025-06-03T09:00:00+08:00`, in UTC.

    :raises ValueError: it is none, or of no year in `YEARS`.
    """
    at = datetime.fromisoformat(words)
    if at.tzinfo is None or at.year not in YEARS:
        raise ValueError(f"{words!r} is not an instant with its offset")
    return at.astimezone(UTC)


def instant(words: str, at: datetime, zone: str, *, ahead: bool = False) -> datetime:
    """
    Return the instant, in UTC, that somebody wrote at `at`: a date with its time, or a time alone such as `12:30`.

    It is local time in `zone`, unless it says an offset or, in brackets, another zone. A time alone is the last such time, or the next one
    if what is meant lies `ahead`. What does not exist in the zone moves forward as in `add`; what comes twice, with a date, is the first.

    :raises ValueError: it is none, its offset is not that of the zone beside it, or its year is not in `YEARS`.
    """
    named = _IN_ZONE.fullmatch(words.strip())
    bare, tz = (named[1], zone_of(named[2])) if named else (words.strip(), zone_of(zone))
    clock = _CLOCK.fullmatch(bare)
    if clock:
        return _nearest(time(int(clock[1]), int(clock[2])), at, tz, ahead=ahead)
    known = datetime.fromisoformat(bare)
    if known.year not in YEARS or is_day(bare):
        raise ValueError(f"{words!r} is not an instant")
    if known.tzinfo is None:
        return _instant(known, tz)
    if named and known.astimezone(tz).utcoffset() != known.utcoffset():
        raise ValueError(f"{words!r} has another offset than its zone")
    return known.astimezone(UTC)


def is_day(words: str) -> bool:
    """Return whether `words` are a date alone, such as `2025-06-03`."""
    try:
        return bool(date.fromisoformat(words))
    except ValueError:
        return False


def day(words: str, zone: str) -> datetime:
    """
    Return the instant, in UTC, at which a day begins in `zone`.

    :raises ValueError: `words` are no date, or of no year in `YEARS`.
    """
    found = date.fromisoformat(words)
    if found.year not in YEARS:
        raise ValueError(f"{words!r} is not a day")
    return _instant(datetime.combine(found, time()), ZoneInfo(zone))


def _nearest(clock: time, at: datetime, tz: ZoneInfo, *, ahead: bool) -> datetime:
    """Return the next instant after `at` at which clocks of `tz` show `clock`, or the last one up to it."""
    today = at.astimezone(tz).date()
    days = (today + timedelta(days=apart) for apart in (-1, 0, 1))
    near = [each for day in days for each in _instants(datetime.combine(day, clock), tz)]
    return min(each for each in near if each > at) if ahead else max(each for each in near if each <= at)


def _instants(local: datetime, tz: ZoneInfo) -> set[datetime]:
    """Return every instant, mostly one, at which it is the naive `local` time in `tz`; in a gap the first after it."""
    both = {local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return {each for each in both if each.astimezone(tz).replace(tzinfo=None) == local} or {_instant(local, tz)}


def first_instant(local: datetime, zone: str) -> datetime:
    """Return the first UTC instant at or after the naive `local` time that exists in `zone`."""
    return _instant(local, ZoneInfo(zone))


def _instant(local: datetime, tz: ZoneInfo) -> datetime:
    """Return the first UTC instant at or after the naive `local` time that exists in `tz`."""
    earlier = local.replace(tzinfo=tz, fold=0)
    instant = earlier.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == local:
        return instant
    # Inside a gap: fold=0 uses the offset before it, fold=1 the one after; the gap's end is where the offsets change.
    before = earlier.utcoffset()
    low, high = local.replace(tzinfo=tz, fold=1).astimezone(UTC), instant
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(tz).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)
