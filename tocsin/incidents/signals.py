"""Signals: samples in, edges to the desk. Series stay outside the lock; an incident learns only what turned, and when (CLK-09, TRM-04)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from tocsin.engine import terms as t
from tocsin.engine import watch
from tocsin.engine.expressions import UNKNOWN, Lookup, SignalRead, leaves
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program
from tocsin.incidents import desk, plans, states
from tocsin.incidents.models import Baseline, BoardRow, Head, Incident, Lookout, Sample
from tocsin.kit import bells, clock

KEPT: Final = timedelta(days=8)
"""How far back a late sample can still change what an incident has seen."""

SLACK: Final = timedelta(hours=6)
"""Samples before the window that tell how often data comes."""

OVER: Final = ("closed", "cancelled")
BELL: Final = "samples"
SYSTEM: Final = t.Actor(t.SYSTEM)


@dataclass(frozen=True, slots=True)
class Given:
    """One sample as it comes in. `over` is the stretch before `at` that a count was counted over."""

    signal: str
    at: datetime
    value: Decimal
    over: timedelta = timedelta()


def record(organisation_id: UUID, given: Iterable[Given], by: str) -> int:
    """Keep samples, the later word on one instant counting, and let the running incidents look. Return how many were given."""
    now = clock.now()
    rows = [
        Sample(
            organisation_id=organisation_id,
            signal=one.signal,
            at=one.at,
            value=one.value,
            over_s=int(one.over.total_seconds()),
            by=by,
            received_at=now,
        )
        for one in given
    ]
    with transaction.atomic():
        Sample.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["organisation", "signal", "at"],
            update_fields=["value", "over_s", "by", "received_at"],
        )
        earliest = min((row.at for row in rows), default=now)
        lookouts = Lookout.objects.filter(organisation_id=organisation_id)
        lookouts.update(look_at=now)
        lookouts.filter(until__gte=earliest).update(until=None)  # a late sample: look at everything again
        bells.ring(BELL)
    return len(rows)


def set_baseline(organisation_id: UUID, signal: str, mean: Decimal, by: str) -> None:
    """Hold `signal` against `mean` from its latest sample on: no longer past is judged anew."""
    now = clock.now()
    with transaction.atomic():
        Baseline.objects.update_or_create(organisation_id=organisation_id, signal=signal, defaults={"mean": mean, "by": by, "at": now})
        lookouts = Lookout.objects.filter(organisation_id=organisation_id)
        lookouts.update(look_at=now)
        latest = Sample.objects.filter(organisation_id=organisation_id, signal=signal).aggregate(at=Max("at"))["at"]
        if latest is not None:
            lookouts.filter(until__gte=latest).update(until=latest - timedelta(microseconds=1))
        bells.ring(BELL)


def run_once() -> bool:
    """Let every incident that must look at the samples do so; return whether there was one."""
    now = clock.now()
    _watch_new()
    due = list(Lookout.objects.filter(look_at__lte=now).select_related("incident"))
    for lookout in due:
        _look(lookout, now)
    return bool(due)


def _watch_new() -> None:
    """Begin to look for incidents that nobody looks for yet; a drill brings its own edges."""
    fresh = Incident.objects.filter(lookout=None, drill=False)
    for incident in fresh:
        Lookout.objects.get_or_create(
            incident=incident, defaults={"organisation_id": incident.organisation_id, "look_at": incident.declared_at}
        )


def _look(lookout: Lookout, now: datetime) -> None:
    incident = lookout.incident
    if BoardRow.objects.filter(incident=incident, phase__in=OVER).exists():
        Lookout.objects.filter(pk=lookout.pk).update(look_at=None)
        return
    program = plans.program(incident.organisation_id, incident.plan_hash)
    known = states.load(incident, Head.objects.get(pk=incident.pk)).edges
    series = load(incident.organisation_id, program, (lookout.until or now - KEPT) - _reach(program))
    if lookout.until is None:
        found = _corrected(watch.edges(program, series, {}, None, now), known)
    else:
        found = watch.edges(program, series, known, lookout.until, now)
    if found:
        desk.handle(incident.pk, t.Observe(edges=found), actor=SYSTEM)
    silences = [watch.silent_from(program.signals[name], one, now) for name, one in series.items()]
    following = min((at for at in silences if at and at > now), default=None)
    # Whoever recorded a sample meanwhile has asked to look again: that wish is left standing.
    Lookout.objects.filter(Q(look_at=lookout.look_at), pk=lookout.pk).update(until=now, look_at=following)


def _corrected(seen: Iterable[t.Edge], known: Mapping[str, t.Edge]) -> tuple[t.Edge, ...]:
    """
    Return what an incident has to learn after everything was looked at again: what turned since it last did, or how it really stands.

    The latter is a gap that late samples have closed: sample time counts, not arrival, so what holds has held for longer.
    """
    turns: dict[str, list[t.Edge]] = defaultdict(list)
    latest: dict[str, t.Edge] = {}
    for edge in seen:
        latest[edge.watch] = edge
        last = turns[edge.watch][-1] if turns[edge.watch] else known.get(edge.watch)
        if last is None or (edge.since >= last.since and edge.value != last.value):
            turns[edge.watch].append(edge)
    closed = [edge for name, edge in latest.items() if not turns[name] and edge.since < known[name].since]
    return (*(edge for edges in turns.values() for edge in edges), *closed)


def _reach(program: Program) -> timedelta:
    """Return how far before an instant samples can matter to it."""
    windows = [signal.window for signal in program.signals.values() if signal.window]
    for one in program.watches.values():
        windows += [leaf.window for leaf in leaves(one.test) if isinstance(leaf, SignalRead) and leaf.window]
    return max(windows, default=timedelta()) + SLACK


def load(organisation_id: UUID, program: Program, since: datetime) -> Mapping[str, watch.Series]:
    """Return the series of every signal of `program` since then, with the baselines kept."""
    means = dict(Baseline.objects.filter(organisation_id=organisation_id).values_list("signal", "mean"))
    found: dict[str, list[watch.Sample]] = defaultdict(list)
    rows = Sample.objects.filter(organisation_id=organisation_id, signal__in=[bare(name) for name in program.signals], at__gte=since)
    for signal, at, value, over_s in rows.values_list("signal", "at", "value", "over_s"):
        found[signal].append(watch.Sample(at, value, timedelta(seconds=over_s)))
    # Of several plans each measures by its own window and baseline what the organisation sends once.
    return {name: watch.series(found[bare(name)], means.get(bare(name))) for name in program.signals}


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal as it stands: its value over its own window, in comparison with its mean, and the samples behind it for a small chart."""

    signal: str
    value: Decimal | None
    mean: Decimal | None
    excess: Decimal | None
    at: datetime | None
    silent: bool
    samples: tuple[watch.Sample, ...]


