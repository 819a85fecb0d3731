"""From alerts to incidents: what a route decides is declared once, and everything later about it is told to the incident that is open."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models import Q

from tocsin.incidents import desk, plans
from tocsin.incidents.hands import MEANS, SYSTEM, Blocked, Hands, terms_of
from tocsin.incidents.sitting import Ahead, Outnumbered
from tocsin.ingest import carrying, log, quiet
from tocsin.ingest.models import Match, Route
from tocsin.ingest.routing import rules
from tocsin.ingest.routing.router import Router
from tocsin.ingest.routing.rows import Rows
from tocsin.ingest.routing.runs import Run, State, Turned
from tocsin.kit import bulk, clock, faults, ids, tables, transactions
from tocsin.kit.sqlite import syncing

MATCHES_MAX = 96
"""Turns that one step takes: each may begin an incident, and who wants to write beside it waits for the whole step."""
REHEARSED_MAX = 16
"""Routes for which a declaration is rehearsed at the start: with the first, all is loaded, and each other compiles its own plans."""
AHEAD_AGAIN_AFTER_S = 1.0
"""A route of which a step could not be decided ahead is not tried so again before this: it was decided in vain."""
AGAIN_AFTER_S = 30.0
"""A route whose plan is not in force, or whose step ended in a fault, is tried again after this; its alerts wait meanwhile and say why."""
LAG_MAX = timedelta(minutes=1)
"""How long what is due waits for bodies that came before it and are not read yet."""

T = TypeVar("T")
_log = structlog.get_logger(__name__)

# Routes that have something to hear of are found by leaps from one to the next: a storm of one is not looked through for the others.
_BUSY: Final = """WHERE enabled AND removed_at IS NULL AND (id IN (
        WITH RECURSIVE leap(organisation_id, route_id) AS (
            SELECT * FROM (SELECT organisation_id, route_id FROM ingest_match WHERE handled_at IS NULL
                ORDER BY organisation_id, route_id LIMIT 1) AS first
            UNION ALL SELECT
                (SELECT next.organisation_id FROM ingest_match AS next WHERE handled_at IS NULL
                    AND (next.organisation_id, next.route_id) > (leap.organisation_id, leap.route_id)
                    ORDER BY next.organisation_id, next.route_id LIMIT 1),
                (SELECT next.route_id FROM ingest_match AS next WHERE handled_at IS NULL
                    AND (next.organisation_id, next.route_id) > (leap.organisation_id, leap.route_id)
                    ORDER BY next.organisation_id, next.route_id LIMIT 1)
            FROM leap WHERE leap.route_id IS NOT NULL)
        SELECT route_id FROM leap WHERE route_id IS NOT NULL)
    OR id IN (SELECT route_id FROM ingest_routerun WHERE due_at IS NOT NULL AND due_at <= {})
    OR id IN (SELECT route_id FROM ingest_routegroup WHERE due_at IS NOT NULL AND due_at <= {})) ORDER BY organisation_id, created_at, id"""
_UNHANDLED: Final = "SELECT count(*) FROM ingest_match WHERE id IN {} AND handled_at IS NULL"
_WAITING: Final = """SELECT {} FROM ingest_match AS match JOIN ingest_alert AS alert ON alert.id = alert_id
    WHERE match.organisation_id = {{}} AND route_id = {{}} AND handled_at IS NULL ORDER BY match.id LIMIT {{}}"""


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
        terms = terms_of(route)
        said = desk.Declaration(words=route.name, means=MEANS, facts=terms.facts, beside=terms.beside)
        desk.rehearse(route.organisation_id, terms.plan.hash, said, actor=SYSTEM)
        _Step(route).rehearse()


def _in_one_transaction(work: Callable[[], T]) -> T:
    """Let what the desk writes and what the matches say of it be committed together: a crash leaves both or neither."""

    def whole() -> T:
        with transaction.atomic():
            return work()

    return transactions.retry(whole)


def _unsynced(work: Callable[[], object]) -> None:
    """
    Do it in one transaction, and do not wait for the disk: what is lost with the power is declared again of the turns, which it has. Nothing of
    it goes out before: whoever sends commits that first, and then the disk has this as well.
    """
    with syncing.write(), transaction.atomic():
        syncing.defer()
        work()


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


def _waiting(route: Route) -> list[Turned]:
    """Return the oldest turns that wait, as many as one step takes."""
    columns = bulk.stored("match.id", "alert_id", "match.starts_at", "match.firing", "at", "title", "labels")
    rows = bulk.asked(_WAITING.format(columns), [("uuid", route.organisation_id), ("uuid", route.pk), ("integer", MATCHES_MAX)])
    return [
        Turned(number, bulk.uuid(alert), bulk.instant(starts_at), bool(firing), bulk.instant(at), title, bulk.mapping(labels))
        for number, alert, starts_at, firing, at, title, labels in rows
    ]


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
        decided.ledger.prepare()
        self._write(decided)

    def foreseen(self) -> bool:
        """
        Decide before the gate is passed, and write behind it if all is still as it was; return whether it was written. So everybody who writes
        waits for the writing only. What cannot be done so, or not now, is to be done as ever: then nothing has happened.
        """
        present = Ahead()
        try:
            with transactions.only_reading():
                decided = self._decided(self._route, desk.Desk(present), None)
            if not decided.ledger.only_begun():
                return False
            present.finish()
            decided.ledger.prepare()

            def work() -> None:
                if _values(self._read()) != _values(self._route) or not _unhandled(decided.heard):
                    raise _Changed
                present.close()
                self._write(decided)

            _unsynced(work)
        except (Blocked, Outnumbered, transactions.Writes, _Changed):
            return self._not_taken()
        except OperationalError as error:
            if not transactions.passing(error):
                raise
            return self._not_taken()  # and not written once more: what was decided is given away with the writing
        return True

    def rehearse(self) -> None:
        """
        Go the way of the first alert up to the gate, and forget it.

        :raises Blocked: no incident can begin as things are.
        """
        now, present = clock.now(), Ahead()
        alert = Turned(number=0, alert=ids.new(), starts_at=now, firing=True, at=now, title=self._route.name, labels={})
        with suppress(transactions.Writes), transactions.only_reading():
            decided = self._decided(self._route, desk.Desk(present), None, lambda _: [alert])
            present.finish()
            decided.ledger.prepare()

    def _not_taken(self) -> bool:
        self.done, self.declared = 0, []
        return False

    def log(self) -> None:
        """Say what began. One line for all of them: in a storm, a line each would be a fifth of the work."""
        if self.declared:
            _log.info(
                "alerts.declared", route=str(self._route.pk), count=len(self.declared), first=self.declared[0], last=self.declared[-1]
            )

    def _read(self, locking: str = "") -> Route:
        (route,) = tables.select(Route, f"WHERE id = {{}} {locking}", [("uuid", self._route.pk)])
        return route

    def _decided(
        self, route: Route, sitting: desk.Desk, most: int | None, waiting: Callable[[Route], list[Turned]] = _waiting
    ) -> "_Decided":
        """Do at most so much of what is `waiting`, as far as memory goes."""
        self.done, self.declared = 0, []
        horizon = _horizon(route)  # first: of what came before it, every turn is found after it
        turns = waiting(route)
        until = turns[-1].at if len(turns) == MATCHES_MAX else max([horizon, *(turned.at for turned in turns[-1:])])
        rule = rules.read(route.rule)
        ledger = Rows(route, rule, turns, until)
        if ledger.crowded:  # more is due than one step takes: no further than what it takes
            until = ledger.crowded
            turns = list(takewhile(lambda turned: turned.at <= until, turns))
        quiet_until = min([until, ledger.begins, *(one.at for one in turns)])
        hands = Hands(route, sitting)
        router = Router(rule, ledger, hands, quiet.keeper(route.organisation_id, quiet_until))
        heard = self._fold(router, ledger, turns, until, most)
        return _Decided(heard, _handled(heard), ledger, hands)

    def _write(self, decided: "_Decided") -> None:
        """Keep what came of it. Within the caller's transaction."""
        decided.ledger.save()
        bulk.run(decided.handled)
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
    """What was heard, each with what came of it, what notes that, and where it is kept."""

    heard: Sequence[tuple[Turned, Run | None]]
    handled: Sequence[bulk.Statement]
    ledger: Rows
    hands: "Hands"


