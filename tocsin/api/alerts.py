"""Alerts: found, and taken on by programs in the name of their person."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from tocsin.accounts import access
from tocsin.api import cursors, out
from tocsin.api.commands import Given
from tocsin.api.door import Request, needs
from tocsin.api.incidents import Cursor, Limit
from tocsin.api.problems import Problem, invalid
from tocsin.api.wire import Instant, Name, Text
from tocsin.ingest import matchers, search, taking
from tocsin.ingest.models import Alert
from tocsin.kit import ids

router = Router(tags=["alerts"])


class Asked(Schema):
    """What is looked for among the alerts."""

    firing: bool | None = None
    source: Name = ""
    match: Text = ""
    q: Name = ""
    since: Instant | None = None
    until: Instant | None = None


class Taking(Given):
    """Whether somebody is on it; `words` say more."""

    taken: bool
    words: Text = ""


class Taken(Schema):
    """Who is on the present episode of an alert."""

    taken_by: list[str]


@router.get("/alerts", response=out.Alerts, summary="List alerts, latest turn first")
@needs(access.SEE)
def alerts(request: HttpRequest, asked: Query[Asked], cursor: Cursor = "", limit: Limit = 50) -> Any:
    """
    `firing` narrows it to those that fire, or that do not; `match` to labels, such as `region="east",job=~"ivr-.*"`; `q` to words.

    One page looks at a bounded number of alerts: it may be short, or empty, with a cursor to go on from.
    """
    try:
        query = _query(cast("Request", request).auth.organisation.id, asked)
    except matchers.Unreadable as problem:
        raise invalid([{"place": "match", "problem": f"this is no matcher: {problem}"}]) from problem
    found = search.find(query, cursors.place(cursor), limit)
    return out.alerts(found.rows, cursors.written(found.next))


@router.post("/alerts/{alert}/acknowledgement", response=Taken, summary="Take an alert on, or leave it to others again")
@needs(access.ACT)
def acknowledgement(request: HttpRequest, alert: str, body: Taking) -> Any:
    """It is about the present episode, in the name of the key's person. Said twice it is said anew."""
    caller = cast("Request", request).auth
    found = _found(caller.organisation.id, alert)
    if body.taken:
        taking.take(found, caller.named, body.words)
    else:
        taking.withdraw(found)
    return {"taken_by": taking.takers(found)}


def _found(organisation_id: UUID, alert: str) -> Alert:
    try:
        found = Alert.objects.filter(organisation_id=organisation_id, pk=ids.untyped("alr", alert)).first()
    except ValueError:
        found = None
    if found is None:
        raise Problem(404, "not_found", "There is no such alert", "ask the list for its id")
    return found


def _query(organisation_id: UUID, asked: Asked) -> search.Query:
    read = matchers.parse(asked.match)
    return search.Query(organisation_id, asked.firing, asked.source, read, asked.q, asked.since, asked.until)