def readings(organisation_id: UUID, program: Program, at: datetime) -> tuple[Reading, ...]:
    """Return every signal of `program` as it stands at `at`, in the order of the plan."""
    series = load(organisation_id, program, at - timedelta(hours=3) - _reach(program))
    return tuple(_reading(program, name, one, at) for name, one in series.items())


def _reading(program: Program, name: str, series: watch.Series, at: datetime) -> Reading:
    signal = program.signals[name]
    value, excess = (watch.reading(signal, series, measure, None, at) for measure in ("now", "excess"))
    last = series.times[-1] if series.times else None
    return Reading(
        signal=name,
        value=value if isinstance(value, Decimal) else None,
        mean=series.mean,
        excess=excess if isinstance(excess, Decimal) else None,
        at=last,
        silent=last is not None and value is UNKNOWN,
        samples=tuple(sample for sample in series.samples if sample.at > at - timedelta(hours=3)),
    )


def look(organisation_id: UUID, program: Program, at: datetime) -> Lookup:
    """Return what answers for the signals of `program` as they stand at `at`."""
    return watch.look(program, load(organisation_id, program, at - timedelta(hours=3) - _reach(program)), at)


def edges_now(organisation_id: UUID, program: Program, at: datetime) -> tuple[t.Edge, ...]:
    """Return what every watch of `program` says at `at`: for a recommendation before anything is declared."""
    series = load(organisation_id, program, at - timedelta(hours=3) - _reach(program))
    latest = {edge.watch: edge for edge in watch.edges(program, series, {}, None, at)}
    return tuple(latest.values())