def _values(route: Route) -> list[Any]:
    return [getattr(route, name) for name in tables.names(Route)]


def _unhandled(heard: Sequence[tuple[Turned, Run | None]]) -> bool:
    """Return whether nobody has handled one of these turns."""
    numbers = [("bigint", turned.number) for turned, _ in heard]
    return bulk.asked(_UNHANDLED.format(bulk.among(numbers)), numbers) == [(len(numbers),)]


def _horizon(route: Route) -> datetime:
    """Return until when everything that came is known: until now, or until the oldest body came that is not read yet."""
    now = clock.now()
    unread = (carrying.oldest(), log.oldest_waiting(route.organisation_id))  # in the order in which a body passes them
    return max(min([now, *filter(None, unread)]), now - LAG_MAX)


def _handled(heard: Sequence[tuple[Turned, Run | None]]) -> list[bulk.Statement]:
    """Return what notes of each turn what came of it."""
    now, rows = clock.now(), []
    for turned, run in heard:
        unsaid = run is not None and run.state in {State.WAITS, State.READY}
        about = run.about if run and not unsaid else ""
        rows.append({"id": turned.number, "about": about, "waits": unsaid, "problem": "", "handled_at": now})
    return tables.change(Match, ["id"], rows)


def _explain(route: Route, problem: str) -> None:
    """Leave where people see it why a route's alerts wait."""
    Match.objects.filter(Q(handled_at=None) | Q(waits=True), organisation=route.organisation_id, route=route).update(problem=problem[:400])
