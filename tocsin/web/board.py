"""The board: what is due next, who owes it, what runs, and what waits on the viewer."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from tocsin.engine import precedence
from tocsin.engine.program import Text
from tocsin.incidents import plans, readers
from tocsin.incidents.models import BoardRow, BreachRow, ChainRow, ClockRow, ConditionRow, RoleRow
from tocsin.web import cases, clocks, firings, horizon, measures, plan_words, reply, sample, times
from tocsin.web.clocks import Shown
from tocsin.web.jinja import words
from tocsin.web.languages import gettext as _
from tocsin.web.languages import ngettext
from tocsin.web.reply import Request, needs
from tocsin.web.room import indicators
from tocsin.web.room.indicators import Indicator

ICONS = {"send": "send", "decide": "flag", "record": "list", "reach": "half"}
SOONEST = 8
LANES = 8
SHOWN_MAX: Final = 100
"""A storm may open thousands: then the board shows what is worked out of turn, what is late and what is due soonest, and counts the rest."""
_LATE: Final = ExpressionWrapper(Q(overdue__gt=0), output_field=BooleanField())
_FIRST: Final = ("place", _LATE.desc(), F("next_due_at").asc(nulls_last=True), "-declared_at")
T = TypeVar("T", ClockRow, BreachRow, ConditionRow)


@dataclass(frozen=True, slots=True)
class Running:
    """An open incident as the board shows it. `kind` is incident, warning or drill; `done` of `owed` obligations are met."""

    board: BoardRow
    kind: str
    tone: str
    mark: str
    label: str
    now: datetime
    commander: str
    done: int
    owed: int
    latest_breach: BreachRow | None
    broken: tuple[Indicator, ...]
    """What its plan says has to stay so, and does not."""
    clocks: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits on the viewer: `what` in an incident, by when, and where on its page it is done."""

    number: str
    title: Text
    what: str
    due_at: datetime | None
    anchor: str
    icon: str
    next: bool


@require_GET
@needs("incident.see")
def page(request: Request) -> HttpResponse:
    """Show the board; htmx gets its live part alone."""
    return reply.page(request, "board/_live.html" if request.htmx else "board/page.html", context(request))


def context(request: Request) -> dict[str, object]:
    """Return what the board shows."""
    people = cases.people_of(request)
    every = cases.seen(request).filter(open=True)
    rows = request.viewer.glances(every.select_related("incident").order_by(*_FIRST)[:SHOWN_MAX])
    running = _running(request, rows, people)
    running.sort(key=lambda one: (one.board.place, one.board.declared_at))
    open_clocks = _in_turn(running)
    tasks, more_tasks = _tasks(request, every)
    axis = horizon.Axis(times.now())
    lanes = [(one, axis.pins(one.clocks)) for one in running if one.kind != "drill" and any(True for _pin in axis.pins(one.clocks))]
    return {
        "running": running,
        "headline": _headline(Counter(one.kind for one in running) if len(rows) < SHOWN_MAX else _kinds(every)),
        "unseen": every.count() - len(rows) if len(rows) == SHOWN_MAX else 0,
        "next": next(iter(clocks.order(open_clocks)), None),
        "soonest": open_clocks[:SOONEST],
        "more": max(0, len(open_clocks) - SOONEST),
        "late": sum(1 for clock in open_clocks if clock.late),
        "clock_total": len(open_clocks),
        "axis": axis,
        "lanes": lanes[:LANES],
        "tasks": tasks,
        "more_tasks": more_tasks,
        "silent": firings.silent(request),
        "measures": measures.overdue(request.viewer, times.now()),
        "people": cases.people_of(request),
        "programs": {row.number: known for row in rows if (known := plans.readable(request.organisation.id, row.plan_hash))},
        "plans": plans.in_force(request.organisation.id),
        "can_drill": sample.PLAN in plans.in_force(request.organisation.id),
        "phase": plan_words.phase,
        "counted": times.counted,
        "hours": timedelta(hours=24),
    }


def _in_turn(running: list[Running]) -> list[Shown]:
    """Return what is due: of incidents worked out of turn first, each by due time."""
    found = [(one, clock) for one in running for clock in one.clocks if clock.row.status in clocks.RUNNING and clock.row.due_at is not None]
    ahead = [clock for one, clock in found if one.board.place == precedence.FIRST]
    return [*clocks.order(ahead), *clocks.order(clock for one, clock in found if one.board.place != precedence.FIRST)]


def _running(request: Request, rows: Sequence[BoardRow], people: cases.People) -> list[Running]:
    """Return the incidents with what the viewer sees of them: one question for the clocks of all, one for breaches, one for conditions."""
    of_these = {"incident_id__in": [row.incident_id for row in rows]}
    ticking = _by_incident(request.viewer.seen(rows, ClockRow.objects.filter(**of_these).exclude(status="ended")))
    breaches = BreachRow.objects.filter(incident_id__in=[row.incident_id for row in rows if row.overdue]).order_by("-seq")
    breached = _by_incident(request.viewer.seen(rows, breaches))
    standing = _by_incident(ConditionRow.objects.filter(**of_these))
    return [
        _one(row, people, ticking[row.incident_id], next(iter(breached[row.incident_id]), None), standing[row.incident_id]) for row in rows
    ]


