"""What a route decides is done at the desk: declared by its plans and facts, or told to the incident that is open already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import structlog

from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.incidents import desk, plans
from tocsin.incidents.facts import stated
from tocsin.incidents.models import BoardRow, Plan
from tocsin.ingest.models import Match, Route
from tocsin.ingest.routing.runs import Line, Told
from tocsin.kit import ids

MEANS = "alert"

SYSTEM = t.Actor(t.SYSTEM)
_log = structlog.get_logger(__name__)


class Blocked(Exception):  # noqa: N818 - it says what happened
    """A route cannot declare as things are; the text says why."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By which plans a route declares, with which facts, and a sentence for whatever of its wishes they do not take."""

    plan: Plan
    beside: tuple[str, ...]
    facts: Mapping[str, Value]
    left_out: list[str]


class Hands:
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
        terms = self._terms
        said = desk.Declaration(words=_words(told), means=MEANS, facts=terms.facts, beside=terms.beside)
        left_out, answer = terms.left_out, self._begun(said)
        if isinstance(answer, t.Refused) and terms.facts:
            left_out, answer = [*left_out, answer.message], self._begun(replace(said, facts={}))
        if isinstance(answer, t.Refused):
            raise Blocked(answer.message)
        self.declared.append(answer.number)
        about = ids.typed("inc", answer.incident)
        self._open[about] = True
        self._left_out[about] = left_out
        return about

    @cached_property
    def _terms(self) -> Terms:
        return terms_of(self._route)

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
                Match.objects.filter(organisation=self._route.organisation_id, route=self._route, about=about).update(
                    problem="; ".join(left_out)[:400]
                )


def terms_of(route: Route) -> Terms:
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
    return Terms(plan, beside, facts, [*absent, *left_out])


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
