"""Spans of time as plans write them: exact seconds and calendar months and days, added in the plan's zone."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_PART = re.compile(r"([0-9]+)(y|mo|w|d|h|min|m|s)")
_ORDER = ("y", "mo", "w", "d", "h", "m", "s")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: `months` and `days` are calendar units in the plan's zone, `exact` is absolute."""

    months: int = 0
    days: int = 0
    exact: timedelta = timedelta()

    def __bool__(self) -> bool:
        return bool(self.months or self.days or self.exact)

    def __str__(self) -> str:
        """Return the shortest spelling that `parse` reads back, such as `1mo3d4h`."""
        seconds = int(self.exact.total_seconds())
        parts = [
            (self.months // 12, "y"),
            (self.months % 12, "mo"),
            (self.days, "d"),
            (seconds // 3600, "h"),
            (seconds % 3600 // 60, "m"),
            (seconds % 60, "s"),
        ]
        return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def parse(text: str) -> Span:
    """
    Return the span that `text` spells: `30m`, `72h`, `3d4h12m`, `1mo`, largest unit first.

    :raises ValueError: not a span, units repeated or out of order, or longer than 100 years.
    """
    parts = _PART.findall(text)
    units = [("m" if unit == "min" else unit) for _, unit in parts]
    ranks = [_ORDER.index(unit) for unit in units]
    if not parts or "".join(n + u for n, u in parts) != text or ranks != sorted(set(ranks)):
        raise ValueError(f"{text!r} is not a duration such as 30m, 2h, 3d or 3d4h12m")
    amount = {unit: int(number) for (number, _), unit in zip(parts, units, strict=True)}
    if any(number > 1_000_000 for number in amount.values()):
        raise ValueError(f"{text!r} is longer than 100 years")
    span = Span(
        months=12 * amount.get("y", 0) + amount.get("mo", 0),
        days=7 * amount.get("w", 0) + amount.get("d", 0),
        exact=timedelta(hours=amount.get("h", 0), minutes=amount.get("m", 0), seconds=amount.get("s", 0)),
    )
    if span.months > 1200 or span.days > 36_500 or span.exact > timedelta(days=36_500):
        raise ValueError(f"{text!r} is longer than 100 years")
    return span


def add(at: datetime, span: Span, zone: str) -> datetime:
    """
    Return `at` + `span` in UTC: the calendar part at the same local time of `zone`, then the exact part.

    A month end is clamped; a local time that does not exist moves forward to the first that does; one that exists twice is the first.
    """
    if not (span.months or span.days):
        return at + span.exact
    tz = ZoneInfo(zone)
    local = at.astimezone(tz).replace(tzinfo=None)
    month = local.month - 1 + span.months
    year, month = local.year + month // 12, month % 12 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    moved = local.replace(year=year, month=month, day=day) + timedelta(days=span.days)
    return _instant(moved, tz) + span.exact


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
