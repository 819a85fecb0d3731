"""
Opsgenie: the Alert API, what is done to alerts as well. Source: https://docs.opsgenie.com/docs/alert-api

The id of an alert is its alias here, so that whoever keeps the one or the other finds it again.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec

from tocsin.ingest import problems
from tocsin.ingest.doors import ANYWHERE, Call, Door, Header
from tocsin.ingest.known import Records
from tocsin.ingest.problems import Answer, Problem
from tocsin.ingest.sources import Alert, Arrival, Aside, Ask, Deed, Edit, Source
from tocsin.ingest.telling import key, plain, text, words

CREATE = "/v2/alerts"
ALERT = "/v2/alerts/{identifier}"
DOORS: Mapping[str, Mapping[str, str]] = {
    CREATE: {"POST": "create"},
    ALERT: {"DELETE": "close"},
    f"{ALERT}/close": {"POST": "close"},
    f"{ALERT}/acknowledge": {"POST": "acknowledge"},
    f"{ALERT}/unacknowledge": {"POST": "unacknowledge"},
    f"{ALERT}/notes": {"POST": "note"},
    f"{ALERT}/tags": {"POST": "tag", "DELETE": "untag"},
    f"{ALERT}/details": {"POST": "detail", "DELETE": "undetail"},
    f"{ALERT}/priority": {"PUT": "priority"},
    f"{ALERT}/message": {"PUT": "message"},
    f"{ALERT}/description": {"PUT": "description"},
    f"{ALERT}/assign": {"POST": "assign"},
    f"{ALERT}/responders": {"POST": "call"},
    f"{ALERT}/teams": {"POST": "call"},
    f"{ALERT}/escalate": {"POST": "call"},
    f"{ALERT}/snooze": {"POST": "snooze"},
    f"{ALERT}/actions/{{name}}": {"POST": "custom"},
}
"""What is asked for by each address and method."""
NEEDS = {
    "create": "message",
    "note": "note",
    "priority": "priority",
    "message": "message",
    "description": "description",
    "snooze": "end_time",
}
Action = Literal[
    "create", "close", "acknowledge", "unacknowledge", "note", "tag", "untag", "detail", "undetail", "priority", "message", "description",
    "assign", "call", "snooze", "custom",
]  # fmt: skip


class Named(msgspec.Struct):
    """Somebody, or a team, by one of their names."""

    name: str | None = None
    username: str | None = None
    id: str | None = None

    @property
    def said(self) -> str:
        """Return the name that is given."""
        return self.name or self.username or self.id or ""


class Body(msgspec.Struct, rename="camel"):
    """What the body of a request says."""

    message: str | None = None
    alias: str | None = None
    description: str | None = None
    responders: list[Named] | None = None
    tags: list[str] | None = None
    details: dict[str, Any] | None = None
    keys: list[str] | None = None
    entity: str | None = None
    source: str | None = None
    priority: Literal["P1", "P2", "P3", "P4", "P5"] | None = None
    user: str | None = None
    note: str | None = None
    owner: Named | None = None
    responder: Named | None = None
    team: Named | None = None
    escalation: Named | None = None
    end_time: str | None = None


class Request(msgspec.Struct):
    """What is asked for, of which alert. `id` names the request, `name` what is done where that has no name of its own."""

    action: Action
    identifier: Annotated[str, msgspec.Meta(min_length=1)]
    body: Body
    id: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        needed = NEEDS.get(self.action)
        if needed and not getattr(self.body, needed):
            raise ValueError(f"`{'endTime' if needed == 'end_time' else needed}` is missing")

    @property
    def key(self) -> str:
        """Return the name of the alert."""
        return key(self.identifier)


def gather(call: Call) -> bytes:
    """Return what is asked for, of which alert, and the body. An alert without an alias is named by the call; other calls name theirs."""
    body = msgspec.json.decode(call.body or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body is no object")
    if call.query.get("identifierType") == "tiny":
        raise ValueError("alerts are known here by their alias or their id, and by no tiny id")
    action = DOORS.get(call.door, {}).get(call.method, "create")
    if call.method == "DELETE":
        body |= {name: call.query[name] for name in ("user", "source", "note") if name in call.query}
        body |= {name: call.query[name].split(",") for name in ("tags", "keys") if name in call.query}
    identifier = call.parts.get("identifier") or body.get("alias") or call.id
    request = {"action": action, "identifier": identifier, "body": body, "id": call.id, "name": call.parts.get("name", "")}
    return msgspec.json.encode(request)


def parse(request: Request, arrival: Arrival) -> Iterator[Alert]:
    """Yield the alert named by its alias; an open one is only counted, as Opsgenie deduplicates. What else is done goes beside it."""
    if request.action not in {"create", "close", "acknowledge"}:
        yield _alert(request, arrival, aside=_aside(request))
        return
    if request.body.note and request.action != "create":
        yield _alert(request, arrival, aside=Aside(deed=Deed.NOTE, by=text(request.body.user), words=request.body.note))
    yield _alert(request, arrival)


def _alert(request: Request, arrival: Arrival, aside: Aside | None = None) -> Alert:
    body, firing = request.body, request.action != "close"
    own = plain(body.details or {})
    labels = {
        "severity": own.get("severity") or body.priority or "P3",
        "priority": body.priority or "P3",
        "host": body.entity,
        "origin": body.source,
        "team": [one.said for one in body.responders or ()],
        "tags": sorted(body.tags or ()),
    }
    create = request.action == "create"
    return Alert(
        key=request.key,
        title=body.message if create and body.message else request.identifier,
        firing=firing,
        starts_at=None,
        ends_at=None if firing else arrival.at,
        labels=words(own | words(labels)) if create else {},
        annotations=words({"description": body.description, "note": body.note}) if create else {},
        link="",
        brief=not create,
        acknowledged_by=text(body.user) if request.action == "acknowledge" and aside is None else None,
        aside=aside,
    )


def _aside(request: Request) -> Aside:
    """Return what is done to an alert. Whatever is said with it is its note, unless there is something to name."""
    body, tags = request.body, tuple(request.body.tags or ())
    details = words(body.details or {})
    said, deed, edit = text(body.note), Deed.OTHER, None
    match request.action:
        case "note":
            deed = Deed.NOTE
        case "unacknowledge":
            deed = Deed.LEFT
        case "tag":
            deed, edit, said = Deed.TAGS, Edit(tags=tags), _with(f"+ {', '.join(tags)}", said)
        case "untag":
            deed, edit, said = Deed.TAGS, Edit(untags=tags), _with(f"− {', '.join(tags)}", said)
        case "detail":
            deed, edit, said = Deed.DETAILS, Edit(labels=details), _with(", ".join(f"{a}={b}" for a, b in details.items()), said)
        case "undetail":
            gone = body.keys or []
            deed, edit, said = Deed.DETAILS, Edit(labels=dict.fromkeys(gone, "")), _with(f"− {', '.join(gone)}", said)
        case "priority":
            deed, said = Deed.PRIORITY, text(body.priority)
            edit = Edit(labels={"priority": said, "severity": said})
        case "message":
            deed, edit, said = Deed.TEXT, Edit(title=text(body.message)), text(body.message)
        case "description":
            deed, edit, said = Deed.TEXT, Edit(annotations={"description": text(body.description)}), text(body.description)
        case "assign":
            deed, said = Deed.ASSIGNED, _with(body.owner.said if body.owner else "", said)
        case "call":
            called = body.responder or body.team or body.escalation
            deed, said = Deed.CALLED, _with(called.said if called else "", said)
        case "snooze":
            deed, said = Deed.SNOOZED, _with(text(body.end_time), said)
        case _:
            said = _with(request.name, said)
    return Aside(deed=deed, by=text(body.user), words=said, edit=edit)


def _with(what: str, note: str) -> str:
    return "\n".join(filter(None, (what, note)))


def accept(_: Request, call: Call) -> Answer:
    """Answer that it will be done, as Opsgenie does."""
    return problems.json(202, {"result": "Request will be processed", "took": 0.001, "requestId": call.id})


DONE = {"create": "Created alert", "close": "Closed alert", "acknowledge": "Acknowledged alert"}


def status(records: Records, call: Call) -> Answer:
    """Answer what became of a request, once it has been read."""
    sent = records.sent(call.parts["request"])
    if sent is None:
        return refuse(problems.UNKNOWN)
    request = msgspec.json.decode(sent.body, type=Request)
    found = not sent.fault and records.alert(request.key) is not None
    said = {
        "success": found,
        "isSuccess": found,
        "action": request.action.capitalize(),
        "processedAt": sent.at,
        "integrationId": "",
        "status": DONE.get(request.action, "Processed") if found else sent.fault or "Alert does not exist",
        "alertId": request.key if found else "",
        "alias": request.identifier,
    }
    return _data(call, said)


def alert(records: Records, call: Call) -> Answer:
    """Answer what an alert says and how it stands."""
    one = records.alert(key(call.parts["identifier"]))
    if one is None:
        return refuse(problems.UNKNOWN)
    priority = one.labels.get("priority", "P3")
    said = {
        "id": one.key,
        "alias": one.key,
        "message": one.title,
        "status": "open" if one.firing else "closed",
        "acknowledged": bool(one.taken_by),
        "owner": next(iter(one.taken_by), ""),
        "tags": [tag for tag in one.labels.get("tags", "").split(", ") if tag],
        "count": one.received,
        "createdAt": one.starts_at,
        "updatedAt": one.heard_at,
        "lastOccurredAt": one.heard_at,
        "source": one.labels.get("origin", ""),
        "priority": priority,
        "entity": one.labels.get("host", ""),
        "description": one.annotations.get("description", ""),
        "details": {name: value for name, value in one.labels.items() if name not in OURS},
    }
    return _data(call, said)


OURS = {"severity", "priority", "host", "origin", "team", "tags"}
"""Labels that are no details of the sender's."""


