"""Baselines of an organisation, computed from the samples that it has kept, with how they came about (DET-08). A typed mean overrides them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from tocsin.engine import baselines, watch
from tocsin.engine.baselines import Mean
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Signal
from tocsin.incidents import means, plans
from tocsin.incidents.models import BoardRow, Sample
from tocsin.incidents.samples import read_labels
from tocsin.kit import clock

PAST_MAX: Final = timedelta(days=2)
"""How far back a mean is computed for what was not looked at in time; before that it is unknown."""

REVIEWED_MAX: Final = timedelta(days=4)
"""How much of what is over is held against its means, hour by hour."""

HOUR: Final = timedelta(hours=1)

WHOLE: Final = ("", "")
"""In place of a label and its value: over all of them."""


def apply(
    organisation_id: UUID, program: Program, name: str, known: watch.Series, since: datetime, *, until: datetime | None = None
) -> watch.Series:
    """
    Return the series held against its computed means, each from its hour or day on, and its parts against theirs.

    Whoever looks back says `until` when; who looks at the present says nothing.
    """
    signal = program.signals[name]
    if signal.baseline is None or not known.samples:
        return known
    end, back = (until, REVIEWED_MAX) if until else (clock.now(), PAST_MAX)
    steps = list(baselines.steps(signal.baseline, max(since, end - back), end, program.zone(name)))
    found = [(step, at(organisation_id, program, signal, step)) for step in steps]
    return known.against(
        {scope: [(step, each[scope].value if scope in each else None) for step, each in found] for scope in [WHOLE, *known.scopes]},
        same_scope=signal.baseline.same_scope,
    )


def at(organisation_id: UUID, program: Program, signal: Signal, step: datetime) -> means.Means:
    """Return the means of a signal that count from `step` on, over everything and of each label value: its own plan's, also beside others."""
    plan = program.part(signal.id).program
    key = means.Key(organisation_id, plan.hash, bare(signal.id), step)
    known = means.memory.recall(key)
    if known is None:
        known = _computed(organisation_id, plan, signal, step)
        means.memory.remember(key, known, _heard_before(plan, signal, step))
    return known


def _computed(organisation_id: UUID, plan: Program, signal: Signal, step: datetime) -> Mapping[tuple[str, str], Mean]:
    rule = signal.baseline
    assert rule is not None
    left_out = incident_days(organisation_id, plan, step) if rule.without_incidents else frozenset()
    wanted = baselines.stretches(rule, step, plan.timezone, left_out)
    found = _samples(organisation_id, signal, wanted)
    scopes = sorted({pair for sample in found for pair in sample.labels}) if rule.same_scope else []
    parts = {scope: [sample for sample in found if scope in sample.labels] for scope in scopes}
    computed = {scope: baselines.mean(signal, own, step, plan.timezone, left_out) for scope, own in {WHOLE: found, **parts}.items()}
    return {scope: mean for scope, mean in computed.items() if mean is not None}


def _heard_before(plan: Program, signal: Signal, step: datetime) -> datetime:
    """Return before which instant the samples lie of which the mean at `step` is made, incidents or not."""
    assert signal.baseline is not None
    ends = [end for _, end in baselines.stretches(signal.baseline, step, plan.timezone)]
    return max(ends, default=step) + _overhang(signal)


def _overhang(signal: Signal) -> timedelta:
    """A sample of a count belongs to the middle of what it was counted over, so it may lie after the stretch by this much."""
    return max(signal.window or HOUR, HOUR)


def _samples(organisation_id: UUID, signal: Signal, wanted: Sequence[baselines.Stretch]) -> list[watch.Sample]:
    if not wanted:
        return []
    within = reduce(or_, (Q(at__gte=begin, at__lt=end + _overhang(signal)) for begin, end in wanted))
    rows = Sample.objects.filter(within, organisation_id=organisation_id, signal=bare(signal.id))
    return [
        watch.Sample(at, value, timedelta(seconds=over_s), read_labels(labels))
        for at, value, over_s, labels in rows.values_list("at", "value", "over_s", "labels")
    ]


def incident_days(organisation_id: UUID, plan: Program, before: datetime) -> frozenset[date]:
    """
    Return the local days on which an incident ran by this plan, alone or beside others.

    One that ended as a false alarm was none, and a drill is none.
    """
    zone = ZoneInfo(plan.timezone)
    rows = BoardRow.objects.filter(incident__in=plans.ran_by(organisation_id, plan.id), drill=False, declared_at__lt=before)
    days: set[date] = set()
    for declared_at, closed_at in rows.exclude(phase="cancelled").values_list("declared_at", "closed_at"):
        first, last = (each.astimezone(zone).date() for each in (declared_at, min(closed_at or before, before)))
        days |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
    return frozenset(days)
