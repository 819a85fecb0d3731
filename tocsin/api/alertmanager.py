"""
Silences as Alertmanager's API v2 has them, so that amtool and whatever else makes silences there makes them here, unchanged.

Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (silences). The alerts of that API come in by the lane.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, cast
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern
from ninja import NinjaAPI, Query, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBasicAuth
from pydantic import Field

from tocsin.accounts import access
from tocsin.accounts.models import Person
from tocsin.api import quiet
from tocsin.api.door import ApiKey, Caller, Request, needs
from tocsin.api.problems import Problem, invalid, not_found
from tocsin.api.wire import Exact, Instant, Name, Strict, Text
from tocsin.ingest import keeping, matchers
from tocsin.ingest.matchers import Matcher
from tocsin.ingest.routing.models import Silence
from tocsin.kit import clock

LISTED: Final = 500
STATES: Final[Mapping[str, str]] = {"coming": "pending", "active": "active", "ended": "expired"}


class Password(HttpBasicAuth):
    """The key as the password of HTTP Basic, as in `--alertmanager.url=https://tocsin:api_…@host`."""

    def authenticate(self, request: HttpRequest, username: str, password: str) -> Caller | None:
        """Return the caller; the name of the user does not matter."""
        return ApiKey().authenticate(request, password)


class Condition(Schema):
    """One matcher."""

    name: Name
    value: Text
    isRegex: bool  # noqa: N815 - their spelling
    isEqual: bool = True  # noqa: N815


class Posted(Schema):
    """A silence; with the id of another, it takes the other's place."""

    matchers: Annotated[list[Condition], Field(min_length=1, max_length=matchers.MATCHERS_MAX)]
    startsAt: Instant  # noqa: N815
    endsAt: Instant  # noqa: N815
    createdBy: Name  # noqa: N815
    comment: Annotated[Text, Field(min_length=1, max_length=keeping.COMMENT_CHARS_MAX - 250)]
    id: str | None = None


api = NinjaAPI(
    auth=[ApiKey(), Password()], parser=Strict(), renderer=Exact(), docs_url=None, openapi_url=None, urls_namespace="alertmanager"
)


@api.get("/silences")
@needs(access.SEE)
def every(request: HttpRequest, filter: Annotated[list[str], Query()] = []) -> Any:  # noqa: A002, B006 - their spelling; a default of theirs
    """List silences, the latest end first: those that have each of the matchers asked for."""
    wanted = [one for written in filter for one in _parsed(written)]
    rows = _rows(request).order_by("-ends_at", "-pk")[:LISTED]
    return _said([row for row in rows if set(wanted) <= set(matchers.stored(row.matchers))])


@api.post("/silences")
@needs(access.ACT)
def make(request: HttpRequest, body: Posted) -> Any:
    """Make a silence. Whoever is named as its author stands in its comment: here it is made by the person of the key."""
    caller = cast("Request", request).auth
    wanted = [_matcher(one) for one in body.matchers]
    starts_at = max(body.startsAt, clock.now())
    if not any(one.value for one in wanted):
        raise invalid([{"place": "/matchers", "problem": "at least one must ask for a value"}])
    if not keeping.is_span(starts_at, body.endsAt):
        raise invalid([{"place": "/endsAt", "problem": "a time after its beginning and within a year was expected"}])
    comment = f"{body.comment} ({body.createdBy})" if body.createdBy else body.comment
    before = _found(request, body.id) if body.id else None
    with transaction.atomic():
        if before is not None:
            keeping.lift(before, person=caller.named.id)
        written = matchers.write(wanted)
        made = keeping.silence(caller.organisation.id, written, starts_at, body.endsAt, comment=comment, person=caller.named.id)
    return {"silenceID": str(made.id)}


@api.get("/silence/{silence}")
@needs(access.SEE)
def one(request: HttpRequest, silence: str) -> Any:
    """Read one silence."""
    return _said([_found(request, silence)])[0]


@api.delete("/silence/{silence}")
@needs(access.ACT)
def expire(request: HttpRequest, silence: str) -> Any:
    """End a silence now."""
    with transaction.atomic():
        keeping.lift(_found(request, silence), person=cast("Request", request).auth.named.id)
    return {}


def _rows(request: HttpRequest) -> QuerySet[Silence]:
    return Silence.objects.filter(organisation=cast("Request", request).auth.organisation)


def _found(request: HttpRequest, silence: str) -> Silence:
    try:
        found = _rows(request).filter(pk=UUID(silence.removeprefix("sil_"))).first()
    except ValueError:
        found = None
    if found is None:
        raise not_found()
    return found


def _matcher(given: Condition) -> Matcher:
    sign = ("=~" if given.isRegex else "=") if given.isEqual else ("!~" if given.isRegex else "!=")
    try:
        read = matchers.read(given.name, sign, given.value)
        if matchers.parse(str(read)) == (read,):
            return read
    except matchers.Unreadable:
        pass
    raise invalid([{"place": "/matchers", "problem": f"this is no matcher: {given.name}{sign}{given.value}"}])


def _parsed(written: str) -> tuple[Matcher, ...]:
    try:
        return matchers.parse(written)
    except matchers.Unreadable as problem:
        raise invalid([{"place": "filter", "problem": f"this is no matcher: {problem}"}]) from problem


def _said(rows: list[Silence]) -> list[dict[str, Any]]:
    """Return silences as Alertmanager says them."""
    names, now = dict(Person.objects.filter(pk__in={row.person for row in rows}).values_list("id", "name")), clock.now()
    return [
        {
            "id": str(row.id),
            "status": {"state": STATES[quiet.standing(row, now)]},
            "matchers": [_condition(one) for one in matchers.stored(row.matchers)],
            "startsAt": _spelled(row.starts_at),
            "endsAt": _spelled(row.ends_at),
            "updatedAt": _spelled(min(row.ends_at, now) if row.lifted_by else row.created_at),
            "createdBy": names.get(row.person, ""),
            "comment": row.comment,
        }
        for row in rows
    ]


def _condition(one: Matcher) -> dict[str, Any]:
    return {"name": one.name, "value": one.value, "isRegex": one.sign.endswith("~"), "isEqual": one.sign.startswith("=")}


def _spelled(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refused(status: int, words: str) -> JsonResponse:
    """Return a no as Alertmanager says it: a text."""
    return JsonResponse(words, safe=False, status=status)


def _problem(problem: Problem) -> JsonResponse:
    places = "; ".join(f"{fault['place']}: {fault['problem']}" for fault in problem.faults)
    return _refused(400 if problem.status == 422 else problem.status, places or f"{problem.title}: {problem.hint}")


api.add_exception_handler(Problem, lambda _request, error: _problem(cast("Problem", error)))
api.add_exception_handler(ValidationError, lambda _request, error: _refused(400, str(cast("ValidationError", error).errors)))
api.add_exception_handler(AuthenticationError, lambda _request, _error: _refused(401, "no valid API key: Authorization: Bearer api_…"))

_known, _app, _namespace = api.urls
urlpatterns = [pattern for pattern in _known if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
