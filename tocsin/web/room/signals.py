"""Signals: the latest reading of each series of the plan, by label where it has labels, its last hours as a line, and whether it is silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from tocsin.engine.program import Signal
from tocsin.engine.watch import Sample
from tocsin.incidents import readings
from tocsin.incidents.readings import Reading
from tocsin.web import plan_words, times
from tocsin.web.cases import Case

WIDTH, HEIGHT, EDGE = 72, 24, 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One signal: `whole` over all labels, `parts` each label value by itself; `line` is the path of the last hours."""

    rule: Signal
    whole: Reading
    parts: Sequence[Reading]
    line: str


def context(case: Case) -> dict[str, object]:
    """Return every measured signal of the plan."""
    known = readings.every(case.board.organisation_id, case.program, times.now())
    return {
        "signals": [shown(case.program.signals[name], found) for name, found in known.items()],
        "titled": plan_words.titled,
        "number": number,
    }


def shown(rule: Signal, found: Sequence[Reading]) -> Shown:
    """Return one signal as pages show it, from its readings."""
    whole, *parts = found
    return Shown(rule, whole, parts, "" if any(sample.labels for sample in whole.samples) else _line(whole.samples))


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
    """Return a reading to two places, without needless zeros."""
    return Markup("{}").format("–" if value is None else f"{round(value, 2).normalize():f}")
