"""What an organisation measured, as the series that watches look at: samples by signal and label, each held against its mean."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
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


class Measured:
    """
    What an organisation measured by the signals of `program`, until now if nothing else is said.

    Whoever looks at it from several sides reads it once, as far back as was asked. A mean that somebody typed overrides the computed one.
    """

    def __init__(self, organisation_id: UUID, program: Program, until: datetime | None = None) -> None:
        self.organisation_id, self.program, self._until = organisation_id, program, until
        self._samples: list[tuple[str, watch.Sample]] = []
        self._read_from: datetime | None = None
        self._series: dict[datetime, Mapping[str, watch.Series]] = {}

    @cached_property
    def typed(self) -> Mapping[str, Decimal]:
        """The means that somebody typed, by signal."""
        return dict(Baseline.objects.filter(organisation_id=self.organisation_id).values_list("signal", "mean"))

    def since(self, since: datetime) -> Mapping[str, watch.Series]:
        """Return the series of every signal since then."""
        if since not in self._series:
            self._series[since] = self._read(since)
        return self._series[since]

    def look(self, at: datetime) -> Lookup:
        """Return what answers for the signals as they stand at `at`."""
        return watch.look(self.program, self.since(at - NEAR - reach(self.program)), at)

    def _read(self, since: datetime) -> Mapping[str, watch.Series]:
        if self._read_from is None or since < self._read_from:
            self._samples += self._between(since, self._read_from)
            self._read_from = since
        found: dict[str, list[watch.Sample]] = defaultdict(list)
        for signal, sample in self._samples:
            if sample.at >= since:
                found[signal].append(sample)
        series = {}
        for name in self.program.signals:
            # Of several plans each measures by its own window and baseline what the organisation sends once.
            series[name] = watch.series(found[bare(name)], self.typed.get(bare(name)))
            if bare(name) not in self.typed:
                series[name] = baselines.apply(self.organisation_id, self.program, name, series[name], since, until=self._until)
        return series

    def _between(self, since: datetime, before: datetime | None) -> Iterator[tuple[str, watch.Sample]]:
        """Yield the samples since then, before what is known already, each behind the name of its signal."""
        signals = [bare(name) for name in self.program.signals]
        rows = Sample.objects.filter(organisation_id=self.organisation_id, signal__in=signals, at__gte=since)
        rows = rows.filter(at__lt=before) if before else rows
        rows = rows.filter(at__lte=self._until) if self._until else rows
        known: dict[str, watch.Labels] = {}
        for signal, at, value, over_s, labels in rows.values_list("signal", "at", "value", "over_s", "labels"):
            if labels not in known:
                known[labels] = read_labels(labels)
            yield signal, watch.Sample(at, value, timedelta(seconds=over_s), known[labels])


def load(organisation_id: UUID, program: Program, since: datetime, until: datetime | None = None) -> Mapping[str, watch.Series]:
    """Return the series of every signal of `program` since then, until now if nothing else is said."""
    return Measured(organisation_id, program, until).since(since)


def look(organisation_id: UUID, program: Program, at: datetime) -> Lookup:
    """Return what answers for the signals of `program` as they stand at `at`."""
    return Measured(organisation_id, program).look(at)
