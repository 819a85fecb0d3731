"""Watches: a pure function from samples to edges. It runs outside the lock; only its edges enter the incident (DET-08, CLK-09, TRM-04)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    Literal,
    Lookup,
    SignalRead,
    by_lookup,
    compiled,
    evaluate,
    leaves,
)
from tocsin.engine.program import Program, Signal, Watch
from tocsin.engine.spelling import spell
from tocsin.engine.terms import Edge

HUNDRED: Final = Decimal(100)
GAPS: Final = 4

Labels = tuple[tuple[str, str], ...]
"""Names and values in order of the names, such as `(("line", "3"), ("region", "east"))`."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading. `over` is the stretch before `at` that a count was counted over; zero for a gauge, and for a single thing counted."""

    at: datetime
    value: Decimal
    over: timedelta = timedelta()
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Series:
    """
    The samples of one signal in order of time, without repeats.

    `mean` is the baseline it is held against (None if unknown); where that changes from hour to hour, `means` has its steps. `parts` are
    the series of each combination of labels, where there are several.
    """

    samples: Sequence[Sample] = ()
    mean: Decimal | None = None
    times: Sequence[datetime] = field(default=())
    rhythm: Sequence[datetime] = ()
    """The instants of its samples, each once."""
    means: Sequence[tuple[datetime, Decimal | None]] = ()
    parts: Sequence["Series"] = ()
    scopes: Mapping[tuple[str, str], "Series"] = field(default_factory=dict)
    """The part of each label value (DET-08: same scope), for whoever asks for one."""
    _silences: dict[tuple[str, int, int], datetime | None] = field(default_factory=dict, compare=False, repr=False)
    """When it falls silent after its first so many samples, as far as anybody has asked: every reading at every instant does."""

    def upto(self, at: datetime) -> int:
        """Return how many samples lie at or before `at`."""
        return bisect_right(self.times, at)

    def mean_at(self, at: datetime) -> Decimal | None:
        """Return the baseline at `at`."""
        step = bisect_right(self.means, at, key=lambda each: each[0])
        return self.means[step - 1][1] if step else self.mean

    def against(self, means: Mapping[tuple[str, str], Sequence[tuple[datetime, Decimal | None]]], *, same_scope: bool) -> "Series":
        """Return it held against means that change with time, in `means` by label and value (two empty words for the whole)."""
        whole = means["", ""]
        scopes = {pair: replace(part, means=tuple(means[pair] if same_scope else whole)) for pair, part in self.scopes.items()}
        return replace(self, means=tuple(whole), scopes=scopes)

    def of(self, label: str, value: str) -> "Series":
        """Return the series of one label value; a series that does not know the label is the same for every value of it."""
        return self.scopes.get((label, value), self)


def series(samples: Iterable[Sample], mean: Decimal | None = None, means: Sequence[tuple[datetime, Decimal | None]] = ()) -> Series:
    """Return the series of `samples` in order of time; of two at one instant and of the same labels the later given counts."""
    latest = {(sample.at, sample.labels): sample for sample in samples}
    ordered = [latest[key] for key in sorted(latest)]
    kinds = sorted({sample.labels for sample in ordered})
    parts = [_plain([sample for sample in ordered if sample.labels == kind]) for kind in kinds] if len(kinds) > 1 else []
    scopes: dict[tuple[str, str], Series] = {}
    for pair in sorted({pair for kind in kinds for pair in kind}):
        scopes[pair] = series([_without(sample, pair) for sample in ordered if pair in sample.labels])
    return replace(_plain(ordered), mean=mean, means=tuple(means), parts=tuple(parts), scopes=scopes)


def _without(sample: Sample, pair: tuple[str, str]) -> Sample:
    return Sample(sample.at, sample.value, sample.over, tuple(each for each in sample.labels if each != pair))


def _plain(samples: Sequence[Sample]) -> Series:
    times = tuple(sample.at for sample in samples)
    steady = [sample.at for sample in samples if sample.over] or times  # single things among what is counted come whenever they come
    return Series(tuple(samples), times=times, rhythm=tuple(dict.fromkeys(steady)))


def silent_from(signal: Signal, known: Series, at: datetime) -> datetime | None:
    """Return when the signal falls silent after its last sample at or before `at`: so many sample intervals without data, or None."""
    key = (signal.kind, signal.silent_after, known.upto(at))
    if key not in known._silences:
        known._silences[key] = _silent_after(signal, known, key[-1])
    return known._silences[key]


