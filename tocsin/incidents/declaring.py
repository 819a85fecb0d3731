"""From alerts to incidents: what a route wants is declared once, and everything later about it is attached to the open incident."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import transaction

from tocsin.engine import terms as t
from tocsin.incidents import desk, plans
from tocsin.incidents.facts import stated
from tocsin.incidents.models import BoardRow, Plan
from tocsin.ingest.models import Alert, Match, Route
from tocsin.kit import clock, faults, ids, transactions

MEANS = "alert"
MATCHES_MAX = 500
TITLES_MAX = 12
AGAIN_AFTER_S = 30.0
"""A route whose plan is not in force, or whose step ended in a fault, is tried again after this; its alerts wait meanwhile and say why."""

SYSTEM = t.Actor(t.SYSTEM)
T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Declarer:
    """Takes matches, route by route, in the order in which the alerts turned."""

    def __init__(self, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._monotonic = monotonic
        self._not_before: dict[UUID, float] = {}

    def run_once(self) -> bool:
        """
        Take one step for each route that has matches waiting; return whether anything came of it.

        :raises ExceptionGroup: the faults of routes. Their alerts wait and say why; all other routes have taken their step.
        """
        moved: list[Route] = []
        waiting = Match.objects.filter(handled_at=None, route__enabled=True)
        routes = Route.objects.filter(pk__in=waiting.values("route")).order_by("organisation", "created_at", "pk")

        def step(route: Route) -> None:
            if _in_one_transaction(partial(_step, route)):
                self._rest(route)
            else:
                moved.append(route)

        def failed(route: Route, fault: Exception) -> None:
            self._rest(route)
            _in_one_transaction(partial(_faulted, route, fault))

        due = [route for route in routes if self._monotonic() >= self._not_before.get(route.pk, 0.0)]
        faults.each(due, step, "routes that could not declare", failed)
        return bool(moved)

    def _rest(self, route: Route) -> None:
        self._not_before[route.pk] = self._monotonic() + AGAIN_AFTER_S


def _in_one_transaction(work: Callable[[], T]) -> T:
    """Let what the desk writes and what the matches say of it be committed together: a crash leaves both or neither."""

    def whole() -> T:
        with transaction.atomic():
            return work()

    return transactions.retry(whole)


def _step(route: Route) -> str:
    """Declare for the first alert that waits, or attach all that wait to the route's open incident. Return why it could not, or nothing."""
    rows = Match.objects.select_for_update(of=("self",)).select_related("alert").filter(route=route, handled_at=None)
    matches = list(rows.order_by("id")[:MATCHES_MAX])
    if not matches:
        return ""
    incident = _open_incident(route)
    if incident is not None:
        _attach(route, incident, matches)
        return ""
    first = next((match for match in matches if match.firing), None)
    if first is None:
        _handled(matches, "")  # ends of alerts whose incident is closed: nobody waits to hear of them
        return ""
    return _declare(route, first)


def _open_incident(route: Route) -> UUID | None:
    """Return the incident that this route declared last, if it is still open."""
    last = Match.objects.filter(route=route, handled_at__isnull=False).exclude(about="").order_by("-id").first()
    if last is None:
        return None
    incident = ids.untyped("inc", last.about)
    return incident if BoardRow.objects.filter(incident=incident, open=True).exists() else None


def _declare(route: Route, match: Match) -> str:
    """Declare for `match`. A fact of the route that the plan does not take is left out: nothing may block a declaration (REG-04)."""
    plan = plans.in_force(route.organisation_id).get(route.plan)
    if plan is None:
        return _problem(match, plans.absent(route.organisation_id, route.plan))
    beside, absent = _beside(route, plan)
    facts, left_out = stated(plans.composed(route.organisation_id, [plan.hash, *beside]), route.facts)
    left_out = [*absent, *left_out]
    declaration = desk.Declaration(words=_words(match), means=MEANS, facts=facts, beside=beside)
    key = f"match:{match.pk}"
    answer = desk.declare(route.organisation_id, plan.hash, declaration, actor=SYSTEM, key=key)
    if isinstance(answer, t.Refused) and facts:
        left_out = [*left_out, answer.message]
        answer = desk.declare(route.organisation_id, plan.hash, replace(declaration, facts={}), actor=SYSTEM, key=f"{key}:bare")
    if isinstance(answer, t.Refused):
        return _problem(match, answer.message)
    Match.objects.filter(pk=match.pk).update(problem="; ".join(left_out)[:400])
    _handled([match], ids.typed("inc", answer.incident))
    _log.info("alert.declared", route=str(route.pk), incident=answer.number)
    return ""


def _beside(route: Route, first: Plan) -> tuple[tuple[str, ...], list[str]]:
    """Return the versions of the route's other plans, and a sentence for each that is not in force: the incident begins without it."""
    known = plans.in_force(route.organisation_id)
    wanted = [name for name in dict.fromkeys(route.beside) if name != first.plan_id]
    absent = [plans.absent(route.organisation_id, name) for name in wanted if name not in known]
    return tuple(known[name].hash for name in wanted if name in known), absent


def _attach(route: Route, incident: UUID, matches: Sequence[Match]) -> None:
    """
    Attach all that wait as one report (REG-10). The end of an alert ends no incident: it may have left damage behind.

    An end whose beginning belongs to an earlier, closed incident is of no interest to this one.
    """
    about = ids.typed("inc", incident)
    begun = {_episode(match) for match in matches if match.firing}
    ends = [match for match in matches if not match.firing]
    earlier = Match.objects.filter(route=route, about=about, firing=True, alert__in=[match.alert_id for match in ends])
    begun |= {_episode(match) for match in earlier}
    told = [match for match in matches if match.firing or _episode(match) in begun]
    _handled([match for match in ends if _episode(match) not in begun], "")
    if told:
        key = f"matches:{told[0].pk}-{told[-1].pk}"
        answer = desk.handle(incident, t.AddReport(key=key, means=MEANS, words=_report(told)), actor=SYSTEM, key=key)
        problem = answer.message if isinstance(answer, t.Refused) else ""
        Match.objects.filter(pk__in=[match.pk for match in told]).update(problem=problem[:400])
        if isinstance(answer, t.Refused):
            _log.warning("alert.not_attached", route=str(route.pk), reason=answer.message)
        _handled(told, about)


def _episode(match: Match) -> tuple[UUID, datetime]:
    return match.alert_id, match.starts_at


def _handled(matches: Sequence[Match], about: str) -> None:
    Match.objects.filter(pk__in=[match.pk for match in matches]).update(about=about, handled_at=clock.now())


def _faulted(route: Route, fault: Exception) -> None:
    """Leave a fault of ours where people see why their alerts wait."""
    Match.objects.filter(route=route, handled_at=None).update(problem=f"{type(fault).__name__}: {fault}"[:400])


def _problem(match: Match, reason: str) -> str:
    Match.objects.filter(pk=match.pk).update(problem=reason[:400])
    _log.warning("alert.not_declared", route=str(match.route_id), reason=reason)
    return reason


# ------------------------------------------------------------------ words


def _words(match: Match) -> str:
    alert: Alert = match.alert
    labels = ", ".join(f"{name}={value}" for name, value in sorted(alert.labels.items()))
    return f"{alert.title} ({labels})" if labels else alert.title


def _report(matches: Sequence[Match]) -> str:
    """Return one line for each alert, the first few of many, and how many more."""
    lines = [f"{'firing' if match.firing else 'resolved'}: {match.alert.title}" for match in matches[:TITLES_MAX]]
    more = len(matches) - len(lines)
    return "\n".join([*lines, *([f"+{more}"] if more else [])])
