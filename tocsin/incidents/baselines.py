"""Baselines of an organisation, computed from the samples that it has kept, with how they came about (DET-08). A typed mean overrides them."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from threading import Lock
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from tocsin.engine import baselines, watch
from tocsin.engine.baselines import Mean
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Signal
from tocsin.incidents.models import BoardRow, Sample
from tocsin.incidents.samples import read_labels
from tocsin.kit import clock

PAST_MAX: Final = timedelta(days=2)
"""How far back a mean is computed for what was not looked at in time; before that it is unknown."""

AGAIN_AFTER: Final = timedelta(minutes=1)
"""A mean that could not be computed is tried again: somebody may hand in the past."""

HOUR: Final = timedelta(hours=1)
_KEPT: Final = 20_000
_Key = tuple[UUID, str, str, datetime]
_known: OrderedDict[_Key, tuple[dict[tuple[str, str], Mean], datetime]] = OrderedDict()
_mutex: Final = Lock()

WHOLE: Final = ("", "")
"""In place of a label and its value: over all of them."""


def apply(organisation_id: UUID, program: Program, name: str, known: watch.Series, since: datetime) -> watch.Series:
    """Return the series held against its computed means, each from its hour or day on, and its parts against theirs."""
    signal = program.signals[name]
    if signal.baseline is None or not known.samples:
        return known
    now = clock.now()
    steps = list(baselines.steps(signal.baseline, max(since, now - PAST_MAX), now, program.timezone))
    found = [(step, at(organisation_id, program, signal, step)) for step in steps]
    return known.against(
        {scope: [(step, means[scope].value if scope in means else None) for step, means in found] for scope in [WHOLE, *known.scopes]},
        same_scope=signal.baseline.same_scope,
    )


def at(organisation_id: UUID, program: Program, signal: Signal, step: datetime) -> dict[tuple[str, str], Mean]:
    """Return the means of a signal that count from `step` on: over everything, and of each label value."""
    key = (organisation_id, program.hash, signal.id, step)
    with _mutex:
        kept = _known.get(key)
    if kept and (kept[0] or kept[1] + AGAIN_AFTER > clock.now()):
        return kept[0]
    means = _computed(organisation_id, program, signal, step)
    with _mutex:
        _known[key] = means, clock.now()
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return means


def _computed(organisation_id: UUID, program: Program, signal: Signal, step: datetime) -> dict[tuple[str, str], Mean]:
    rule = signal.baseline
    assert rule is not None
    left_out = incident_days(organisation_id, program, step) if rule.without_incidents else frozenset()
    wanted = baselines.stretches(rule, step, program.timezone, left_out)
    found = _samples(organisation_id, signal, wanted)
    scopes = sorted({pair for sample in found for pair in sample.labels}) if rule.same_scope else []
    means = {scope: [sample for sample in found if scope in sample.labels] for scope in scopes}
    computed = {scope: baselines.mean(signal, own, step, program.timezone, left_out) for scope, own in {WHOLE: found, **means}.items()}
    return {scope: mean for scope, mean in computed.items() if mean is not None}


def _samples(organisation_id: UUID, signal: Signal, wanted: Sequence[baselines.Stretch]) -> list[watch.Sample]:
    if not wanted:
        return []
    # A sample of a count belongs to the middle of what it was counted over, so it may lie after the stretch.
    within = reduce(or_, (Q(at__gte=begin, at__lt=end + max(signal.window or HOUR, HOUR)) for begin, end in wanted))
    rows = Sample.objects.filter(within, organisation_id=organisation_id, signal=bare(signal.id))
    return [
        watch.Sample(at, value, timedelta(seconds=over_s), read_labels(labels))
        for at, value, over_s, labels in rows.values_list("at", "value", "over_s", "labels")
    ]


def incident_days(organisation_id: UUID, program: Program, before: datetime) -> frozenset[date]:
    """Return the local days on which an incident ran by this plan; one that ended as a false alarm was none, and a drill is none."""
    zone = ZoneInfo(program.timezone)
    rows = BoardRow.objects.filter(organisation_id=organisation_id, plan_id=program.id, drill=False, declared_at__lt=before)
    days: set[date] = set()
    for declared_at, closed_at in rows.exclude(phase="cancelled").values_list("declared_at", "closed_at"):
        first, last = (each.astimezone(zone).date() for each in (declared_at, min(closed_at or before, before)))
        days |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
    return frozenset(days)
