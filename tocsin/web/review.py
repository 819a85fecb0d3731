"""The review of an incident: prefilled from the record, causes apart from theories, measures followed to the end (PIR-01 to PIR-13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final

from django.http import HttpResponse
from django.views.decorators.http import require_GET
from markupsafe import Markup

from tocsin.engine.expressions import UNKNOWN
from tocsin.engine.program import Record, Text
from tocsin.incidents import compared, courses
from tocsin.incidents.models import BoardRow, BreachRow, ClockRow, DecidedRow, FiledRow, MessageRow, RoleRow
from tocsin.web import cases, plan_words, reply
from tocsin.web.cases import Case
from tocsin.web.reply import Request, needs
from tocsin.web.room import figures, records
from tocsin.web.room.records import Entry

STATIONS: Final = ("occurred", "reported", "warned", "activated", "restored", "recovered", "terminated", "analysed", "closed")
"""The moments between which the time of an incident is told, in the order in which they usually come."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time from one station to the next; `x` and `width` are its place on a line of a thousand."""

    name: Text
    lasted: timedelta
    until: datetime
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Part:
    """One record of the review with its entries. `row` is the key at which a refusal stands."""

    rule: Record
    entries: tuple[Entry, ...]
    row: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One tracked entry: who owes it, by when, and whether it is late."""

    part: Part
    entry: Entry
    clock: ClockRow | None
    late: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of this incident beside what it came to in similar earlier ones: their mean, the change in per cent, and each of them."""

    shown: figures.Shown
    mean: Markup
    others: tuple[Markup, ...]


@require_GET
@needs("incident.see")
def page(request: Request, number: str) -> HttpResponse:
    """Show the review of one incident."""
    return reply.page(request, "incidents/review.html", {**context(cases.find(request, number)), "row": "", "typed": {}})


def context(case: Case) -> dict[str, Any]:
    """Return everything that the review shows."""
    parts = [Part(rule, records.entries(case, rule.id), f"record:{rule.id}") for rule in case.program.records.values() if case.sees(rule)]
    measured = [each for each in figures.every(case, beside=True) if each.standing != "waiting"]
    similar = figures.others(case).earlier[: compared.SHOWN_MAX]
    decided = sorted(case.seen(DecidedRow), key=attrgetter("seq"))
    return {
        "case": case,
        "people": case.people,
        "stretches": stretches(case),
        "analyses": [part for part in parts if part.rule.prefill],
        "causes": [part for part in parts if part.rule.review == "causes"],
        "theories": [part for part in parts if part.rule.review == "theories"],
        "measures": measures(case, parts),
        "tracked": [part for part in parts if part.rule.tracked],
        "met": sum(1 for row in case.seen(ClockRow) if row.status in ("met", "late")),
        "breaches": _breaches(case),
        "roles": [row for row in case.rows(RoleRow) if row.role in _acting(case)],
        "sent": sorted((row for row in case.rows(MessageRow) if row.status == "published"), key=attrgetter("published_at")),
        "decided": decided,
        "figures": measured,
        "similar": similar,
        "beside": beside(case, measured, similar),
        "courses": courses.of(case.board, case.program, similar, case.incident_now),
        "percent": figures.percent,
        "filed": sorted(case.seen(FiledRow), key=attrgetter("at")),
        "label": records.label,
        "named": plan_words.option_name,
        "titled": plan_words.titled,
        "spelled": records.spelled,
        "name_of": lambda name: plan_words.name_of(case.program, name),
        "option_of": lambda row: _option(case, row),
    }


def _breaches(case: Case) -> list[BreachRow]:
    return sorted((row for row in case.seen(BreachRow) if row.obligation not in case.program.records), key=attrgetter("due_at"))


def beside(case: Case, measured: list[figures.Shown], similar: list[BoardRow]) -> list[Beside]:
    """Return the figures that similar earlier incidents have too (PIR-10)."""
    other, found = figures.others(case), []
    for each in measured:
        others = tuple(figures.spelled(each.rule, other.values.get((row.incident_id, each.rule.id))) for row in similar)
        mean = other.mean(each.rule.id)
        if any(others):
            found.append(Beside(each, figures.spelled(each.rule, None if mean is UNKNOWN else mean), others))
    return found


def _acting(case: Case) -> set[str]:
    """Return the roles that owed or decided something in this incident."""
    return {row.owes for row in case.seen(ClockRow)} | {row.role for row in case.seen(DecidedRow)}


def stretches(case: Case) -> list[Stretch]:
    """Return how long each stretch of the incident took, station by station; what happened out of the usual order is left out."""
    rows = {row.moment: row for row in case.came()}
    known = sorted((rows[name] for name in STATIONS if name in rows), key=lambda row: row.happened_at)
    whole = (known[-1].happened_at - known[0].happened_at) if len(known) > 1 else timedelta()
    found = []
    for before, after in pairwise(known):
        lasted = after.happened_at - before.happened_at
        if lasted and whole:
            x, width = (int(1000 * (span / whole)) for span in (before.happened_at - known[0].happened_at, lasted))
            found.append(
                Stretch(plan_words.titled(case.program.moments.get(after.moment), after.moment), lasted, after.happened_at, x, width)
            )
    return found


def measures(case: Case, parts: list[Part]) -> list[Measure]:
    """Return what is tracked: the open ones by due time, then what is done."""
    now = case.incident_now
    tracked = (row for row in case.seen(ClockRow) if row.verb == "track")
    rows = {row.clock: row for row in sorted(tracked, key=attrgetter("generation"))}
    found = [_measure(part, entry, rows, now) for part in parts if part.rule.tracked for entry in part.entries]
    return sorted(found, key=lambda one: (not one.entry.open, one.clock.due_at if one.clock and one.clock.due_at else now))


def _measure(part: Part, entry: Entry, rows: dict[str, ClockRow], now: datetime) -> Measure:
    clock = rows.get(f"{part.rule.id}[{entry.name}]")
    late = entry.open and clock is not None and clock.due_at is not None and clock.due_at < now
    return Measure(part, entry, clock, late)


def _option(case: Case, row: DecidedRow) -> Text:
    decision = case.program.decisions.get(row.decision)
    option = next((each for each in decision.options if each.id == row.option), None) if decision else None
    return option.title or plan_words.plain(option.id) if option else {}
