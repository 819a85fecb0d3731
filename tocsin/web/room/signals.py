"""Signals: the latest reading of each series of the plan, by label where it has labels, its last hours as a line, and whether it is silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from markupsafe import Markup

from tocsin.engine.expressions import SignalRead
from tocsin.engine.logged import SOURCE
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Signal
from tocsin.incidents import readings
from tocsin.incidents.readings import Reading
from tocsin.web import charts, plan_words
from tocsin.web.cases import Case
from tocsin.web.charts import Chart
from tocsin.web.jinja import text
from tocsin.web.room import curves, trends

BEFORE: Final = timedelta(minutes=45)
"""How much of what went before an incident its evidence shows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One signal: `whole` over all labels, `parts` each label value by itself; `line` is the path of the last hours."""

    rule: Signal
    whole: Reading
    parts: Sequence[Reading]
    line: str


def context(case: Case) -> dict[str, object]:
    """Return every measured signal of the plan."""
    known = readings.of(case.measured, case.now)
    return {
        "signals": [shown(case.program.signals[name], found) for name, found in known.items()],
        "titled": plan_words.titled,
        "part_of": lambda reading: part_of(case.program, reading),
        "evidence": evidence(case),
        "pages": pages(case),
        "computed": trends.of(case, [SignalRead(rule.id, "now") for rule in case.program.signals.values() if rule.kind == "computed"]),
    }


def pages(case: Case) -> dict[str, tuple[str, str]]:
    """Return the plan and the name under which each signal has a page: those of the plans in force."""
    there = case.in_force
    found = {name: (case.program.part(name).program.id, bare(name)) for name in case.program.signals}
    return {name: page for name, page in found.items() if page[0] in there}


def evidence(case: Case) -> list[Chart]:
    """Return the charts of the signals whose triggers fired in this incident, from before the first of them until now (DET-10)."""
    now = case.board.closed_at or case.now
    begin = max(case.board.declared_at - BEFORE, now - trends.SPAN_MAX)
    rows = [row for row in case.lines(case.headings("TriggerFired"))[::-1] if row.happened_at >= begin]
    found: list[Chart] = []
    for rule in case.program.signals.values():
        fired = charts.fired_by(rows, {case.id: case.board}, case.program.part(rule.id).program.id, bare(rule.id))
        found += charts.of(case.board.organisation_id, case.program, rule, (begin, now), fired=fired) if fired else []
    return [chart for chart in found if chart.marks]


def shown(rule: Signal, found: Sequence[Reading]) -> Shown:
    """Return one signal as pages show it, from its readings."""
    whole, *parts = found
    return Shown(
        rule,
        whole,
        parts,
        "" if any(sample.labels for sample in whole.samples) else curves.line([(sample.at, sample.value) for sample in whole.samples]),
    )


def part_of(program: Program, reading: Reading) -> Markup:
    """Return what a part of a signal was measured on; what was entered is called as the record that it was entered into."""
    if reading.label == SOURCE and reading.of in program.records:
        return text(plan_words.titled(program.records[reading.of]))
    return Markup("{} {}").format(reading.label, reading.of)
