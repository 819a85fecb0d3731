"""
PagerDuty: Events API v2, and v1 for what still speaks it. Change events are kept as they came and are no alerts.

Source: https://developer.pagerduty.com/docs/events-api-v2-overview and https://developer.pagerduty.com/docs/events-api-v1-overview
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from tocsin.ingest import problems
from tocsin.ingest.doors import Call, Door
from tocsin.ingest.problems import Answer, Problem
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import instant, text, words

V1 = "/generic/2010-04-15/create_event.json"

CHANGE = "/v2/change/enqueue"

Action = Literal["trigger", "acknowledge", "resolve"]
Key = Annotated[str, msgspec.Meta(max_length=255)]


class Details(msgspec.Struct):
    """What a trigger of v2 says about the trouble."""

    summary: Annotated[str, msgspec.Meta(min_length=1)]
    source: str | None = None
    severity: Literal["critical", "error", "warning", "info"] | None = None
    timestamp: str | None = None
    component: str | None = None
    group: str | None = None
    class_: str | None = msgspec.field(default=None, name="class")
    custom_details: Any = None


class Link(msgspec.Struct):
    """A link beside it."""

    href: str | None = None


class Event(msgspec.Struct):
    """One event of either version; the fields from `service_key` on are those of v1. A change says what was done, and asks for nothing."""

    event_action: Action | Literal["change"] | None = None
    routing_key: str = ""
    dedup_key: Key | None = None
    payload: Details | None = None
    client: str | None = None
    client_url: str | None = None
    links: list[Link] | None = None
    service_key: str = ""
    event_type: Action | None = None
    incident_key: Key | None = None
    description: str | None = None
    details: Any = None

    def __post_init__(self) -> None:
        if self.action is None:
            raise ValueError("it has no `event_action`")
        if self.action == "trigger":
            if self.event_action and not (self.payload and self.payload.source and self.payload.severity):
                raise ValueError("a trigger has a `payload` with `summary`, `source` and `severity`")
            if self.event_type and not self.description:
                raise ValueError("a trigger has a `description`")
        elif self.action == "change":
            if self.payload is None:
                raise ValueError("a change has a `payload`")
        elif not self.key:
            raise ValueError(f"`{self.action}` names what it is about by its `dedup_key`")

    @property
    def action(self) -> Action | Literal["change"] | None:
        """Return what it asks for."""
        return self.event_action or self.event_type

    @property
    def key(self) -> str:
        """Return the name of the alert."""
        return self.dedup_key or self.incident_key or ""


def gather(call: Call) -> bytes:
    """Return the event; a trigger without a name gets one, which its sender is told."""
    body = msgspec.json.decode(call.body)
    if call.door == CHANGE and isinstance(body, dict):
        return msgspec.json.encode(body | {"event_action": "change"})
    version = "event_action" if isinstance(body, dict) and "event_action" in body else "event_type"
    name = "dedup_key" if version == "event_action" else "incident_key"
    if not isinstance(body, dict) or body.get(version) != "trigger" or body.get(name):
        return call.body
    return msgspec.json.encode(body | {name: call.id})


def parse(event: Event, arrival: Arrival) -> Iterator[Alert]:
    """Yield the alert named by the key. PagerDuty tells no episodes apart: a trigger of what is open adds to it."""
    if event.action == "change":
        return
    firing, trigger = event.action != "resolve", event.action == "trigger"
    about = event.payload
    link = event.client_url or next((link.href for link in event.links or () if link.href), "")
    details = about.custom_details if about else event.details
    labels = {
        "severity": about.severity if about else "",
        "host": about.source if about else "",
        "component": about.component if about else "",
        "group": about.group if about else "",
        "class": about.class_ if about else "",
        "client": event.client,
    }
    yield Alert(
        key=event.key,
        title=(about.summary if about else event.description) or event.key,
        firing=firing,
        starts_at=None,
        ends_at=None if firing else arrival.at,
        labels=words(labels),
        annotations=words(details) if isinstance(details, dict) else words({"details": text(details)}),
        link=link,
        happened_at=instant(about.timestamp) if about else None,
        brief=not trigger,
        acknowledged_by="" if event.action == "acknowledge" else None,
    )


def accept(event: Event, call: Call) -> Answer:
    """Answer with the name of the alert, by which clients resolve it later."""
    if event.action == "change":
        return problems.json(202, {"status": "success", "message": "Change event processed"})
    if event.event_action is None:
        return problems.json(200, {"status": "success", "message": "Event processed", "incident_key": event.key})
    return problems.json(202, {"status": "success", "message": "Event processed", "dedup_key": event.key})


def refuse(problem: Problem) -> Answer:
    """Answer as PagerDuty does. Its clients take 403 for a rate limit and would come back for ever, so a wrong key is 400."""
    said = {"status": "invalid event", "message": "Event object is invalid", "errors": [problem.detail or problem.title]}
    return problems.json(400 if problem.status in (401, 403) else problem.status, said, problem.headers)


SETUP = """\
# Instead of https://events.pagerduty.com, with the key as routing key:
curl $base/v2/enqueue -H 'Content-Type: application/json' \\
  -d '{"routing_key": "$key", "event_action": "trigger", "dedup_key": "disk",
       "payload": {"summary": "Disk full", "source": "db-1", "severity": "critical"}}'
"""

SOURCE = Source(
    name="pagerduty",
    title="PagerDuty Events API",
    payload=Event,
    parse=parse,
    setup=SETUP,
    doors=(Door("/v2/enqueue"), Door(V1), Door(CHANGE)),
    key_of=lambda event: event.routing_key or event.service_key,
    gather=gather,
    accept=accept,
    refuse=refuse,
    busy=429,
)
