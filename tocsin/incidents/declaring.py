"""From alerts to incidents: what a route decides is declared once, and everything later about it is told to the incident that is open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import takewhile
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.incidents import desk, plans
from tocsin.incidents.facts import stated
from tocsin.incidents.models import BoardRow, Plan
from tocsin.incidents.sitting import Ahead, Outnumbered
from tocsin.ingest import carrying, log, quiet
from tocsin.ingest.models import Match, Route
from tocsin.ingest.routing import rules
from tocsin.ingest.routing.router import Router
from tocsin.ingest.routing.rows import Rows
from tocsin.ingest.routing.runs import Line, Run, State, Told, Turned
from tocsin.kit import bulk, clock, faults, ids, tables, transactions

MEANS = "alert"
MATCHES_MAX = 64
"""Turns that one step takes: each may begin an incident, and who wants to write beside it waits for the whole step."""
REHEARSED_MAX = 16
"""Routes for which a declaration is rehearsed at the start: with the first, all is loaded, and each other compiles its own plans."""
AHEAD_AGAIN_AFTER_S = 1.0
"""A route of which a step could not be decided ahead is not tried so again before this: it was decided in vain."""
AGAIN_AFTER_S = 30.0
"""A route whose plan is not in force, or whose step ended in a fault, is tried again after this; its alerts wait meanwhile and say why."""
LAG_MAX = timedelta(minutes=1)
"""How long what is due waits for bodies that came before it and are not read yet."""

SYSTEM = t.Actor(t.SYSTEM)
T = TypeVar("T")
_log = structlog.get_logger(__name__)


_NEXT: Final = """SELECT next.{0} FROM ingest_match AS next
    WHERE handled_at IS NULL AND (next.organisation_id, next.route_id) > (leap.organisation_id, leap.route_id)
    ORDER BY next.organisation_id, next.route_id LIMIT 1"""
_LEAPS: Final = f"""WITH RECURSIVE leap(organisation_id, route_id) AS (
        SELECT * FROM (SELECT organisation_id, route_id FROM ingest_match WHERE handled_at IS NULL
            ORDER BY organisation_id, route_id LIMIT 1) AS first
        UNION ALL SELECT ({_NEXT.format("organisation_id")}), ({_NEXT.format("route_id")}) FROM leap WHERE leap.route_id IS NOT NULL)
    SELECT route_id FROM leap WHERE route_id IS NOT NULL"""
"""The routes that have something to hear of, from one to the next: a storm of one is not looked through for the others."""
_BUSY: Final = f"""WHERE enabled AND removed_at IS NULL AND (id IN ({_LEAPS})
    OR id IN (SELECT route_id FROM ingest_routerun WHERE due_at IS NOT NULL AND due_at <= {{}})
    OR id IN (SELECT route_id FROM ingest_routegroup WHERE due_at IS NOT NULL AND due_at <= {{}})) ORDER BY organisation_id, created_at, id"""
_UNHANDLED: Final = "SELECT count(*) FROM ingest_match WHERE id IN {} AND handled_at IS NULL"
_WAITING: Final = """SELECT {} FROM ingest_match AS match JOIN ingest_alert AS alert ON alert.id = alert_id
    WHERE match.organisation_id = {{}} AND route_id = {{}} AND handled_at IS NULL ORDER BY match.id LIMIT {{}}"""


class Blocked(Exception):  # noqa: N818 - it says what happened
    """A route cannot declare as things are; the text says why."""


class _Changed(Exception):  # noqa: N818 - it says what happened
    """What a step was decided by is not so any more; nothing of it may be committed."""


class Declarer:
    """
    Takes turns of alerts, route by route, in the order in which they came, and does what has fallen due. There is one where writers have a gate
    to pass, and any number where there is none.
    """

    def __init__(self, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._monotonic = monotonic
        self._not_before: dict[UUID, float] = {}
        self._not_ahead_before: dict[UUID, float] = {}

    def run_once(self) -> bool:
        """
        Take one step for each route that has something to do; return whether anything came of it.

        :raises ExceptionGroup: the faults of routes. Their alerts wait and say why; all other routes have taken their step.
        """
        moved: list[Route] = []

        def step(route: Route) -> None:
            if not self._ahead(route) and _step(route):
                self._rest(route)
            else:
                moved.append(route)

        def failed(route: Route, fault: Exception) -> None:
            self._rest(route)
            _in_one_transaction(partial(_explain, route, f"{type(fault).__name__}: {fault}"))

        due = [route for route in _busy() if self._monotonic() >= self._not_before.get(route.pk, 0.0)]
        faults.each(due, step, "routes that could not declare", failed)
        return bool(moved)

    def _ahead(self, route: Route) -> bool:
        """Take a step that is decided before its transaction (ADR 0025), if that can be; return whether it was."""
        if bulk.on_postgresql() or self._monotonic() < self._not_ahead_before.get(route.pk, 0.0):
            return False
        step = _Step(route)
        taken = step.foreseen()
        if not taken:
            self._not_ahead_before[route.pk] = self._monotonic() + AHEAD_AGAIN_AFTER_S
        step.log()
        return taken

    def rehearse(self) -> None:
        """
        Go the way of a declaration for the first routes, and declare nothing: else whoever has the first alert waits until all is loaded.

        :raises ExceptionGroup: the faults of routes.
        """
        routes = Route.objects.filter(enabled=True, removed_at=None).order_by("organisation_id", "created_at", "pk")[:REHEARSED_MAX]
        faults.each(routes, _rehearse, "routes whose declaration could not be rehearsed")

    def _rest(self, route: Route) -> None:
        self._not_before[route.pk] = self._monotonic() + AGAIN_AFTER_S


def _busy() -> Iterable[Route]:
    """Return the routes that have something to hear of, or for which time has brought something."""
    now = ("timestamptz", clock.now())
    return tables.select(Route, _BUSY, [now, now])


def _rehearse(route: Route) -> None:
    with suppress(Blocked, plans.Uncompilable):  # it says so once there is something to declare
        terms = _terms(route)
        said = desk.Declaration(words=route.name, means=MEANS, facts=terms.facts, beside=terms.beside)
        desk.rehearse(route.organisation_id, terms.plan.hash, said, actor=SYSTEM)


def _in_one_transaction(work: Callable[[], T]) -> T:
    """Let what the desk writes and what the matches say of it be committed together: a crash leaves both or neither."""

    def whole() -> T:
        with transaction.atomic():
            return work()

    return transactions.retry(whole)


def _step(route: Route) -> str:
    """Take one step of a route. Return why it could not go on, or nothing; what came before that is done."""
    step, blocked = _Step(route), ""
    try:
        _in_one_transaction(step.take)
    except Blocked as problem:
        blocked = str(problem)
        _in_one_transaction(partial(step.take, step.done))
        _in_one_transaction(partial(_explain, route, blocked))
        _log.warning("alert.not_declared", route=str(route.pk), reason=blocked)
    step.log()
    return blocked


class _Step:
    """
    One step: the oldest turns that wait, and what is due, as far as all that came before it is known. `done` counts what was done, `declared` are
    the numbers of the incidents that began.
    """

    def __init__(self, route: Route) -> None:
        self._route = route
        self.done, self.declared = 0, list[str]()

    def take(self, most: int | None = None) -> None:
        """Do no more than `most` things. Within the caller's transaction."""
        route = self._read("FOR UPDATE" if bulk.on_postgresql() else "")
        with desk.sit() as sitting:
            decided = self._decided(route, sitting, most)
        self._write(decided)

    def foreseen(self) -> bool:
        """
        Decide before the gate is passed, and write behind it if all is still as it was; return whether it was written. So everybody who writes
        waits for the writing only. What cannot be done so, or not now, is to be done as ever: then nothing has happened.
        """
        present = Ahead()
        try:
            with transactions.only_reading():
                route = self._read()
                decided = self._decided(route, desk.Desk(present), None)
            if not decided.ledger.only_begun():
                return False
            present.finish()

            def work() -> None:
                if _values(self._read()) != _values(route) or not _unhandled(decided.heard):
                    raise _Changed
                present.close()
                self._write(decided)

            _in_one_transaction(work)
        except (Blocked, Outnumbered, transactions.Writes, _Changed):
            self.done, self.declared = 0, []
            return False
        return True

    def log(self) -> None:
        """Say what began. One line for all of them: in a storm, a line each would be a fifth of the work."""
        if self.declared:
            _log.info("alerts.declared", route=str(self._route.pk), count=len(self.declared), first=self.declared[0], last=self.declared[-1])

    def _read(self, locking: str = "") -> Route:
        (route,) = tables.select(Route, f"WHERE id = {{}} {locking}", [("uuid", self._route.pk)])
        return route

    def _decided(self, route: Route, sitting: desk.Desk, most: int | None) -> "_Decided":
        """Do at most so much, as far as memory goes."""
        self.done, self.declared = 0, []
        horizon = _horizon(route)  # first: of what came before it, every turn is found after it
        turns = _waiting(route)
        until = turns[-1].at if len(turns) == MATCHES_MAX else max([horizon, *(turned.at for turned in turns[-1:])])
        rule = rules.read(route.rule)
        ledger = Rows(route, rule, turns, until)
        if ledger.crowded:  # more is due than one step takes: no further than what it takes
            until = ledger.crowded
            turns = list(takewhile(lambda turned: turned.at <= until, turns))
        quiet_until = min([until, ledger.begins, *(one.at for one in turns)])
        hands = _Hands(route, sitting)
        router = Router(rule, ledger, hands, quiet.keeper(route.organisation_id, quiet_until))
        return _Decided(self._fold(router, ledger, turns, until, most), ledger, hands)

    def _write(self, decided: "_Decided") -> None:
        """Keep what came of it. Within the caller's transaction."""
        decided.ledger.save()
        _handled(decided.heard)
        decided.hands.explain()
        self.declared = decided.hands.declared

    def _fold(
        self, router: Router, ledger: Rows, turns: Sequence[Turned], until: datetime, most: int | None
    ) -> list[tuple[Turned, Run | None]]:
        """Do what is due between the turns and take the turns; return each with what came of it."""
        heard: list[tuple[Turned, Run | None]] = []

        def go_on() -> bool:
            return most is None or self.done < most

        for turned in turns:
            while go_on() and router.next(turned.at):
                self.done += 1
            if not go_on():
                break
            router.turn(turned)
            heard.append((turned, ledger.run(turned.alert)))
            self.done += 1
        while go_on() and router.next(until):
            self.done += 1
        return heard


