"""What an organisation measured, as the series that watches look at: samples by signal and label, each held against its mean."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tocsin.engine import watch
from tocsin.engine.expressions import Lookup
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program
from tocsin.incidents import baselines
from tocsin.incidents.models import Baseline, Sample
from tocsin.incidents.samples import reach, read_labels

NEAR: Final = timedelta(hours=3)
"""How much of the past tells what signals read now."""


def load(organisation_id: UUID, program: Program, since: datetime, until: datetime | None = None) -> Mapping[str, watch.Series]:
    """
    Return the series of every signal of `program` since then, until now if nothing else is said.

    A mean that somebody typed overrides the computed one.
    """
    typed = dict(Baseline.objects.filter(organisation_id=organisation_id).values_list("signal", "mean"))
    found: dict[str, list[watch.Sample]] = defaultdict(list)
    rows = Sample.objects.filter(organisation_id=organisation_id, signal__in=[bare(name) for name in program.signals], at__gte=since)
    rows = rows.filter(at__lte=until) if until else rows
    known: dict[str, watch.Labels] = {}
    for signal, at, value, over_s, labels in rows.values_list("signal", "at", "value", "over_s", "labels"):
        if labels not in known:
            known[labels] = read_labels(labels)
        found[signal].append(watch.Sample(at, value, timedelta(seconds=over_s), known[labels]))
    series = {}
    for name in program.signals:
        # Of several plans each measures by its own window and baseline what the organisation sends once.
        series[name] = watch.series(found[bare(name)], typed.get(bare(name)))
        if bare(name) not in typed:
            series[name] = baselines.apply(organisation_id, program, name, series[name], since, until=until)
    return series


def look(organisation_id: UUID, program: Program, at: datetime) -> Lookup:
    """Return what answers for the signals of `program` as they stand at `at`."""
    return watch.look(program, load(organisation_id, program, at - NEAR - reach(program)), at)
