"""Charts of signals as pages show them: the curve with its mean and its thresholds, when a trigger fired, and the same as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from markupsafe import Markup

from tocsin.engine.expressions import SignalRead
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Signal, Text, Trigger
from tocsin.incidents import charts, plans
from tocsin.incidents.charts import Plot
from tocsin.incidents.models import BoardRow, TimelineRow
from tocsin.web import plan_words, times, wording
from tocsin.web.room import curves
from tocsin.web.room.curves import Frame

ROWS_MAX: Final = 24
"""How many lines the table beside a chart has."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A trigger that fired by this signal: when, in which incident, and what it was measured on."""

    at: datetime
    number: str
    trigger: Text
    entry: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: the value and its mean, None while they were not known."""

    at: datetime
    value: Decimal | None
    mean: Decimal | None


@dataclass(frozen=True, slots=True)
class Chart:
    """One plot ready to draw; without a frame nothing was known in all that time."""

    title: Markup
    unit: str
    value: Decimal | None
    frame: Frame | None
    path: str
    dot: str
    mean: str
    limits: tuple[tuple[Markup, str], ...]
    marks: tuple[str, ...]
    rows: Sequence[Row]


def of(
    organisation_id: UUID,
    program: Program,
    signal: Signal,
    span: tuple[datetime, datetime],
    *,
    fired: Iterable[Fired],
    part: tuple[str, str] | None = None,
) -> list[Chart]:
    """Return the charts of a signal over a span of time, or of one part of it."""
    found = charts.of(organisation_id, program, signal, *span, part=part)
    return [_chart(program, signal, plot, tuple(one.at for one in fired)) for plot in found]


def _chart(program: Program, signal: Signal, plot: Plot, fired: Sequence[datetime]) -> Chart:
    points, lines = plot.trend.points, [plot.means, *(limit.points for limit in plot.limits)]
    known = [value for line in (points, *lines) for _, value in line if value is not None]
    frame = curves.frame(points[0][0], points[-1][0], known)
    read = SignalRead(signal.id, "now", plot.window)
    last = next(((at, value) for at, value in reversed(points) if value is not None), None)
    step = len(points) // ROWS_MAX + 1
    return Chart(
        title=wording.say(program, read),
        unit=wording.unit(program, read),
        value=plot.trend.value,
        frame=frame,
        path=frame.line(points) if frame else "",
        dot=frame.dot(*last) if frame and last else "",
        mean=frame.steps(plot.means) if frame else "",
        limits=tuple((wording.say(program, limit.test), frame.steps(limit.points)) for limit in plot.limits) if frame else (),
        marks=tuple(frame.across(at) for at in fired if frame.begin <= at <= frame.end) if frame else (),
        rows=[Row(at, value, mean) for (at, value), (_, mean) in list(zip(points, plot.means, strict=True))[::-1][::step]],
    )


def firings(incidents: Iterable[UUID] | QuerySet[Any], since: datetime) -> list[TimelineRow]:
    """Return what triggers did in these incidents since then, the latest first."""
    rows = TimelineRow.objects.filter(incident_id__in=incidents, kind="TriggerFired", happened_at__gte=since)
    return list(rows.order_by("-happened_at", "-seq"))


def fired_by(rows: Iterable[TimelineRow], boards: Mapping[UUID, BoardRow], plan_id: str, signal: str) -> list[Fired]:
    """Return those firings whose triggers look at this signal of a plan, alone or beside others. `boards` are their incidents."""
    found = []
    for row in rows:
        board = boards[row.incident_id]
        program = plans.readable(row.organisation_id, board.plan_hash)
        trigger = program.triggers.get(row.data["trigger"]) if program else None
        if program is not None and trigger is not None and (plan_id, signal) in _looked_at(program, trigger):
            found.append(Fired(row.happened_at, board.number, plan_words.titled(trigger), row.data.get("entry", "")))
    return found


def _looked_at(program: Program, trigger: Trigger) -> set[tuple[str, str]]:
    """Return the signals that a trigger looks at, as their own plans call them."""
    return {(program.part(name).program.id, bare(name)) for name in program.watches[trigger.watch].signals}


def span(hours: int) -> tuple[datetime, datetime]:
    """Return the last so many hours."""
    now = times.now()
    return now - timedelta(hours=hours), now