@dataclass(frozen=True, slots=True)
class _Decided:
    """What was heard, each with what came of it, and where that is kept."""

    heard: Sequence[tuple[Turned, Run | None]]
    ledger: Rows
    hands: "_Hands"


def _values(route: Route) -> list[Any]:
    return [getattr(route, name) for name in tables.names(Route)]


def _unhandled(heard: Sequence[tuple[Turned, Run | None]]) -> bool:
    """Return whether nobody has handled one of these turns."""
    numbers = [("bigint", turned.number) for turned, _ in heard]
    return bulk.asked(_UNHANDLED.format(bulk.among(numbers)), numbers) == [(len(numbers),)]


def _waiting(route: Route) -> list[Turned]:
    """Return the oldest turns that wait, as many as one step takes."""
    columns = bulk.stored("match.id", "alert_id", "match.starts_at", "match.firing", "at", "title", "labels")
    rows = bulk.asked(_WAITING.format(columns), [("uuid", route.organisation_id), ("uuid", route.pk), ("integer", MATCHES_MAX)])
    return [
        Turned(number, bulk.uuid(alert), bulk.instant(starts_at), bool(firing), bulk.instant(at), title, bulk.mapping(labels))
        for number, alert, starts_at, firing, at, title, labels in rows
    ]


def _horizon(route: Route) -> datetime:
    """Return until when everything that came is known: until now, or until the oldest body came that is not read yet."""
    now = clock.now()
    unread = (carrying.oldest(), log.oldest_waiting(route.organisation_id))  # in the order in which a body passes them
    return max(min([now, *filter(None, unread)]), now - LAG_MAX)