def _silent_after(signal: Signal, known: Series, count: int) -> datetime | None:
    last = _steady(signal, known, count)
    if last is None:
        return None  # nothing yet, or single things counted as they come: that none comes says nothing
    interval = _interval(known, last.at) or last.over
    interval = max(interval, last.over) if signal.kind == "count" else interval
    return last.at + signal.silent_after * interval if interval else None


def _steady(signal: Signal, known: Series, count: int) -> Sample | None:
    """Return the last of the first `count` samples that came as they always do: of a count one counted over a stretch of time."""
    counted = signal.kind == "count"
    return next((sample for index in range(count - 1, -1, -1) if (sample := known.samples[index]).over or not counted), None)


def _interval(known: Series, last: datetime) -> timedelta:
    """
    Return how often data comes: the second longest of the last gaps, so that neither one outage nor two sources in turn mislead.

    What comes at one instant for several labels comes once.
    """
    until = bisect_right(known.rhythm, last)
    times = known.rhythm[max(until - GAPS - 1, 0) : until]
    gaps = sorted((after - before for before, after in pairwise(times)), reverse=True)
    return gaps[min(1, len(gaps) - 1)] if gaps else timedelta()


def is_silent(signal: Signal, known: Series, at: datetime) -> bool:
    """Return whether the signal has been heard, and has fallen silent since."""
    silence = silent_from(signal, known, at)
    return silence is not None and at >= silence


def reading(signal: Signal, known: Series, measure: str, window: timedelta | None, at: datetime) -> Known:
    """
    Return one reading of a signal at `at`, or UNKNOWN where there is no sample, no baseline, or silence.

    `now` is the last value of a gauge (its mean over the signal's window if it has one), the count over the window for a count;
    `excess` and `level` compare it with the baseline mean, in percent. A baseline is of the signal's own window; beside another one it
    counts in proportion. Over several labels counts add up, and gauges are averaged.
    """
    if known.upto(at) == 0 or is_silent(signal, known, at):
        return UNKNOWN
    mean = known.mean_at(at)
    if measure == "mean":
        return UNKNOWN if mean is None else mean
    if signal.kind == "count" and measure in ("now", "sum", "excess", "level", "avg"):
        value = _counted(known, window or signal.window, at)
        if mean and window and signal.window:
            mean = mean * ratio(window, signal.window)
    else:
        value = _gauged(signal, known, measure, window or signal.window, at)
    if measure not in ("excess", "level"):
        return value
    if not mean:
        return UNKNOWN
    return (value - mean) * HUNDRED / mean if measure == "excess" else value * HUNDRED / mean


def _gauged(signal: Signal, known: Series, measure: str, window: timedelta | None, at: datetime) -> Decimal:
    heard = [part for part in known.parts if part.upto(at) and not is_silent(signal, part, at)] or [known]
    last = [part.samples[part.upto(at) - 1].value for part in heard]
    since = known.upto(at - window) if window else 0
    inside = [sample.value for sample in known.samples[since : known.upto(at)]] if window else last
    values = inside or last
    match measure:
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "sum":
            return sum(values, Decimal())
        case _:
            return sum(values, Decimal()) / len(values)


def _counted(known: Series, window: timedelta | None, at: datetime) -> Decimal:
    """Return the count over `window` before the last sample, of all labels together."""
    newest = known.samples[known.upto(at) - 1]
    start = newest.at - (window or newest.over)
    return sum((_counted_since(part, start, at) for part in known.parts or (known,)), Decimal())


def _counted_since(known: Series, start: datetime, at: datetime) -> Decimal:
    """Return the count since `start`, from samples that do not overlap; the oldest counts by its part."""
    count = known.upto(at)
    edge, total = known.samples[count - 1].at if count else start, Decimal()
    for index in range(count - 1, -1, -1):
        sample = known.samples[index]
        if sample.at > edge:
            continue  # covered by a later one already
        if sample.at <= start:
            break
        begins = max(sample.at - sample.over, start)
        total += sample.value * ratio(sample.at - begins, sample.over) if sample.over else sample.value
        edge = begins
    return total


