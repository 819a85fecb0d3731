"""Samples as they are kept: handed in by programs or typed by people, and read back as the series that watches look at (DET-01)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Coalesce, Least

from tocsin.engine import watch
from tocsin.engine.expressions import SignalRead, leaves
from tocsin.engine.program import Program
from tocsin.incidents import means, plans
from tocsin.incidents.models import Baseline, Lookout, Sample, Sentinel
from tocsin.kit import bells, clock

BELL: Final = "samples"
KEPT: Final = timedelta(days=8)
"""How far back a late sample can still change what an incident has seen."""

AHEAD_MAX: Final = timedelta(minutes=5)
"""How far the clock of a source may be ahead of ours."""

VALUE_LIMIT: Final = Decimal(10) ** 14
"""Below this in size is every value that can be kept."""

SLACK: Final = timedelta(hours=6)
"""Samples before the window that tell how often data comes."""


@dataclass(frozen=True, slots=True)
class Given:
    """One sample as it comes in. `over` is the stretch before `at` that a count was counted over; `labels` say what it was measured on."""

    signal: str
    at: datetime
    value: Decimal
    over: timedelta = timedelta()
    labels: watch.Labels = ()


def record(organisation_id: UUID, given: Iterable[Given], by: str) -> int:
    """Keep samples, the later word on one instant and labels counting, and let whoever watches look. Return how many were given."""
    now = clock.now()
    # Of two in one hand-in for the same place the later counts as well; PostgreSQL would refuse to write a row twice in one statement.
    rows = {(one.signal, one.at, one.labels): _row(organisation_id, one, by, now) for one in given}
    with transaction.atomic():
        Sample.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["organisation", "signal", "at", "labels"],
            update_fields=["value", "over_s", "by", "received_at"],
        )
        _rouse(organisation_id, min((row.at for row in rows.values()), default=now), now)
    return len(rows)


def count(organisation_id: UUID, signal: str, one: watch.Sample, by_how_many: int, by: str) -> None:
    """Count one single thing more or less at an instant and on labels. Within the caller's transaction."""
    now = clock.now()
    given = Given(signal, one.at, Decimal(), labels=one.labels)
    row = _row(organisation_id, given, by, now)
    Sample.objects.bulk_create([row], ignore_conflicts=True)
    same = Sample.objects.filter(organisation_id=organisation_id, signal=signal, at=one.at, labels=row.labels)
    same.update(value=F("value") + by_how_many, by=by, received_at=now)
    same.filter(value__lte=0).delete()
    _rouse(organisation_id, one.at, now)


def _rouse(organisation_id: UUID, earliest: datetime, now: datetime) -> None:
    """Let whoever watches look again from `earliest` on."""
    lookouts = Lookout.objects.filter(organisation_id=organisation_id)
    lookouts.update(look_at=now)
    lookouts.filter(until__gte=earliest).update(until=None)  # a late sample: look at everything again
    _rouse_sentinels(organisation_id, earliest, now)
    transaction.on_commit(lambda: means.memory.forget(organisation_id, earliest))
    bells.ring(BELL)


def _rouse_sentinels(organisation_id: UUID, earliest: datetime, now: datetime) -> None:
    """Let the sentinels of the plans in force look again from `earliest` on."""
    plans.post_sentinels(organisation_id)
    late = Coalesce(Least(F("late"), Value(earliest)), Value(earliest))  # SQLite's least of nothing and something is nothing
    Sentinel.objects.filter(organisation_id=organisation_id).update(look_at=now, late=late)


def _row(organisation_id: UUID, one: Given, by: str, now: datetime) -> Sample:
    return Sample(
        organisation_id=organisation_id,
        signal=one.signal,
        at=one.at,
        labels=spelled(one.labels),
        value=one.value,
        over_s=int(one.over.total_seconds()),
        by=by,
        received_at=now,
    )


def spelled(labels: watch.Labels) -> str:
    """Return labels as they are kept: one spelling for one set of labels, empty for none."""
    return json.dumps(dict(sorted(labels)), ensure_ascii=False, separators=(",", ":")) if labels else ""


def read_labels(kept: str) -> watch.Labels:
    """Return the labels that were kept as `kept`."""
    return tuple(json.loads(kept).items()) if kept else ()


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
            _rouse_sentinels(organisation_id, latest, now)
        bells.ring(BELL)


def reach(program: Program) -> timedelta:
    """Return how far before an instant samples can matter to it."""
    windows = [signal.window for signal in program.signals.values() if signal.window]
    for one in program.watches.values():
        windows += [leaf.window for leaf in leaves(one.test) if isinstance(leaf, SignalRead) and leaf.window]
    return max(windows, default=timedelta()) + SLACK