def _handled(heard: Sequence[tuple[Turned, Run | None]]) -> None:
    """Note of each turn what came of it."""
    now, rows = clock.now(), []
    for turned, run in heard:
        unsaid = run is not None and run.state in {State.WAITS, State.READY}
        about = run.about if run and not unsaid else ""
        rows.append({"id": turned.number, "about": about, "waits": unsaid, "problem": "", "handled_at": now})
    tables.change(Match, ["id"], rows)


def _explain(route: Route, problem: str) -> None:
    """Leave where people see it why a route's alerts wait."""
    Match.objects.filter(Q(handled_at=None) | Q(waits=True), route=route).update(problem=problem[:400])


@dataclass(frozen=True, slots=True)
class _Terms:
    """By which plans a route declares, with which facts, and a sentence for whatever of its wishes they do not take."""

    plan: Plan
    beside: tuple[str, ...]
    facts: Mapping[str, Value]
    left_out: list[str]


class _Hands:
    """Declares and reports at the desk, within the step's transaction: what is handled with it is declared, so no key is needed."""

    def __init__(self, route: Route, sitting: desk.Desk) -> None:
        self._route = route
        self._sitting = sitting
        self._open: dict[str, bool] = {}
        self._left_out: dict[str, list[str]] = {}
        self.declared: list[str] = []

    def open(self, about: str, at: datetime) -> bool:
        """Return whether the incident is open now: when it was closed is between the people who closed it and the record."""
        if about not in self._open:
            self._open[about] = BoardRow.objects.filter(incident=ids.untyped("inc", about), open=True).exists()
        return self._open[about]

    def declare(self, told: Told) -> str:
        """
        Declare. A fact of the route that the plan does not take is left out: nothing may block a declaration (REG-04).

        :raises Blocked: no incident can begin as things are.
        """
        terms, said = self._terms, desk.Declaration(words=_words(told), means=MEANS)
        left_out, answer = terms.left_out, self._begun(replace(said, facts=terms.facts, beside=terms.beside))
        if isinstance(answer, t.Refused) and terms.facts:
            left_out, answer = [*left_out, answer.message], self._begun(replace(said, beside=terms.beside))
        if isinstance(answer, t.Refused):
            raise Blocked(answer.message)
        self.declared.append(answer.number)
        about = ids.typed("inc", answer.incident)
        self._open[about] = True
        self._left_out[about] = left_out
        return about

    @cached_property
    def _terms(self) -> _Terms:
        return _terms(self._route)

    def _begun(self, declaration: desk.Declaration) -> desk.Answer:
        return self._sitting.declare(self._route.organisation_id, self._terms.plan.hash, declaration, actor=SYSTEM)

    def attach(self, told: Told) -> None:
        """Tell the incident of all that it does not know, as one report (REG-10). The end of an alert ends no incident."""
        key = f"matches:{told.lines[0].number}:{told.at.isoformat()}"
        report = t.AddReport(key=key, means=MEANS, words=_report(told.lines, told.count))
        answer = self._sitting.handle(ids.untyped("inc", told.about), report, actor=SYSTEM)
        if isinstance(answer, t.Refused):
            self._left_out.setdefault(told.about, []).append(answer.message)
            _log.warning("alert.not_attached", route=str(self._route.pk), reason=answer.message)

    def explain(self) -> None:
        """Say beside the alerts what an incident did not take."""
        for about, left_out in self._left_out.items():
            if left_out:
                Match.objects.filter(route=self._route, about=about).update(problem="; ".join(left_out)[:400])


