"""Alerta: the API that its clients, plug-ins and scripts send alerts to. Source: https://docs.alerta.io/api/reference.html"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec

from tocsin.ingest import problems
from tocsin.ingest.doors import ANYWHERE, Call, Door, Header, Query
from tocsin.ingest.problems import Answer, Problem, in_words_of
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import instant, key, words

OVER = ("normal", "ok", "cleared")
PUT = frozenset({"PUT"})
CREATE = ("/alert", "/api/alert")
ACT = ("/alert/{id}/action", "/alert/{id}/status", "/api/alert/{id}/action", "/api/alert/{id}/status")
DAY_S, YEAR_S = 86_400, 31_536_000
"""How long Alerta keeps an alert open if its sender does not say, and what `0`, for ever, comes to here."""
DELETE = ("/alert/{id}", "/api/alert/{id}")
ENDING = ("close", "closed", "expired", "deleted")

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
    """What somebody does to an alert: an action, or the status that it is to have."""

    id: Text
    action: str = ""
    status: str = ""
    text: str | None = None

    @property
    def does(self) -> Literal["ends", "takes", "nothing"]:
        """Return what becomes of the alert."""
        if self.action in ENDING or self.status in ENDING:
            return "ends"
        return "takes" if "ack" in (self.action, self.status) else "nothing"


def gather(call: Call) -> bytes:
    """Return what the body says, under what is meant by the address."""
    body = msgspec.json.decode(call.body or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body is no object")
    if call.method == "DELETE":
        body = {"action": "deleted"}
    id_ = call.parts.get("id")
    return msgspec.json.encode(body | ({"x-tocsin": "action", "id": id_} if id_ else {"x-tocsin": "alert"}))


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
    if told.does == "nothing":
        return
    ends = told.does == "ends"
    yield Alert(
        key=told.id,
        title=told.id,
        firing=not ends,
        starts_at=None,
        ends_at=arrival.at if ends else None,
        labels={},
        annotations={},
        link="",
        brief=True,
        acknowledged_by=None if ends else "",
    )


def accept(told: Created | Acted, call: Call) -> Answer:
    """Answer with the alert's id, by which clients act on it, and with the alert, which they read."""
    if isinstance(told, Acted):
        return problems.json(200, {"status": "ok"})
    alert = {name: value for name, value in msgspec.to_builtins(told).items() if name != "x-tocsin" and value is not None}
    status = "closed" if (told.severity or "").lower() in OVER else "open"
    return problems.json(
        201, {"status": "ok", "id": told.key, "alert": {**alert, "id": told.key, "status": status, "lastReceiveId": call.id}}
    )


def words_of(problem: Problem) -> dict[str, Any]:
    """Return Alerta's words for what it does not take."""
    return {"status": "error", "code": problem.status, "message": problem.detail or problem.title, "requestId": "", "errors": None}


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
        *(Door(path, PUT) for path in ACT),
        *(Door(path, frozenset({"DELETE"})) for path in DELETE),
    ),
    keys=(Header("authorization", ("key",)), Header("x-api-key"), Query("api-key"), *ANYWHERE),
    gather=gather,
    accept=accept,
    refuse=in_words_of(words_of),
    busy=429,
)
