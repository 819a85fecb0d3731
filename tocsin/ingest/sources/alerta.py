"""Alerta: the API that its clients, plug-ins and scripts send alerts to. Source: https://docs.alerta.io/api/reference.html"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from tocsin.ingest import problems
from tocsin.ingest.doors import ANYWHERE, Call, Door, Header, Query
from tocsin.ingest.known import Records
from tocsin.ingest.problems import Answer, Problem, in_words_of
from tocsin.ingest.sources import Alert, Arrival, Aside, Ask, Deed, Edit, Source
from tocsin.ingest.telling import instant, key, text, words

OVER = ("normal", "ok", "cleared")
PUT = frozenset({"PUT"})
CREATE = ("/alert", "/api/alert")
ALERT = ("/alert/{id}", "/api/alert/{id}")
ACT = ("action", "status", "tag", "untag", "attributes", "note")
"""What is done to an alert, as the last word of the address says."""
HEARTBEAT = ("/heartbeat", "/api/heartbeat")
DAY_S, YEAR_S = 86_400, 31_536_000
"""How long Alerta keeps an alert open if its sender does not say, and what `0`, for ever, comes to here."""
ENDING = ("close", "closed", "expired", "deleted")
LEAVING = ("unack", "open")
OK = {"status": "ok"}

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Created(msgspec.Struct, rename="camel", tag_field="x-tocsin", tag="alert"):
    """An alert as a sender describes it."""

    resource: Text
    event: Text
    environment: str | None = None
    severity: str | None = None
    correlate: list[str] | None = None
    service: list[str] | None = None
    group: str | None = None
    value: Any = None
    text: str | None = None
    tags: list[str] | None = None
    attributes: dict[str, Any] | None = None
    origin: str | None = None
    type: str | None = None
    create_time: str | None = None
    timeout: Annotated[int, msgspec.Meta(ge=0, le=YEAR_S)] | None = None
    customer: str | None = None

    @property
    def key(self) -> str:
        """Return the name of the alert: events that say of each other that they correlate are one."""
        events = sorted({self.event, *self.correlate}) if self.correlate else [self.event]
        return key(self.environment or "", self.resource, self.customer or "", *events)


class Acted(msgspec.Struct, tag_field="x-tocsin", tag="action"):
    """What somebody does to an alert: an action, the status that it is to have, or what it is to say besides; `what` names it."""

    id: Text
    what: str = ""
    action: str = ""
    status: str = ""
    text: str | None = None
    tags: list[str] | None = None
    attributes: dict[str, Any] | None = None

    @property
    def does(self) -> Literal["ends", "takes", "beside"]:
        """Return what becomes of the alert."""
        if self.action in ENDING or self.status in ENDING:
            return "ends"
        return "takes" if "ack" in (self.action, self.status) else "beside"

    @property
    def aside(self) -> Aside | None:
        """Return what goes into the alert's history."""
        tags, said = tuple(self.tags or ()), self.text or ""
        match self.what:
            case "tag":
                return Aside(deed=Deed.TAGS, words=f"+ {', '.join(tags)}", edit=Edit(tags=tags))
            case "untag":
                return Aside(deed=Deed.TAGS, words=f"− {', '.join(tags)}", edit=Edit(untags=tags))
            case "attributes":
                changed = {name: text(value) for name, value in (self.attributes or {}).items()}
                told = ", ".join(f"{name}={value}" for name, value in changed.items())
                return Aside(deed=Deed.DETAILS, words=told, edit=Edit(annotations=changed))
            case "note":
                return Aside(deed=Deed.NOTE, words=said)
        if self.does != "beside":
            return Aside(deed=Deed.NOTE, words=said) if said else None
        done = self.action or self.status
        deed = Deed.LEFT if done in LEAVING else Deed.SNOOZED if done in ("shelve", "shelved") else Deed.OTHER
        return Aside(deed=deed, words="\n".join(filter(None, (done if deed is Deed.OTHER else "", said))))