def notes(records: Records, call: Call) -> Answer:
    """Answer what was noted at an alert."""
    one = records.alert(key(call.parts["identifier"]))
    if one is None:
        return refuse(problems.UNKNOWN)
    noted = [each for each in one.said if each.deed == Deed.NOTE]
    return _data(call, [{"note": each.words, "owner": each.by, "createdAt": each.at, "offset": each.id} for each in noted])


def logs(records: Records, call: Call) -> Answer:
    """Answer what was done to an alert, the first first."""
    one = records.alert(key(call.parts["identifier"]))
    if one is None:
        return refuse(problems.UNKNOWN)
    said = [{"log": f"{each.deed}: {each.words}", "owner": each.by, "createdAt": each.at, "offset": each.id} for each in one.said]
    return _data(call, [{"log": "Alert created", "owner": "System", "createdAt": one.starts_at, "offset": ""}, *said])


def _data(call: Call, data: Any) -> Answer:
    return problems.json(200, {"data": data, "took": 0.001, "requestId": call.id})


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
    doors=tuple(Door(path, frozenset(methods)) for path, methods in DOORS.items()),
    keys=(Header("authorization", ("geniekey",)), *ANYWHERE),
    gather=gather,
    accept=accept,
    asks=(
        Ask("/v2/alerts/requests/{request}", status),
        Ask(ALERT, alert),
        Ask(f"{ALERT}/notes", notes),
        Ask(f"{ALERT}/logs", logs),
    ),
    refuse=refuse,
    busy=429,
)
