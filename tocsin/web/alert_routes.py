"""Routes: which alerts begin an incident, tried on what came in before they go live; changed, stopped and removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.engine.expressions import Value
from tocsin.engine.terms import Refused
from tocsin.incidents import plans, recommendation
from tocsin.incidents.facts import plain, stated
from tocsin.incidents.models import Plan
from tocsin.ingest import standing_routes
from tocsin.ingest.models import Route
from tocsin.ingest.routing import history, rules
from tocsin.ingest.routing.history import History
from tocsin.ingest.routing.replay import OPEN_FOR, Imagined, Outcome
from tocsin.ingest.routing.rules import Rule
from tocsin.kit import clock
from tocsin.web import fact_fields, holds, reply, route_form, typed_ids
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

INCIDENTS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """What a route would have done: the first incidents, why alerts were kept from one, and what was read for it."""

    incidents: list[Imagined]
    count: int
    kept: list[tuple[str, int]]
    history: History
    open_for: timedelta = OPEN_FOR

    @classmethod
    def of(cls, outcome: Outcome, read: History) -> "Trial":
        """Return the trial of an outcome."""
        kept = [(holds.kept(why), count) for why, count in outcome.kept.most_common()]
        return cls(outcome.incidents[:INCIDENTS_SHOWN], len(outcome.incidents), kept, read)


@dataclass(frozen=True, slots=True)
class Made:
    """A route as it was typed and can be kept."""

    name: str
    rule: Rule
    plan: Plan
    beside: list[str]
    facts: dict[str, Any]


@require_http_methods(["GET", "POST"])
@needs("plan.edit")
def new(request: Request) -> HttpResponse:
    """Show the form of a new route; try it, or make it."""
    if request.method == "GET":
        return _page(request, None, {"count": "1", "wanted": request.GET.get("match", "")})
    if "trial" in request.POST:
        return _trial(request, None)
    made = _read(request, None)
    if isinstance(made, Refused):
        return _page(request, None, request.POST.dict(), refused=made)
    with transaction.atomic():
        standing_routes.make(request.organisation, _fields(made), by=request.person)
    return _to_alerts(request)


@require_http_methods(["GET", "POST"])
@needs("plan.edit")
def one(request: Request, route_id: str) -> HttpResponse:
    """Show the form of a route; try it, or keep what was changed."""
    route = _found(request, route_id)
    if request.method == "GET":
        return _page(request, route, route_form.typed(rules.read(route.rule)) | {"name": route.name, "plan": route.plan})
    if "trial" in request.POST:
        return _trial(request, route)
    made = _read(request, route)
    if isinstance(made, Refused):
        return _page(request, route, request.POST.dict(), refused=made)
    with transaction.atomic():
        standing_routes.change(route, _fields(made), by=request.person)
    return _to_alerts(request)


@require_POST
@needs("plan.edit")
def stop(request: Request, route_id: str) -> HttpResponse:
    """Stop a route, or let it go on: what it declared stays."""
    route = _found(request, route_id)
    with transaction.atomic():
        standing_routes.enable(route, enabled=not route.enabled, by=request.person)
    return _to_alerts(request)


@require_POST
@needs("plan.edit")
def removal(request: Request, route_id: str) -> HttpResponse:
    """Remove a route: what it declared stays, and alerts go on saying where it led."""
    route = _found(request, route_id)
    with transaction.atomic():
        standing_routes.remove(route, by=request.person)
    return _to_alerts(request)


def _to_alerts(request: Request) -> HttpResponse:
    return reply.see(reverse("alerts", kwargs={"slug": request.organisation.slug}))


def _found(request: Request, route_id: str) -> Route:
    return typed_ids.one(standing_routes.standing(request.organisation), "rou", route_id)


def _read(request: Request, route: Route | None) -> Made | Refused:
    """Return the route that was typed."""
    form = request.POST
    name, known = form.get("name", "").strip()[: standing_routes.NAME_CHARS_MAX], plans.in_force(request.organisation.id)
    plan, rule = known.get(form.get("plan", "")), route_form.read(form.dict())
    if isinstance(rule, Refused):
        return rule
    if not name or plan is None:
        return Refused("E202", _("A route needs a name, labels and a plan."), _("Write each label as name=value."))
    others = standing_routes.standing(request.organisation).filter(name=name)
    if (others.exclude(pk=route.pk) if route else others).exists():
        return Refused("E104", _("There is a route with this name."), _("Choose another name."))
    facts = fact_fields.read(recommendation.questions(plans.compiled(plan)), form, dict(form.lists()))
    if isinstance(facts, Refused):
        return facts
    beside = [each for each in form.getlist("beside") if each in known and each != plan.plan_id]
    return Made(name, rule, plan, beside, {key: plain(value) for key, value in facts.items()})


def _fields(made: Made) -> dict[str, Any]:
    return {"name": made.name, "rule": made.rule.plain(), "plan": made.plan.plan_id, "beside": made.beside, "facts": made.facts}


def _trial(request: Request, route: Route | None) -> HttpResponse:
    """Show what the rule that was typed would have done with what came in; it needs no name for that, and no plan."""
    typed = request.POST.dict()
    rule = route_form.read(typed)
    if isinstance(rule, Refused):
        return _page(request, route, typed, refused=rule)
    return _page(request, route, typed, trial=Trial.of(*history.tried(request.organisation.id, rule, clock.now())))


def _page(
    request: Request, route: Route | None, typed: Mapping[str, str], *, trial: Trial | None = None, refused: Refused | None = None
) -> HttpResponse:
    known = plans.in_force(request.organisation.id)
    chosen = known.get(typed.get("plan", "")) or next(iter(known.values()), None)
    context = {
        "route": route,
        "typed": typed,
        "beside": set(request.POST.getlist("beside") if request.POST else route.beside if route else ()),
        "plans": list(known.values()),
        "asked": fact_fields.asked(recommendation.questions(plans.compiled(chosen)), _values(request, route, chosen)) if chosen else [],
        "trial": trial,
        "days": history.TRIED_ON.days,
        "bodies_max": history.BODIES_MAX,
    }
    return reply.page(request, "alerts/route.html", context, refused=refused)


def _values(request: Request, route: Route | None, plan: Plan) -> Mapping[str, Value]:
    """Return the facts that the form shows: what was typed, else what the route states."""
    program = plans.compiled(plan)
    if request.POST:
        read = fact_fields.read(recommendation.questions(program), request.POST, dict(request.POST.lists()))
        return {} if isinstance(read, Refused) else read
    return stated(program, route.facts)[0] if route else {}