def gather(call: Call) -> bytes:
    """Return what the body says, under what is meant by the address."""
    if call.door in HEARTBEAT:
        raise ValueError("a heartbeat is a check here: make one on the page Checks and let its address be called instead")
    body = msgspec.json.decode(call.body or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body is no object")
    if call.method == "DELETE":
        body = {"action": "deleted"}
    id_, what = call.parts.get("id"), call.door.rpartition("/")[2]
    what = what if what in ACT else ""
    return msgspec.json.encode(body | ({"x-tocsin": "action", "id": id_, "what": what} if id_ else {"x-tocsin": "alert"}))


def parse(told: Created | Acted, arrival: Arrival) -> Iterator[Alert]:
    """Yield the alert of an event on a resource; a severity that is normal ends it, and so does silence for as long as it said."""
    if isinstance(told, Acted):
        yield from _acted(told, arrival)
        return
    firing = (told.severity or "").lower() not in OVER
    labels = {
        "severity": told.severity,
        "host": told.resource,
        "alertname": told.event,
        "environment": told.environment,
        "service": told.service,
        "group": told.group,
        "origin": told.origin,
        "type": told.type,
        "customer": told.customer,
        "tags": sorted(told.tags or ()),
    }
    yield Alert(
        key=told.key,
        title=told.text or f"{told.event}: {told.resource}",
        firing=firing,
        starts_at=None,
        ends_at=None if firing else arrival.at,
        labels=words(labels),
        annotations=words({"value": told.value, **(told.attributes or {})}),
        link="",
        happened_at=instant(told.create_time) if firing else None,
        expires_at=arrival.at + timedelta(seconds=DAY_S if told.timeout is None else told.timeout or YEAR_S) if firing else None,
    )


def _acted(told: Acted, arrival: Arrival) -> Iterator[Alert]:
    if told.aside is not None:
        yield _brief(told.id, aside=told.aside)
    if told.does == "takes":
        yield _brief(told.id, acknowledged_by="")
    elif told.does == "ends":
        yield _brief(told.id, firing=False, ends_at=arrival.at)


def _brief(id_: str, *, firing: bool = True, **more: Any) -> Alert:
    what: dict[str, Any] = {"starts_at": None, "ends_at": None, "labels": {}, "annotations": {}, "link": "", "brief": True} | more
    return Alert(key=id_, title=id_, firing=firing, **what)


def accept(told: Created | Acted, call: Call) -> Answer:
    """Answer with the alert's id, by which clients act on it, and with the alert, which they read."""
    if isinstance(told, Acted):
        noted = {"id": call.id, "text": told.text or "", "type": "alert", "attributes": {}, "related": {"alert": told.id}}
        return problems.json(201, {"status": "ok", "id": call.id, "note": noted}) if told.what == "note" else problems.json(200, OK)
    alert = {name: value for name, value in msgspec.to_builtins(told).items() if name != "x-tocsin" and value is not None}
    status = "closed" if (told.severity or "").lower() in OVER else "open"
    return problems.json(
        201, {"status": "ok", "id": told.key, "alert": {**alert, "id": told.key, "status": status, "lastReceiveId": call.id}}
    )


def alert(records: Records, call: Call) -> Answer:
    """Answer what an alert says and how it stands."""
    one = records.alert(call.parts["id"])
    if one is None:
        return refuse(problems.UNKNOWN)
    labels = one.labels
    said = {
        "id": one.key,
        "resource": labels.get("host", ""),
        "event": labels.get("alertname", ""),
        "environment": labels.get("environment", ""),
        "severity": labels.get("severity", ""),
        "status": "closed" if not one.firing else "ack" if one.taken_by else "open",
        "service": _listed(labels.get("service", "")),
        "group": labels.get("group", ""),
        "value": one.annotations.get("value", ""),
        "text": one.title,
        "tags": _listed(labels.get("tags", "")),
        "attributes": {name: value for name, value in one.annotations.items() if name != "value"},
        "origin": labels.get("origin", ""),
        "type": labels.get("type", ""),
        "createTime": _time(one.starts_at),
        "receiveTime": _time(one.starts_at),
        "lastReceiveTime": _time(one.heard_at),
        "duplicateCount": one.received - 1,
        "repeat": one.received > 1,
        "history": [],
    }
    return problems.json(200, {"status": "ok", "total": 1, "alert": said})


def notes(records: Records, call: Call) -> Answer:
    """Answer what was noted at an alert."""
    one = records.alert(call.parts["id"])
    if one is None:
        return refuse(problems.UNKNOWN)
    noted = [
        {"id": each.id, "text": each.words, "user": each.by, "type": "alert", "createTime": _time(each.at), "related": {"alert": one.key}}
        for each in one.said
        if each.deed == Deed.NOTE
    ]
    return problems.json(200, {"status": "ok", "total": len(noted), "notes": noted})


def _listed(label: str) -> list[str]:
    return [each for each in label.split(", ") if each]


def _time(at: datetime) -> str:
    """Return an instant as Alerta writes it, which its client reads in no other form."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def words_of(problem: Problem) -> dict[str, Any]:
    """Return Alerta's words for what it does not take."""
    return {"status": "error", "code": problem.status, "message": problem.detail or problem.title, "requestId": "", "errors": None}


refuse = in_words_of(words_of)

SETUP = """\
export ALERTA_ENDPOINT=$base ALERTA_API_KEY=$key
alerta send --resource web-1 --event NodeDown --environment Production --severity major
"""

SOURCE = Source(
    name="alerta",
    title="Alerta",
    payload=Created | Acted,
    parse=parse,
    setup=SETUP,
    doors=(
        *(Door(path) for path in CREATE),
        *(Door(f"{path}/{what}", PUT) for path in ALERT for what in ACT),
        *(Door(path, frozenset({"DELETE"})) for path in ALERT),
        *(Door(path) for path in HEARTBEAT),
    ),
    asks=tuple(Ask(path + more, answer) for path in ALERT for more, answer in (("", alert), ("/notes", notes))),
    keys=(Header("authorization", ("key",)), Header("x-api-key"), Query("api-key"), *ANYWHERE),
    gather=gather,
    accept=accept,
    refuse=refuse,
    busy=429,
)
