"""What was measured while an incident ran: the mean, the peak, how far it was from the usual and how long until it was back (KPI-04, -07). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tocsin.engine import baselines, watch
from tocsin.engine.expressions import UNKNOWN
from tocsin.engine.program import Program, Signal
from tocsin.engine.watch import Series


@dataclass(frozen=True, slots=True)
class Course:
    """
    How one signal ran from a beginning to an end.

    `mean` is over its samples as a baseline is: a missing hour is no zero. The `peak` lies where the signal was worst. `excess` is how far
    in per cent it was from the usual at most, on its wrong side; `off_since` when that stretch began, and `back_at` when it was at its usual
    again, None while it is not. What was not known in between ends no stretch: silence is never "no fault".
    """

    samples: int
    mean: Decimal
    peak: Decimal
    peak_at: datetime
    excess: Decimal | None
    off_since: datetime | None
    back_at: datetime | None

    @property
    def off_for(self) -> timedelta | None:
        """Return how long it took to come back; None for one that never left, or has not come back."""
        return self.back_at - self.off_since if self.back_at and self.off_since else None


def course(program: Program, signal: Signal, known: Series, begin: datetime, end: datetime) -> Course | None:
    """Return how `signal` ran in [begin, end]; None where nothing was heard."""
    within = [sample for sample in known.samples if begin < sample.at <= end]
    read = list(_read(program, signal, known, begin, end))
    mean = baselines.average(signal, within) if within else None
    if mean is None or not read:
        return None
    sign = -1 if signal.better == "up" else 1
    peak_at, peak, _ = max(read, key=lambda each: (sign * each[1], -each[0].timestamp()))
    away = [(at, sign * excess) for at, _, excess in read if excess is not None]
    worst_at, worst = max(away, key=lambda each: (each[1], -each[0].timestamp()), default=(None, None))
    if worst_at is None or worst is None or worst <= 0:
        return Course(len(within), mean, peak, peak_at, None if worst is None else sign * worst, None, None)
    usual_before = [at for at, excess in away if at < worst_at and excess <= 0]
    off_since = next(at for at, excess in away if excess > 0 and (not usual_before or at > usual_before[-1]))
    back_at = next((at for at, excess in away if at > worst_at and excess <= 0), None)
    return Course(len(within), mean, peak, peak_at, sign * worst, off_since, back_at)


def _read(
    program: Program, signal: Signal, known: Series, begin: datetime, end: datetime
) -> Iterator[tuple[datetime, Decimal, Decimal | None]]:
    """Yield each instant at which it was known, what it read, and how far that was from the usual, where a usual is known."""
    for at in watch.instants(program, (signal.id,), {signal.id: known}, begin, end):
        value, excess = (watch.reading(signal, known, measure, None, at) for measure in ("now", "excess"))
        if value is not UNKNOWN and isinstance(value, Decimal):
            yield at, value, excess if isinstance(excess, Decimal) else None
