"""Opsgenie: the Alert API's create, close, acknowledge and delete. Source: https://docs.opsgenie.com/docs/alert-api"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from tocsin.ingest import problems
from tocsin.ingest.doors import ANYWHERE, Call, Door, Header
from tocsin.ingest.problems import Answer, Problem
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import key, text, words

CREATE = "/v2/alerts"
ACTIONS = {
    "/v2/alerts/{identifier}/close": "close",
    "/v2/alerts/{identifier}/acknowledge": "acknowledge",
    "/v2/alerts/{identifier}": "close",
}


class Responder(msgspec.Struct):
    """Who is to answer."""

    name: str | None = None
    username: str | None = None
    id: str | None = None


class Body(msgspec.Struct):
    """What the body of a request says."""

    message: str | None = None
    alias: str | None = None
    description: str | None = None
    responders: list[Responder] | None = None
    tags: list[str] | None = None
    details: dict[str, Any] | None = None
    entity: str | None = None
    source: str | None = None
    priority: Literal["P1", "P2", "P3", "P4", "P5"] | None = None
    user: str | None = None
    note: str | None = None


class Request(msgspec.Struct):
    """What is asked for, of which alert."""

    action: Literal["create", "close", "acknowledge"]
    identifier: Annotated[str, msgspec.Meta(min_length=1)]
    body: Body

    def __post_init__(self) -> None:
        if self.action == "create" and not self.body.message:
            raise ValueError("an alert has a `message`")


def gather(call: Call) -> bytes:
    """Return action, alias and body. An alert without an alias is named by the call; close and acknowledge name theirs in the path."""
    body = msgspec.json.decode(call.body or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body is no object")
    identifier = call.parts.get("identifier") or body.get("alias") or call.id
    action = ACTIONS.get(call.door, "create")
    return msgspec.json.encode({"action": action, "identifier": identifier, "body": msgspec.Raw(call.body or b"{}")})


def parse(request: Request, arrival: Arrival) -> Iterator[Alert]:
    """Yield the alert named by its alias; an open one is only counted, as Opsgenie deduplicates."""
    body, firing = request.body, request.action != "close"
    own = {name: value for name, value in (body.details or {}).items() if isinstance(value, str)}
    labels = {
        "severity": own.get("severity") or body.priority or "P3",
        "priority": body.priority or "P3",
        "host": body.entity,
        "origin": body.source,
        "team": [one.name or one.username or one.id for one in body.responders or ()],
        "tags": sorted(body.tags or ()),
    }
    yield Alert(
        key=key(request.identifier),
        title=body.message or request.identifier,
        firing=firing,
        starts_at=None,
        ends_at=None if firing else arrival.at,
        labels=words(own | words(labels)),
        annotations=words({"description": body.description, "note": body.note}),
        link="",
        brief=request.action != "create",
        acknowledged_by=text(body.user) if request.action == "acknowledge" else None,
    )


def accept(_: Request, call: Call) -> Answer:
    """Answer that it will be done, as Opsgenie does."""
    return problems.json(202, {"result": "Request will be processed", "took": 0.001, "requestId": call.id})


def refuse(problem: Problem) -> Answer:
    """Answer as Opsgenie does: what is wrong with a body is 422."""
    said = {"message": problem.detail or problem.title, "took": 0.001, "requestId": ""}
    return problems.json(422 if problem.status == 400 else problem.status, said, problem.headers)


SETUP = """\
# Instead of https://api.opsgenie.com:
curl $base/v2/alerts -H 'Authorization: GenieKey $key' -H 'Content-Type: application/json' \\
  -d '{"message": "Disk full", "alias": "disk", "entity": "db-1", "priority": "P1"}'
"""

SOURCE = Source(
    name="opsgenie",
    title="Opsgenie Alert API",
    payload=Request,
    parse=parse,
    setup=SETUP,
    doors=(Door(CREATE), *(Door(path, frozenset({"DELETE" if path.endswith("}") else "POST"})) for path in ACTIONS)),
    keys=(Header("authorization", ("geniekey",)), *ANYWHERE),
    gather=gather,
    accept=accept,
    refuse=refuse,
    busy=429,
)
