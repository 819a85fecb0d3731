"""What surrounds the incidents: alerts and plans."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from tocsin.accounts import access
from tocsin.api import cursors, out
from tocsin.api.door import Request, needs
from tocsin.api.incidents import Cursor, Limit
from tocsin.api.problems import invalid
from tocsin.api.wire import Instant, Name, Text
from tocsin.incidents.models import Plan
from tocsin.ingest import matchers, search

router = Router()


class Asked(Schema):
    """What is looked for among the alerts."""

    firing: bool | None = None
    source: Name = ""
    match: Text = ""
    q: Name = ""
    since: Instant | None = None
    until: Instant | None = None


@router.get("/alerts", response=out.Alerts, tags=["alerts"], summary="List alerts, latest turn first")
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
    return {"items": found.alerts, "next": cursors.written(found.next)}


def _query(organisation_id: UUID, asked: Asked) -> search.Query:
    read = matchers.parse(asked.match)
    return search.Query(organisation_id, asked.firing, asked.source, read, asked.q, asked.since, asked.until)


@router.get("/plans", response=list[out.PlanOut], tags=["plans"], summary="List the versions of every plan")
@needs(access.SEE)
def plans(request: HttpRequest) -> Any:
    """`status` of each is draft, in_force or retired."""
    return Plan.objects.filter(organisation=cast("Request", request).auth.organisation).order_by("plan_id", "-loaded_at")