def _terms(route: Route) -> _Terms:
    """
    Return by what a route declares.

    :raises Blocked: its plan is not in force.
    """
    known = plans.in_force(route.organisation_id)
    plan = known.get(route.plan)
    if plan is None:
        raise Blocked(plans.absent(route.organisation_id, route.plan))
    beside, absent = _beside(route, plan, known)
    facts, left_out = stated(plans.composed(route.organisation_id, [plan.hash, *beside]), route.facts)
    return _Terms(plan, beside, facts, [*absent, *left_out])


def _beside(route: Route, first: Plan, known: Mapping[str, Plan]) -> tuple[tuple[str, ...], list[str]]:
    """Return the versions of the route's other plans, and a sentence for each that is not in force: the incident begins without it."""
    wanted = [name for name in dict.fromkeys(route.beside) if name != first.plan_id]
    absent = [plans.absent(route.organisation_id, name) for name in wanted if name not in known]
    return tuple(known[name].hash for name in wanted if name in known), absent


# ------------------------------------------------------------------ words


def _words(told: Told) -> str:
    first, *others = told.lines
    labels = ", ".join(f"{name}={value}" for name, value in sorted(first.labels.items()))
    words = f"{first.title} ({labels})" if labels else first.title
    return "\n".join([words, *([_report(others, told.count - 1)] if others else [])])


def _report(lines: Sequence[Line], count: int) -> str:
    """Return one line for each alert, the first few of many, and how many more."""
    said = [f"{'firing' if line.firing else 'resolved'}: {line.title}" for line in lines]
    more = count - len(said)
    return "\n".join([*said, *([f"+{more}"] if more else [])])
