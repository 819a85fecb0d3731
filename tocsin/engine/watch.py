"""Watches: a pure function from samples to edges. It runs outside the lock; only its edges enter the incident (DET-08, CLK-09, TRM-04)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from tocsin.engine.expressions import (
    UNKNOWN,
    Call,
    Expression,
    Known,
    Leaf,
    Lookup,
    SignalRead,
    by_lookup,
    compiled,
    evaluate,
    leaves,
    spell,
)
from tocsin.engine.program import Program, Signal, Watch
from tocsin.engine.terms import Edge

HUNDRED: Final = Decimal(100)
GAPS: Final = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading. `over` is the stretch before `at` that a count was counted over; zero for a gauge."""

    at: datetime
    value: Decimal
    over: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Series:
    """The samples of one signal in order of time, without repeats, with its baseline mean (None if unknown)."""

    samples: Sequence[Sample] = ()
    mean: Decimal | None = None
    times: Sequence[datetime] = field(default=())

    def upto(self, at: datetime) -> int:
        """Return how many samples lie at or before `at`."""
        return bisect_right(self.times, at)


def series(samples: Iterable[Sample], mean: Decimal | None = None) -> Series:
    """Return the series of `samples` in order of time; of two at one instant the later given counts."""
    latest = {sample.at: sample for sample in samples}
    ordered = tuple(latest[at] for at in sorted(latest))
    return Series(ordered, mean, tuple(sample.at for sample in ordered))


def silent_from(signal: Signal, known: Series, at: datetime) -> datetime | None:
    """Return when the signal falls silent after its last sample at or before `at`: so many sample intervals without data, or None."""
    count = known.upto(at)
    if count == 0:
        return None
    last = known.samples[count - 1]
    interval = _interval(known, count) if count > 1 else last.over
    interval = max(interval, last.over) if signal.kind == "count" else interval
    return last.at + signal.silent_after * interval if interval else None


def _interval(known: Series, count: int) -> timedelta:
    """Return how often data comes: the second longest of the last gaps, so that neither one outage nor two sources in turn mislead."""
    times = known.times[max(count - GAPS - 1, 0) : count]
    gaps = sorted((after - before for before, after in pairwise(times)), reverse=True)
    return gaps[min(1, len(gaps) - 1)]


def reading(signal: Signal, known: Series, measure: str, window: timedelta | None, at: datetime) -> Known:
    """
    Return one reading of a signal at `at`, or UNKNOWN where there is no sample, no baseline, or silence.

    `now` is the last value of a gauge (its mean over the signal's window if it has one), the count over the window for a count;
    `excess` and `level` compare it with the baseline mean, in percent.
    """
    silence = silent_from(signal, known, at)
    if known.upto(at) == 0 or (silence is not None and at >= silence):
        return UNKNOWN
    if measure == "mean":
        return UNKNOWN if known.mean is None else known.mean
    count = known.upto(at)
    if signal.kind == "count" and measure in ("now", "sum", "excess", "level", "avg"):
        value: Known = _counted(known, window or signal.window, count)
    else:
        value = _gauged(known, measure, window or signal.window, at)
    if measure not in ("excess", "level"):
        return value
    if value is UNKNOWN or not isinstance(value, Decimal) or not known.mean:
        return UNKNOWN
    return (value - known.mean) * HUNDRED / known.mean if measure == "excess" else value * HUNDRED / known.mean


def _gauged(known: Series, measure: str, window: timedelta | None, at: datetime) -> Decimal:
    last = known.samples[known.upto(at) - 1].value
    if window is None:
        return last
    inside = [sample.value for sample in known.samples[known.upto(at - window) : known.upto(at)]] or [last]
    match measure:
        case "min":
            return min(inside)
        case "max":
            return max(inside)
        case "sum":
            return sum(inside, Decimal())
        case _:
            return sum(inside, Decimal()) / len(inside)