def ratio(part: timedelta, whole: timedelta) -> Decimal:
    """Return `part` as a share of `whole`, exactly."""
    return Decimal(part // timedelta(microseconds=1)) / Decimal(whole // timedelta(microseconds=1))


def look(program: Program, known: Mapping[str, Series], at: datetime) -> Lookup:
    """Return what answers for the readings of a watch at `at`."""

    def answer(leaf: Leaf) -> Known:
        match leaf:
            case SignalRead():
                return _read(program, known, leaf, at)
            case Call("worse_than_mean", arguments):
                return _worse(program, known, arguments, at)
            case Call("silent", arguments):
                named = [argument.value for argument in arguments if isinstance(argument, Literal)]
                return any(is_silent(program.signals[name], one, at) for name, one in known.items() if not named or name in named)
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
    instant at which a needed signal fell silent. A watch over `each` value of a label has edges of its own for every value.
    """
    found: list[Edge] = []
    for watch in program.watches.values():
        for name, scope in _scopes(watch, known):
            found += _edges(program, _Look(watch, name, scope, before.get(name)), after, until)
    return tuple(sorted(found, key=lambda edge: (edge.since, edge.watch)))


def _scopes(watch: Watch, known: Mapping[str, Series]) -> Iterator[tuple[str, Mapping[str, Series]]]:
    """Yield the name and the series of each thing that the watch looks at; none where no sample can tell it anything."""
    needed = {name: known[name] for name in watch.signals if name in known}
    if not watch.each:
        if watch.signals:
            yield watch.id, known
        return
    for value in sorted({value for one in needed.values() for label, value in one.scopes if label == watch.each}):
        yield f"{watch.id}[{value}]", {name: one.of(watch.each, value) for name, one in known.items()}


@dataclass(frozen=True, slots=True)
class _Look:
    """One thing looked at: the watch, the name of its edges, its series, and what it last said."""

    watch: Watch
    name: str
    known: Mapping[str, Series]
    before: Edge | None


def _edges(program: Program, looked: _Look, after: datetime | None, until: datetime) -> Iterator[Edge]:
    test = compiled(looked.watch.test, by_lookup)
    value = looked.before.value if looked.before else None
    for at in instants(program, looked.watch.signals, looked.known, after, until):
        answer = look(program, looked.known, at)
        result = test(answer)
        now = result if isinstance(result, bool) else None
        if now != value:
            value = now
            yield Edge(looked.name, now, at, {spell(leaf): _text(evaluate(leaf, answer)) for leaf in leaves(looked.watch.test)})


def _text(value: Known) -> str:
    return "unknown" if value is UNKNOWN else f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def instants(
    program: Program, signals: Iterable[str], known: Mapping[str, Series], after: datetime | None, until: datetime
) -> list[datetime]:
    """Return when what these signals read can change in (after, until]: at their samples, and at the ends of the patience with them."""
    found: set[datetime] = set()
    for name in signals:
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


def as_of(found: Sequence[Edge], at: datetime) -> tuple[Edge, ...]:
    """Return what an incident that begins at `at` learns of these edges (in order of time): how each stood then, and what turned since."""
    standing = {edge.watch: edge for edge in found if edge.since <= at}
    return (*sorted(standing.values(), key=lambda edge: (edge.since, edge.watch)), *(edge for edge in found if edge.since > at))


@dataclass(frozen=True, slots=True, order=True)
class Matured:
    """A trigger that held long enough: `at` it fires, by the edge `since` then; `entry` is the label value it was watched for."""

    at: datetime
    trigger: str
    entry: str
    since: datetime

    @property
    def key(self) -> str:
        """What names the trigger and the thing it was watched for."""
        return f"{self.trigger}[{self.entry}]" if self.entry else self.trigger


def matured(program: Program, found: Sequence[Edge]) -> tuple[Matured, ...]:
    """Return every firing of the plan's triggers that these edges (in order of time) amount to, in order of time. Pure."""
    fired: list[Matured] = []
    for trigger in program.triggers.values():
        head = f"{trigger.watch}[" if trigger.each else trigger.watch
        own = [edge for edge in found if (edge.watch.startswith(head) if trigger.each else edge.watch == head)]
        for index, edge in enumerate(own):
            following = next((later.since for later in own[index + 1 :] if later.watch == edge.watch), None)
            if edge.value and (following is None or following > edge.since + trigger.hold):
                entry = edge.watch[len(head) : -1] if trigger.each else ""
                fired.append(Matured(edge.since + trigger.hold, trigger.id, entry, edge.since))
    return tuple(sorted(fired))
