"""An incident moved to another version of its plan: an explicit decision of the commander, with a reason, on what it would change (PLN-05)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.engine.program import Program, Text
from tocsin.incidents import desk, plans
from tocsin.incidents.models import ClockRow, Plan
from tocsin.web import cases, plan_changes, plan_words, reply
from tocsin.web.cases import Case
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@dataclass(frozen=True, slots=True)
class Clock:
    """What the move does to one clock: it ends, moves, or begins."""

    what: str
    title: Text
    before: datetime | None
    after: datetime | None


@require_GET
@needs("incident.act")
def preview(request: Request, number: str) -> HttpResponse:
    """Show what another version (the one in force, if none is named) changes in the plan, and what the move would do to the clocks now."""
    case = cases.find(request, number)
    named = request.GET.get("plan", "")
    wanted = _wanted(request, case, named) if named else plans.in_force(request.organisation.id).get(case.board.plan_id)
    if wanted is None:
        raise Http404
    running = Plan.objects.filter(organisation=request.organisation, hash=case.board.plans[0]["hash"]).first()
    outcome = desk.foresee(case.id, _command(wanted, _("only looked at")), actor=case.actor)
    refused = outcome if isinstance(outcome, t.Refused) else None
    events = () if isinstance(outcome, t.Refused) else outcome
    context = {
        "case": case,
        "wanted": wanted,
        "changes": plan_changes.lines(plans.compiled(running), plans.compiled(wanted)) if running else [],
        "clocks": list(_clocks(case, plans.compiled(wanted), events)),
    }
    return reply.page(request, "incidents/version.html", context, refused=refused)


@require_POST
@needs("incident.act")
def move(request: Request, number: str) -> HttpResponse:
    """Move the incident to the version that the form names."""
    case = cases.find(request, number)
    wanted = _wanted(request, case, request.POST.get("plan", ""))
    command: t.Command | t.Refused = t.Refused("E103", _("There is no such version."), _("Load the page again."))
    if wanted is not None:
        command = _command(wanted, request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "decisions", "version")


@require_POST
@needs("incident.act")
def addition(request: Request, number: str) -> HttpResponse:
    """Let the incident run by one more plan in force, or lay a role set over it."""
    wanted = plans.in_force(request.organisation.id).get(request.POST.get("plan", ""))
    command: t.Command | t.Refused = t.Refused("E103", _("There is no such plan in force."), _("Load the page again."))
    if wanted is not None:
        command = t.AddPlan(plan_hash=wanted.hash, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "decisions", "plan:new")


def _wanted(request: Request, case: Case, plan_hash: str) -> Plan | None:
    return Plan.objects.filter(organisation=request.organisation, plan_id=case.board.plan_id, hash=plan_hash).first()


def _command(wanted: Plan, reason: str) -> t.MovePlan:
    return t.MovePlan(plan_hash=wanted.hash, version=wanted.version, reason=reason)


def _clocks(case: Case, program: Program, events: tuple[t.AnyEvent, ...]) -> Iterator[Clock]:
    due = dict(ClockRow.objects.filter(incident_id=case.id, status__in=RUNNING).values_list("clock", "due_at"))
    for event in filter(case.eyes.hears, events):
        match event:
            case t.ClockOpened(obligation=obligation, due_at=due_at):
                yield Clock("added", plan_words.name_of(program, obligation), None, due_at)
            case t.ClockMoved(clock=clock, due_at=due_at):
                yield Clock("changed", plan_words.name_of(program, clock.partition("[")[0].partition("#")[0]), due.get(clock), due_at)
            case t.ClockEnded(clock=clock):
                yield Clock("removed", plan_words.name_of(case.program, clock.partition("[")[0].partition("#")[0]), due.get(clock), None)
