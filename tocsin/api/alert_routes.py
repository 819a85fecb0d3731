"""Routes, for programs: which alerts begin an incident, tried on what came in before they go live."""

from datetime import datetime, timedelta
from typing import Annotated, Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from tocsin.accounts import access
from tocsin.api import facts
from tocsin.api.commands import FactValues, Given
from tocsin.api.door import Caller, Request, needs
from tocsin.api.problems import Fault, Problem, invalid, not_found
from tocsin.api.wire import Name, Text
from tocsin.incidents import plans
from tocsin.incidents.facts import plain
from tocsin.ingest import matchers, standing_routes
from tocsin.ingest.models import Route
from tocsin.ingest.routing import history, rules
from tocsin.ingest.routing.replay import Imagined
from tocsin.ingest.routing.rules import COUNT_MAX, FLAPS_MAX, NAMES_MAX, SPAN_MAX, Rule
from tocsin.kit import clock, ids

router = Router(tags=["alerts"])
INCIDENTS_SHOWN = 20
SPANS = ("within", "held", "flaps_within")
Seconds = Annotated[int, Field(ge=0, le=int(SPAN_MAX.total_seconds()))]
Labels = Annotated[list[Name], Field(max_length=NAMES_MAX)]


class Asking(Given):
    """
    Which alerts a route asks for: `match`, so `count` of them or of different values of `distinct`, `within_s` of each other, each firing
    for `held_s`; one incident for each value of `group_by`. One that turned `flaps` times `flaps_within_s` counts as firing until it is
    calm. While an alert fires that meets `unless` and has the same values of `equal`, it waits.
    """

    match: Annotated[Text, Field(min_length=1)]
    group_by: Labels = Field(default_factory=list)
    count: Annotated[int, Field(ge=1, le=COUNT_MAX)] = 1
    distinct: Name = ""
    within_s: Seconds = 0
    held_s: Seconds = 0
    flaps: Annotated[int, Field(ge=0, le=FLAPS_MAX)] = 0
    flaps_within_s: Seconds = 0
    unless: Text = ""
    equal: Labels = Field(default_factory=list)


class Routing(Asking):
    """A route: what it asks for, the id of the plan in force that it declares under, with which others beside, and facts already stated."""

    name: Annotated[Name, Field(min_length=1, max_length=standing_routes.NAME_CHARS_MAX)]
    plan: Name
    beside: list[Name] = Field(default_factory=list)
    facts: FactValues = Field(default_factory=dict)
    enabled: bool = True


class Routed(Schema):
    """One route as it stands."""

    id: str
    name: str
    match: str
    group_by: list[str]
    count: int
    distinct: str
    within_s: int
    held_s: int
    flaps: int
    flaps_within_s: int
    unless: str
    equal: list[str]
    plan: str
    beside: list[str]
    facts: dict[str, Any]
    enabled: bool
    made_at: datetime


class Declared(Schema):
    """An incident that the route would have declared: when, for which values of `group_by`, because of what."""

    at: datetime
    group: list[str]
    titles: list[str]
    alerts: int
    reports: int


class Trial(Schema):
    """
    What the route would have done: the first incidents and how many, and how many alerts led to none, by what they waited for.

    `bodies` were read once more, the oldest from `since`; `cut` says that more had come before, `unread` how many can no longer be read.
    """

    incidents: list[Declared]
    count: int
    kept: dict[str, int]
    bodies: int
    since: datetime | None
    cut: bool
    unread: int


@router.get("/routes", response=list[Routed], summary="List routes by name")
@needs(access.SEE)
def every(request: HttpRequest) -> Any:
    """Those that were stopped too; not those that were removed."""
    return [_routed(row) for row in standing_routes.standing(_caller(request).organisation).order_by("name", "pk")]


@router.post("/routes", response={201: Routed}, summary="Make a route")
@needs(access.PLANS)
def make(request: HttpRequest, response: HttpResponse, body: Routing) -> Any:
    """201 once it hears of what turns from then on. 409 if there is a route of this name."""
    caller = _caller(request)
    fields = _fields(caller, body, None)
    with transaction.atomic():
        made = standing_routes.make(caller.organisation, fields, by=caller.named)
    response.headers["Location"] = f"/api/v1/routes/{ids.typed('rou', made.id)}"
    return Status(201, _routed(made))


@router.post("/routes/trial", response=Trial, summary="Try a route on what came in lately")
@needs(access.PLANS)
def trial(request: HttpRequest, body: Asking) -> Any:
    """What it says equals what the same route would have done live. Nothing is declared or kept."""
    outcome, read = history.tried(_caller(request).organisation.id, _rule(body), clock.now())
    return Trial(
        incidents=[_declared(one) for one in outcome.incidents[:INCIDENTS_SHOWN]],
        count=len(outcome.incidents),
        kept={str(why): count for why, count in outcome.kept.items()},
        bodies=read.bodies,
        since=read.since,
        cut=read.cut,
        unread=read.unread,
    )


