"""What signals stand at: each over its own window, beside its mean, by label (DET-14), for pages. Pure but for the samples it is handed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from tocsin.engine import watch
from tocsin.engine.baselines import Mean, step_of
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Signal
from tocsin.incidents import baselines, samples
from tocsin.incidents.measured import Measured

SPAN: Final = timedelta(hours=3)
"""How much of the past is shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A signal as it stands, or the part of it that one label value is about.

    `value` is None where nothing was heard or it has fallen silent: never a zero. `level` is the value in per cent of the mean.
    """

    label: str
    of: str
    value: Decimal | None
    mean: Decimal | None
    level: Decimal | None
    at: datetime | None
    silent_since: datetime | None
    how: Mean | None
    """How the mean came about; None if there is none, or somebody typed it."""
    samples: tuple[watch.Sample, ...]


def every(organisation_id: UUID, program: Program, at: datetime) -> Mapping[str, tuple[Reading, ...]]:
    """Return the readings of every measured signal at `at`: the whole first, then each label value by itself."""
    return of(Measured(organisation_id, program), at)


def of(known: Measured, at: datetime) -> Mapping[str, tuple[Reading, ...]]:
    """Return the same out of what is measured."""
    program, series = known.program, known.since(at - SPAN - samples.reach(known.program))
    how = {
        name: baselines.at(known.organisation_id, program, signal, step_of(signal.baseline, at, program.zone(name)))
        for name, signal in program.signals.items()
        if signal.baseline and bare(name) not in known.typed
    }
    return {
        name: tuple(_of(signal, series[name], at, how.get(name, {})))
        for name, signal in program.signals.items()
        if signal.kind != "computed"
    }


def _of(signal: Signal, known: watch.Series, at: datetime, how: Mapping[tuple[str, str], Mean]) -> Iterator[Reading]:
    yield _reading(signal, known, at, baselines.WHOLE, how.get(baselines.WHOLE))
    for pair, part in sorted(known.scopes.items()):
        yield _reading(signal, part, at, pair, how.get(pair))


def _reading(signal: Signal, known: watch.Series, at: datetime, pair: tuple[str, str], how: Mean | None) -> Reading:
    value, level = (watch.reading(signal, known, measure, None, at) for measure in ("now", "level"))
    count = known.upto(at)
    silence = watch.silent_from(signal, known, at)
    return Reading(
        label=pair[0],
        of=pair[1],
        how=how,
        value=value if isinstance(value, Decimal) else None,
        mean=known.mean_at(at),
        level=level if isinstance(level, Decimal) else None,
        at=known.times[count - 1] if count else None,
        silent_since=silence if silence is not None and silence <= at else None,
        samples=tuple(sample for sample in known.samples[:count] if sample.at > at - SPAN),
    )
