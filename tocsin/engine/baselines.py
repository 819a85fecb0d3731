"""Baselines: the mean that a signal is held against, of the same hours of the days before, days with incidents left out (DET-08, X-40). Pure."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.engine.program import Baseline, Signal
from tocsin.engine.watch import Sample

HOUR: Final = timedelta(hours=1)
MICROSECOND: Final = timedelta(microseconds=1)
Stretch = tuple[datetime, datetime]
"""From (inclusive) until (exclusive)."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and how it came about: from how many samples, on how many days that had any, of how many; `left_out` days had incidents."""

    value: Decimal
    samples: int
    days: int
    of_days: int
    left_out: int


def step_of(rule: Baseline, at: datetime, zone: str) -> datetime:
    """Return since when the mean that counts at `at` has counted: the beginning of its local hour, or of its local day."""
    local = at.astimezone(ZoneInfo(zone))
    begin = local.replace(minute=0, second=0, microsecond=0)
    if not rule.same_hour:
        begin = begin.replace(hour=0, fold=0)
    return begin.astimezone(at.tzinfo)


def steps(rule: Baseline, since: datetime, until: datetime, zone: str) -> Iterator[datetime]:
    """Yield every instant in [since, until] at which the mean changes, and the last one before."""
    last = None
    at = since
    while at <= until:
        step = step_of(rule, at, zone)
        if step != last:
            yield step
            last = step
        at += HOUR
    final = step_of(rule, until, zone)
    if final != last:
        yield final


def stretches(rule: Baseline, at: datetime, zone: str, left_out: Collection[date] = ()) -> Sequence[Stretch]:
    """
    Return what is measured for the mean at `at`: one stretch for each of the days before, none for a day left out.

    By the wall clock of the zone: an hour that a day has twice is two hours long, one that it skips is none.
    """
    local = at.astimezone(ZoneInfo(zone))
    days = (local.date() - timedelta(days=back) for back in range(1, rule.days + 1))
    found = (_stretch(rule, day, local.hour, zone, at) for day in days if day not in left_out)
    return tuple((begin, end) for begin, end in found if begin < end)


def _stretch(rule: Baseline, day: date, hour: int, zone: str, like: datetime) -> Stretch:
    begin = datetime.combine(day, time(hour if rule.same_hour else 0))
    end = begin + (HOUR if rule.same_hour else timedelta(days=1))
    first, last = (wall.replace(tzinfo=ZoneInfo(zone)).astimezone(like.tzinfo) for wall in (begin, end))
    return first, last


def mean(signal: Signal, samples: Sequence[Sample], at: datetime, zone: str, left_out: Collection[date] = ()) -> Mean | None:
    """
    Return the mean of `signal` for `at`, or None where nothing was heard in those hours.

    A gauge is averaged over its samples. A count is what its window would hold at the mean rate of the time that its samples cover: a
    missing hour is no zero. The counts of several labels add up, each at the rate of the time that it was heard.
    """
    rule = signal.baseline
    if rule is None:
        return None
    wanted = stretches(rule, at, zone, left_out)
    found = list(_within(samples, wanted))
    if not found:
        return None
    values = [sample for _, sample in found]
    value = average(signal, values)
    if value is None:
        return None
    today = at.astimezone(ZoneInfo(zone)).date()
    skipped = sum(1 for day in left_out if timedelta(0) < today - day <= timedelta(days=rule.days))
    return Mean(value, len(values), len({begin for begin, _ in found}), rule.days, skipped)


def average(signal: Signal, samples: Sequence[Sample]) -> Decimal | None:
    """Return the mean over these samples, of which there are some: of a count what its window would hold; None where that is not known."""
    return _of_counts(signal, samples) if signal.kind == "count" else sum((one.value for one in samples), Decimal()) / len(samples)


def _within(samples: Sequence[Sample], wanted: Sequence[Stretch]) -> Iterator[tuple[datetime, Sample]]:
    """Yield each sample that belongs to a stretch, with the beginning of it."""
    ordered = sorted(wanted)
    for sample in samples:
        index = bisect_right(ordered, _middle(sample), key=lambda stretch: stretch[0]) - 1
        if index >= 0 and _middle(sample) < ordered[index][1]:
            yield ordered[index][0], sample


def _middle(sample: Sample) -> datetime:
    """Return the instant by which a sample belongs to an hour: what was counted until ten o'clock belongs to the hour before."""
    return sample.at - sample.over / 2


def _of_counts(signal: Signal, found: Sequence[Sample]) -> Decimal | None:
    found = [sample for sample in found if sample.over]  # of single things nobody knows how long they were listened for
    if signal.window is None or not found:
        return None
    total = Decimal()
    for labels in {sample.labels for sample in found}:
        own = [sample for sample in found if sample.labels == labels]
        covered = sum((sample.over for sample in own), timedelta())
        total += sum((sample.value for sample in own), Decimal()) * (signal.window // MICROSECOND) / (covered // MICROSECOND)
    return total
