"""The Simulate tab: what a plan does to people in many incidents, and what one change would do."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_GET

from tocsin.accounts import directory
from tocsin.engine.program import Program
from tocsin.engine.simulate import Given, Result, Row, summary
from tocsin.engine.terms import Refused
from tocsin.incidents import paces, plans
from tocsin.plan.simulation.asked import Asked, Pace, UnanswerableError, given_of
from tocsin.plan.simulation.crew import Crew
from tocsin.web import plan_document, plan_words, reply
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

RUNS_MAX: Final = 2000
HOURS_MAX: Final = 72
SECONDS_MAX: Final = 25
KINDS: Final = ("deputy", "person", "time", "limit")

_crews: Final[dict[str, Crew]] = {}
_lock: Final = threading.Lock()


@require_GET
@needs("incident.see")
def page(request: Request, plan_id: str, plan_hash: str) -> HttpResponse:
    """Show the form, and the result once something is asked. The same address gives the same result."""
    plan = plan_document.find(request, plan_id, plan_hash)
    program = plans.compiled(plan)
    past, incidents = paces.learned(request.organisation.id, plan.plan_id)
    context: dict[str, Any] = {
        "plan": plan,
        "program": program,
        "form": _form(program, request.GET),
        "incidents": incidents,
        "learned": {role: pace.learned for role, pace in _paces(past).items() if pace.learned},
        "kinds": _kinds(),
        "subjects": _subjects(program),
        "result": None,
        "titled": plan_words.titled,
        "name_of": lambda name: plan_words.name_of(program, name),
    }
    if "runs" not in request.GET:
        return reply.page(request, "plans/simulation.html", context)
    try:
        found = _answer(request, program, past)
    except UnanswerableError as error:
        refused = Refused("E104", _("This cannot be simulated."), str(error))
        return reply.page(request, "plans/simulation.html", context, refused=refused)
    return reply.page(request, "plans/simulation.html", context | found)


def _form(program: Program, given: QueryDict) -> dict[str, str]:
    otherwise = {
        "runs": "200",
        "seed": "1",
        "hours": "3",
        "level": next(iter(program.levels), ""),
        "median": "5",
        "most": "15",
        "apart": "0",
        "kind": "",
        "subject": "",
        "minutes": "",
    }
    return {name: given.get(name, value) for name, value in otherwise.items()}


def _kinds() -> list[tuple[str, str]]:
    words = {"deputy": _("a deputy more"), "person": _("a person of its own"), "time": _("another time"), "limit": _("another limit")}
    return [(kind, words[kind]) for kind in KINDS]


def _subjects(program: Program) -> list[tuple[str, list[Any]]]:
    limited = [rule for rule in program.obligations.values() if rule.within or rule.every]
    return [(_("Roles"), list(program.roles.values())), (_("Limits"), limited)]


def _paces(past: Mapping[str, tuple[float, ...]]) -> dict[str, Pace]:
    return {role: Pace(past=seconds) for role, seconds in past.items()}


def _answer(request: Request, program: Program, past: Mapping[str, tuple[float, ...]]) -> dict[str, Any]:
    seats = directory.seats(request.organisation.id, program)
    asked = replace(_asked(program, request.GET, past), cast=seats, deputies=_deputies(request, program, seats))
    given = given_of(asked, program)
    before = _count(request.actor.person, given, asked)
    change = _change(program, request.GET)
    after = None
    if change:
        changed = given_of(replace(asked, change=change), program)
        after = _count(request.actor.person, changed, asked)
    return {
        "result": before,
        "bars": bars(before, after, asked.hours),
        "ticks": _ticks(asked.hours),
        "changed": after,
        "hours": asked.hours,
    }


def _count(person: str, given: Given, asked: Asked) -> Result:
    """Let a crew count; a person has one at a time, and asking anew ends the one before."""
    crew = Crew(given, asked.seed, asked.runs, seconds_max=SECONDS_MAX)
    with _lock:
        earlier, _crews[person] = _crews.get(person), crew
    if earlier is not None:
        earlier.cancel()
    try:
        return summary(given, crew.answer())
    finally:
        with _lock:
            if _crews.get(person) is crew:
                del _crews[person]


def _asked(program: Program, given: QueryDict, past: Mapping[str, tuple[float, ...]]) -> Asked:
    runs, hours = _number(given, "runs", 200), _number(given, "hours", 3)
    if not (1 <= runs <= RUNS_MAX and 0 < hours <= HOURS_MAX):
        raise UnanswerableError(_("Ask for 1 to %(runs)s runs of at most %(hours)s hours.") % {"runs": RUNS_MAX, "hours": HOURS_MAX})
    median, most = _number(given, "median", 5), _number(given, "most", 15)
    if not 0 < median <= most:
        raise UnanswerableError(_("Nine in ten take at least as long as half of them."))
    apart = _number(given, "apart", 0)
    return Asked(
        source="",
        runs=int(runs),
        seed=int(_number(given, "seed", 1)),
        hours=hours,
        level=given.get("level", "") if program.levels else "",
        paces=_paces({role: seconds for role, seconds in past.items() if _paces({role: seconds})[role].learned}),
        otherwise=Pace(median_min=median, nine_in_ten_min=most),
        apart_min=max(apart, 0),
    )


def _number(given: QueryDict, name: str, otherwise: float) -> float:
    try:
        value = float(given.get(name) or otherwise)
    except ValueError as error:
        raise UnanswerableError(_("%(value)s is not a number.") % {"value": given[name]}) from error
    if not abs(value) < 1e9:
        raise UnanswerableError(_("%(value)s is not a number.") % {"value": given[name]})
    return value


def _change(program: Program, given: QueryDict) -> dict[str, Any]:
    kind, subject = given.get("kind", ""), given.get("subject", "")
    if not kind:
        return {}
    if kind not in KINDS or (subject not in program.obligations if kind == "limit" else subject not in program.roles):
        raise UnanswerableError(_("Choose a role for a deputy, a person or a time, and an obligation for a limit."))
    return {"kind": kind, "subject": subject, "minutes": _number(given, "minutes", 0)}


def _deputies(request: Request, program: Program, seats: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return who else may act for each role that somebody holds, as the directory says."""
    return {
        role: tuple(sorted(directory.speakers(request.organisation.id, program, role) - {seats[role]}))
        for role in program.roles
        if role in seats
    }