def _counted(known: Series, window: timedelta | None, count: int) -> Decimal:
    """Return the count over `window` before the last sample, from samples that do not overlap; the oldest counts by its part."""
    newest = known.samples[count - 1]
    window = window or newest.over
    start, edge, total = newest.at - window, newest.at, Decimal()
    for index in range(count - 1, -1, -1):
        sample = known.samples[index]
        if sample.at > edge:
            continue  # covered by a later one already
        begins = max(sample.at - sample.over, start)
        if sample.over:
            total += sample.value * _ratio(sample.at - begins, sample.over)
        elif sample.at > start:
            total += sample.value
        edge = begins
        if sample.at - sample.over <= start:
            break
    return total


def _ratio(part: timedelta, whole: timedelta) -> Decimal:
    return Decimal(part // timedelta(microseconds=1)) / Decimal(whole // timedelta(microseconds=1))


def look(program: Program, known: Mapping[str, Series], at: datetime) -> Lookup:
    """Return what answers for the readings of a watch at `at`."""

    def answer(leaf: Leaf) -> Known:
        match leaf:
            case SignalRead():
                return _read(program, known, leaf, at)
            case Call("worse_than_mean", arguments):
                return _worse(program, known, arguments, at)
            case _:
                return UNKNOWN

    return answer


def _read(program: Program, known: Mapping[str, Series], read: SignalRead, at: datetime) -> Known:
    signal = program.signals[read.signal]
    if signal.formula is not None:
        return evaluate(signal.formula, look(program, known, at))
    return reading(signal, known.get(signal.id, Series()), read.measure, read.window, at)


def _worse(program: Program, known: Mapping[str, Series], arguments: tuple[Expression, ...], at: datetime) -> Known:
    """Return whether any signal with a better direction is further than so many percent on the wrong side of its mean."""
    limit = evaluate(arguments[0], look(program, known, at))
    if not isinstance(limit, Decimal):
        return UNKNOWN
    unknown = False
    for signal in program.signals.values():
        if not signal.better:
            continue
        excess = reading(signal, known.get(signal.id, Series()), "excess", None, at)
        if not isinstance(excess, Decimal):
            unknown = True
        elif (-excess if signal.better == "up" else excess) > limit:
            return True
    return UNKNOWN if unknown else False


def edges(
    program: Program, known: Mapping[str, Series], before: Mapping[str, Edge], after: datetime | None, until: datetime
) -> tuple[Edge, ...]:
    """
    Return the edges of every watch of `program` in (after, until], in order of time. Pure.

    `before` are the edges already recorded. Sample time counts, not arrival: an edge lies at the sample that turned it, or at the
    instant at which a needed signal fell silent.
    """
    found: list[Edge] = []
    for watch in program.watches.values():
        test = compiled(watch.test, by_lookup)
        value = before[watch.id].value if watch.id in before else None
        for at in _instants(program, watch, known, after, until):
            answer = look(program, known, at)
            result = test(answer)
            now = result if isinstance(result, bool) else None
            if now != value:
                value = now
                seen = {spell(leaf): _text(evaluate(leaf, answer)) for leaf in leaves(watch.test)}
                found.append(Edge(watch.id, now, at, seen))
    return tuple(sorted(found, key=lambda edge: edge.since))


def _text(value: Known) -> str:
    return "unknown" if value is UNKNOWN else f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _instants(program: Program, watch: Watch, known: Mapping[str, Series], after: datetime | None, until: datetime) -> list[datetime]:
    """Return the instants at which the watch can turn: samples of its signals, and the ends of their patience."""
    found: set[datetime] = set()
    for name in watch.signals:
        signal, samples = program.signals[name], known.get(name, Series())
        first = samples.upto(after) if after else 0
        last = samples.upto(until)
        found.update(samples.times[first:last])
        # Silence can fall after each sample in sight, and after the last one before them.
        for index in range(max(first - 1, 0), last):
            silence = silent_from(signal, samples, samples.times[index])
            following = samples.times[index + 1] if index + 1 < len(samples.times) else None
            fell = silence is not None and silence <= until and (following is None or silence < following)
            if silence is not None and fell and (after is None or silence > after):
                found.add(silence)
    return sorted(found)