def _by_incident(rows: Iterable[T]) -> Mapping[UUID, list[T]]:
    found: defaultdict[UUID, list[T]] = defaultdict(list)
    for row in rows:
        found[row.incident_id].append(row)
    return found


def _one(
    row: BoardRow, people: cases.People, known: Sequence[ClockRow], latest: BreachRow | None, conditions: Sequence[ConditionRow]
) -> Running:
    now = clocks.incident_now(row.incident)
    kind = "drill" if row.drill else "warning" if row.phase == "warning" else "incident"
    tone, sign = _graded(row)
    tone = "drill" if kind == "drill" else "wy" if kind == "warning" else tone
    shown = [
        clocks.show(clock, now, number=row.number, owner=people.name(clock.owner), mine=clock.owner == people.viewer) for clock in known
    ]
    owed = [clock for clock in known if not clock.recurring and clock.status in ("open", "breached", "met", "late", "waived")]
    level = words(row.level_title) if row.level else _("No level yet")
    mark = "D" if kind == "drill" else _("W") if kind == "warning" else sign
    return Running(
        board=row,
        kind=kind,
        tone=tone,
        mark=mark,
        label={"drill": _("Drill"), "warning": _("Warning")}.get(kind, level),
        now=now,
        commander=people.name(row.commander),
        done=sum(1 for clock in owed if clock.status in ("met", "late", "waived")),
        owed=len(owed),
        latest_breach=latest,
        broken=_broken(row, conditions),
        clocks=tuple(shown),
    )


def _broken(row: BoardRow, conditions: Sequence[ConditionRow]) -> tuple[Indicator, ...]:
    """Return which indicators of its plan an incident does not keep; of a plan that this release cannot read, none."""
    program = plans.readable(row.organisation_id, row.plan_hash)
    wanted = indicators.names(program) if program else []
    if program is None or not wanted:
        return ()
    rows = [condition for condition in conditions if condition.condition in wanted]
    return tuple(one for each in indicators.of(program, row, rows) for one in each.broken)


def _graded(row: BoardRow) -> tuple[str, str]:
    """Return tone and mark of the level. The board shows an incident whose plan this release cannot read, too."""
    try:
        program = plans.program(row.organisation_id, row.plan_hash)
    except plans.Uncompilable:
        return "", "?"
    return plan_words.tone(program, row.level), plan_words.mark(program, row.level) if row.level else "?"


def _kinds(boards: QuerySet[BoardRow]) -> Mapping[str, int]:
    """Return how many open incidents there are of each kind, when more are open than the board shows."""
    drills = boards.filter(drill=True).count()
    warnings = boards.filter(drill=False, phase="warning").count()
    return {"drill": drills, "warning": warnings, "incident": boards.count() - drills - warnings}


def _headline(running: Mapping[str, int]) -> str:
    """Return what runs in one sentence."""
    kinds = {kind: running.get(kind, 0) for kind in ("incident", "warning", "drill")}
    parts = [
        ngettext("%(num)s incident", "%(num)s incidents", kinds["incident"]) % {"num": kinds["incident"]},
        ngettext("%(num)s warning", "%(num)s warnings", kinds["warning"]) % {"num": kinds["warning"]},
        ngettext("%(num)s drill", "%(num)s drills", kinds["drill"]) % {"num": kinds["drill"]},
    ]
    said = [part for part, count in zip(parts, kinds.values(), strict=True) if count]
    return _("%(what)s.") % {"what": _(", ").join(said)} if said else _("Nothing is running.")


def _tasks(request: Request, every: QuerySet[BoardRow]) -> tuple[list[Task], int]:
    """
    Return what waits on the viewer in any open incident, what is worked out of turn first, each by due time: obligations, signatures, roles to
    accept. And how many obligations there are beyond that.
    """
    me, which = request.actor.person, every.values("incident_id")
    place = Subquery(every.filter(incident_id=OuterRef("incident_id")).values("place")[:1])
    owed = ClockRow.objects.filter(incident_id__in=which, owner=me, status__in=clocks.RUNNING, optional=False).exclude(verb="sign")
    owing = list(owed.annotate(place=place).order_by("place", F("due_at").asc(nulls_last=True))[:SHOWN_MAX])
    roles = list(RoleRow.objects.filter(incident_id__in=which, assigned=me, accepted=False))
    chains = list(ChainRow.objects.filter(incident_id__in=which, status="running"))
    boards = readers.boards_of([*owing, *roles, *chains], every)
    numbers = {incident: board.number for incident, board in boards.items()}
    tasks = [
        Task(numbers[row.incident_id], row.title, "", row.due_at, f"clock-{row.pk}", ICONS.get(row.verb, "circle"), next=False)
        for row in request.viewer.seen(boards.values(), owing)
    ]
    tasks += [Task(numbers[row.incident_id], row.title, _("accept the role"), None, "roles", "user", next=True) for row in roles]
    for chain in request.viewer.seen(boards.values(), chains):
        link = next((link for link in chain.links if not link["person"]), None)
        if link and link["owner"] == me:
            tasks.append(Task(numbers[chain.incident_id], chain.title, _("your signature"), None, "decisions", "shield", next=True))
    later = {board.number for board in boards.values() if board.place != precedence.FIRST}
    tasks.sort(key=lambda task: (task.number in later, not task.next, task.due_at is None, task.due_at or times.now()))
    return tasks, owed.count() - SHOWN_MAX if len(owing) == SHOWN_MAX else 0