# ------------------------------------------------------------------ bars


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the chart; places and widths in per cent of the time shown."""

    row: Row
    allowed: tuple[float, float]
    likely: tuple[float, float] | None
    over: tuple[float, float] | None
    due: float | None
    after: Row | None
    same: bool


def bars(result: Result, changed: Result | None, hours: float) -> list[Bar]:
    """Return the rows that came to something, each with its place on the time shown; beside it what it is after the change."""
    others = {(row.clock, row.occurrence): row for row in changed.rows} if changed else {}
    found = []
    for row in result.rows:
        if row.early is None and not row.missed:
            continue
        other = others.get((row.clock, row.occurrence))
        found.append(_bar(row, other, 36 * hours))
    return found


def _bar(row: Row, other: Row | None, second: float) -> Bar:
    def at(seconds: float) -> float:
        return round(min(max(seconds / second, 0.0), 100.0), 2)

    def stretch(begins: float, ends: float) -> tuple[float, float]:
        return at(begins), round(max(at(ends) - at(begins), 0.0), 2)

    end = row.due if row.due is not None else (row.late or row.began)
    likely = stretch(row.early, min(row.late, end)) if row.early is not None and row.late is not None and row.early <= end else None
    over = stretch(end, row.late) if row.late is not None and row.late > end else None
    due = at(row.due) if row.due is not None and row.due <= 100 * second else None
    return Bar(row, stretch(row.began, end), likely, over, due, other, other == row)


def _ticks(hours: float) -> list[tuple[float, float]]:
    """Return six places on the chart with their time in minutes."""
    return [(round(100 * part / 6, 2), hours * 60 * part / 6) for part in range(6)]
