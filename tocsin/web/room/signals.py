"""Signals: the latest reading of each series of the plan, its last hours as a line, and whether it has fallen silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from tocsin.engine.program import Signal
from tocsin.incidents.models import Baseline, Sample
from tocsin.web import plan_words, times
from tocsin.web.cases import Case

SPAN: Final = timedelta(hours=3)
WIDTH, HEIGHT, EDGE = 72, 24, 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One signal. `line` is the path of the last hours; `mean` what it is held against, `share` the reading in per cent of it."""

    rule: Signal
    value: Decimal | None
    at: datetime | None
    silent: bool
    line: str
    mean: Decimal | None
    share: int | None


def context(case: Case) -> dict[str, object]:
    """Return every measured signal of the plan."""
    now = times.now()
    means = dict(Baseline.objects.filter(organisation_id=case.board.organisation_id).values_list("signal", "mean"))
    rules = [rule for rule in case.program.signals.values() if rule.kind != "computed"]
    return {
        "signals": [_shown(case, rule, now, means.get(rule.id)) for rule in rules],
        "titled": plan_words.titled,
        "number": number,
    }


def _shown(case: Case, rule: Signal, now: datetime, mean: Decimal | None) -> Shown:
    samples = list(
        Sample.objects.filter(organisation_id=case.board.organisation_id, signal=rule.id, at__gt=now - SPAN, at__lte=now).order_by("at")
    )
    last = samples[-1] if samples else None
    return Shown(
        rule=rule,
        value=last.value if last else None,
        at=last.at if last else None,
        silent=last is None or _is_silent(samples, now, rule.silent_after),
        line=_line(samples),
        mean=mean,
        share=round(last.value / mean * 100) if last and mean else None,
    )


def _is_silent(samples: Sequence[Sample], now: datetime, after: int) -> bool:
    """Return whether no reading came for `after` times the usual distance of two; unknown with a single one."""
    gaps = sorted(later.at - earlier.at for earlier, later in pairwise(samples))
    return bool(gaps) and now - samples[-1].at > after * gaps[len(gaps) // 2]


def _line(samples: Sequence[Sample]) -> str:
    if len(samples) < 2:
        return ""
    low, high = min(sample.value for sample in samples), max(sample.value for sample in samples)
    begin, span = samples[0].at, samples[-1].at - samples[0].at
    reach = high - low or Decimal(1)
    points = (
        f"{WIDTH * ((sample.at - begin) / span):.1f} {HEIGHT - EDGE - float((sample.value - low) / reach) * (HEIGHT - 2 * EDGE):.1f}"
        for sample in samples
    )
    return "M" + " ".join(points)


def number(value: Decimal | None) -> Markup:
    """Return a reading without needless zeros."""
    return Markup("{}").format("–" if value is None else f"{value.normalize():f}")
