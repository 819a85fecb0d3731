"""The rules of time zones, as governments change them: which edition this process goes by, and what it says of a zone in the next years."""

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

AHEAD: Final = timedelta(days=366 * 6)
_STEP: Final = timedelta(days=10)
"""Shorter than any season that a zone has had."""


def edition() -> str:
    """Return the name of the edition, such as 2026a: the system's where it has one, else that of the package."""
    for folder in zoneinfo.TZPATH:
        file = Path(folder) / "tzdata.zi"
        if file.exists():
            with file.open("rb") as lines:
                return lines.readline().decode().rpartition(" ")[2].strip()
    year, number = version("tzdata").split(".")[:2]
    return f"{year}{chr(ord('a') - 1 + int(number))}"


@dataclass(frozen=True, slots=True)
class Offsets:
    """What a zone is apart from UTC, in seconds: each from its instant on, the first from ever."""

    steps: Sequence[tuple[datetime, int]]

    def covers(self, instant: datetime) -> bool:
        """Return whether it is known what they are at `instant`."""
        return self.steps[0][0] <= instant <= self.steps[0][0] + AHEAD

    def at(self, instant: datetime) -> timedelta:
        """Return how far the zone's clocks are from UTC."""
        known = [seconds for since, seconds in self.steps if since <= instant] or [self.steps[0][1]]
        return timedelta(seconds=known[-1])


def offsets(zone: str, since: datetime) -> Offsets:
    """Return what this edition says of a zone from `since` on, for some years."""
    tz, at = ZoneInfo(zone), since.astimezone(UTC)
    steps, until = [(at, _seconds(tz, at))], at + AHEAD
    while at < until:
        after = at + _STEP
        if _seconds(tz, after) != steps[-1][1]:
            steps.append(_turn(tz, at, after))
        at = after
    return Offsets(tuple(steps))


def same_time(at: datetime, before: Offsets, zone: str) -> datetime:
    """
    Return the instant at which the clocks of `zone` now show what they were to show at `at`.

    A time that is left out is the first after it, one that comes twice the first of both.
    """
    if before.at(at) == timedelta(seconds=_seconds(ZoneInfo(zone), at)):
        return at
    local = (at.astimezone(UTC) + before.at(at)).replace(tzinfo=None)
    tz = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(tz).replace(tzinfo=None) == local:
        return first
    return _turn(tz, second - timedelta(days=1), second + timedelta(days=1))[0]


def _turn(tz: ZoneInfo, before: datetime, after: datetime) -> tuple[datetime, int]:
    """Return when between two instants the zone turns, to the second, and to what."""
    was = _seconds(tz, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _seconds(tz, middle) == was else (before, middle)
    return after, _seconds(tz, after)


def _seconds(tz: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(tz).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
