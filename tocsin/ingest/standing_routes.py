"""Routes made, changed, stopped and removed while alerts are on their way through them. Each in the caller's transaction, and audited."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tocsin.accounts import audit
from tocsin.accounts.models import Organisation, Person
from tocsin.ingest.models import Match, Route
from tocsin.ingest.routing import rules
from tocsin.ingest.routing.models import RouteGroup, RouteInhibitor, RouteRun
from tocsin.ingest.routing.runs import State
from tocsin.kit import clock, tables

NAME_CHARS_MAX = 120


def standing(organisation: Organisation) -> QuerySet[Route]:
    """Return the routes that were not removed."""
    return Route.objects.filter(organisation=organisation, removed_at=None)


def by_name(organisation: Organisation) -> list[Route]:
    """Return the same by name, for what is asked at every page of alerts."""
    return tables.select(Route, "WHERE organisation_id = {} AND removed_at IS NULL ORDER BY name", [("uuid", organisation.id)])


def names(routes: Collection[UUID]) -> dict[UUID, str]:
    """Return what routes are called, removed ones too."""
    return dict(Route.objects.filter(pk__in=routes).values_list("pk", "name")) if routes else {}


def make(organisation: Organisation, fields: Mapping[str, Any], *, by: Person) -> Route:
    """Make a route: it hears of what turns from now on."""
    made = Route.objects.create(organisation=organisation, **fields)
    audit.record(organisation, by, "route.made", made.name)
    return made


def change(route: Route, fields: Mapping[str, Any], *, by: Person) -> None:
    """
    Change a route. What waits is weighed anew by the new rule, as of now; what an incident knows of stays with it.

    Where it groups otherwise or wants other alerts, what waits is let go: it belongs nowhere any more until it begins again.
    """
    audit.record(route.organisation, by, "route.changed", fields.get("name", route.name))
    before, after = rules.read(route.rule), rules.read(fields["rule"])
    Route.objects.filter(pk=route.pk).update(**fields)
    if (before.wanted, before.group_by, before.distinct) != (after.wanted, after.group_by, after.distinct):
        _let_go(route)
    if (before.unless, before.equal) != (after.unless, after.equal):
        RouteInhibitor.objects.filter(**_of(route)).delete()
    RouteRun.objects.open().filter(**_of(route), state=State.WAITS).update(due_at=clock.now())
    RouteGroup.objects.filter(**_of(route), firing__gt=0).update(due_at=clock.now())


def enable(route: Route, *, enabled: bool, by: Person) -> None:
    """Stop a route, or let it go on: with what begins from then on."""
    audit.record(route.organisation, by, "route.started" if enabled else "route.stopped", route.name)
    Route.objects.filter(pk=route.pk).update(enabled=enabled)
    route.enabled = enabled
    if not enabled:
        _let_go(route)
        _hear_no_more(route)


def remove(route: Route, *, by: Person) -> None:
    """Remove a route. It stays where alerts say where it led."""
    audit.record(route.organisation, by, "route.removed", route.name)
    Route.objects.filter(pk=route.pk).update(enabled=False, removed_at=clock.now())
    _let_go(route)
    _hear_no_more(route)


def _let_go(route: Route) -> None:
    """Forget what no incident knows of."""
    RouteRun.objects.open().filter(**_of(route), state__in=[State.WAITS, State.READY]).delete()
    RouteGroup.objects.filter(**_of(route)).update(values={}, firing=0, unsaid_since=None, due_at=None)
    Match.objects.filter(**_of(route), waits=True).update(waits=False)


def _hear_no_more(route: Route) -> None:
    """Let nobody wait for what the route has not heard yet."""
    Match.objects.filter(**_of(route), handled_at=None).update(handled_at=clock.now())
    RouteRun.objects.filter(**_of(route), due_at__isnull=False).update(due_at=None)
    RouteInhibitor.objects.filter(**_of(route)).delete()


def _of(route: Route) -> dict[str, Any]:
    """Return what its rows are found by: indexes begin with the organisation."""
    return {"organisation": route.organisation_id, "route": route}