@router.get("/routes/{route}", response=Routed, summary="Read one route")
@needs(access.SEE)
def one(request: HttpRequest, route: str) -> Any:
    """404 for what is not there, was removed, or is another organisation's."""
    return _routed(_found(request, route))


@router.put("/routes/{route}", response=Routed, summary="Change a route, stop it or let it go on")
@needs(access.PLANS)
def change(request: HttpRequest, route: str, body: Routing) -> Any:
    """The body is the whole route. What waits is weighed anew; what an incident knows of stays with it."""
    caller, found = _caller(request), _found(request, route)
    fields = _fields(caller, body, found)
    enabled = fields.pop("enabled")
    with transaction.atomic():
        standing_routes.change(found, fields, by=caller.named)
        if enabled is not found.enabled:
            standing_routes.enable(found, enabled=enabled, by=caller.named)
    return _routed(_found(request, route))


@router.delete("/routes/{route}", response={204: None}, summary="Remove a route")
@needs(access.PLANS)
def removal(request: HttpRequest, route: str) -> Any:
    """204. What it declared stays, and alerts go on saying where it led."""
    with transaction.atomic():
        standing_routes.remove(_found(request, route), by=_caller(request).named)
    return Status(204, None)


def _caller(request: HttpRequest) -> Caller:
    return cast("Request", request).auth


def _found(request: HttpRequest, route: str) -> Route:
    try:
        found = standing_routes.standing(_caller(request).organisation).filter(pk=ids.untyped("rou", route)).first()
    except ValueError:
        found = None
    if found is None:
        raise not_found()
    return found


# ------------------------------------------------------------------ what a body says


def _fields(caller: Caller, body: Routing, route: Route | None) -> dict[str, Any]:
    """Return the fields of the route that a body asks for; `route` is the one that it changes."""
    rule, known = _rule(body), plans.in_force(caller.organisation.id)
    plan = known.get(body.plan)
    faults: list[Fault] = [
        {"place": place, "problem": f"the id of a plan in force was expected: {', '.join(known) or 'none is'}"}
        for place, name in [("/plan", body.plan), *((f"/beside/{index}", name) for index, name in enumerate(body.beside))]
        if name not in known
    ]
    if plan is None or faults:
        raise invalid(faults)
    others = standing_routes.standing(caller.organisation).filter(name=body.name)
    if (others.exclude(pk=route.pk) if route else others).exists():
        raise Problem(409, "name_taken", "There is a route with this name", "choose another name")
    beside = [name for name in dict.fromkeys(body.beside) if name != body.plan]
    stated = {name: plain(value) for name, value in facts.known(plans.compiled(plan), body.facts).items()}
    return {"name": body.name, "rule": rule.plain(), "plan": body.plan, "beside": beside, "facts": stated, "enabled": body.enabled}


def _rule(body: Asking) -> Rule:
    faults: list[Fault] = []
    wanted, unless = (_matchers(getattr(body, name), f"/{name}", faults) for name in ("match", "unless"))
    if not wanted and not faults:
        faults.append({"place": "/match", "problem": "a label was expected"})
    if body.flaps == 1 or bool(body.flaps) != bool(body.flaps_within_s):
        faults.append({"place": "/flaps", "problem": "two turns or more, within so many seconds, were expected"})
    if faults:
        raise invalid(faults)
    spans = {name: timedelta(seconds=getattr(body, f"{name}_s")) for name in SPANS}
    return Rule(
        wanted=wanted, unless=unless, group_by=tuple(body.group_by), equal=tuple(body.equal), count=body.count, distinct=body.distinct,
        flaps=body.flaps, **spans,
    )  # fmt: skip


def _matchers(written: str, place: str, faults: list[Fault]) -> tuple[matchers.Matcher, ...]:
    try:
        return matchers.parse(written)
    except matchers.Unreadable as problem:
        faults.append({"place": place, "problem": f"this is no matcher: {problem}"})
        return ()


# ------------------------------------------------------------------ what is answered


def _routed(row: Route) -> Routed:
    rule = rules.read(row.rule)
    return Routed(
        id=ids.typed("rou", row.id),
        name=row.name,
        match=matchers.write(rule.wanted),
        group_by=list(rule.group_by),
        count=rule.count,
        distinct=rule.distinct,
        flaps=rule.flaps,
        unless=matchers.write(rule.unless),
        equal=list(rule.equal),
        plan=row.plan,
        beside=row.beside,
        facts=row.facts,
        enabled=row.enabled,
        made_at=row.created_at,
        **{f"{name}_s": int(getattr(rule, name).total_seconds()) for name in SPANS},
    )


def _declared(one: Imagined) -> Declared:
    told = one.declared
    titles = [line.title for line in told.lines]
    return Declared(at=told.at, group=list(told.group), titles=titles, alerts=one.alerts, reports=len(one.reports))
