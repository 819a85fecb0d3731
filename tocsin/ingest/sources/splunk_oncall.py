"""Splunk On-Call (VictorOps): the REST endpoint. Source: https://help.victorops.com/knowledge-base/rest-endpoint-integration-guide/"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from tocsin.ingest import problems
from tocsin.ingest.doors import Call, Door
from tocsin.ingest.problems import Answer, Problem, in_words_of
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import instant, key, plain, text, words

FIRING = {"CRITICAL": "critical", "WARNING": "warning"}
TAKEN = ("ACKNOWLEDGEMENT", "ACKNOWLEDGMENT", "ACK")
OVER = ("RECOVERY", "RECOVERED", "OK")
INFO = "INFO"
ADDRESS = "/integrations/generic/20131114/alert/{key}"


class Message(msgspec.Struct):
    """One message; `routing_key` stood in the path, `custom` is what the sender adds to the fields that have a meaning."""

    message_type: str
    entity_id: Annotated[str, msgspec.Meta(min_length=1)]
    entity_display_name: str | None = None
    state_message: str | None = None
    state_start_time: str | None = None
    monitoring_tool: str | None = None
    host_name: str | None = None
    alert_url: str | None = None
    ack_author: str | None = None
    routing_key: str = ""
    custom: dict[str, Any] = {}

    def __post_init__(self) -> None:
        if self.kind not in {*FIRING, *TAKEN, *OVER, INFO}:
            raise ValueError("`message_type` is none of CRITICAL, WARNING, INFO, ACKNOWLEDGEMENT, RECOVERY")

    @property
    def kind(self) -> str:
        """Return the type as it is documented."""
        return self.message_type.upper()


def gather(call: Call) -> bytes:
    """Return the message with its routing key; one that names no entity gets a name."""
    body = msgspec.json.decode(call.body)
    if not isinstance(body, dict):
        raise ValueError("the body is no object")
    own = {name: value for name, value in body.items() if name in Message.__struct_fields__ and name != "custom"}
    custom = {name: value for name, value in body.items() if name not in own}
    known = {name: text(value) for name, value in own.items() if value not in (None, "")}
    routing_key = call.parts.get("routing") or known.get("routing_key") or ""
    return msgspec.json.encode({"entity_id": call.id} | known | {"routing_key": routing_key, "custom": custom})


def parse(message: Message, arrival: Arrival) -> Iterator[Alert]:
    """Yield the alert of the entity. An INFO opens nothing at Splunk On-Call: it is kept as one that is over."""
    kind, since = message.kind, instant(message.state_start_time)
    firing = kind in FIRING or kind in TAKEN
    labels = {
        "severity": FIRING.get(kind, "info" if kind == INFO else ""),
        "host": message.host_name,
        "routing_key": message.routing_key,
        "origin": message.monitoring_tool,
    }
    yield Alert(
        key=key(message.entity_id, INFO) if kind == INFO else key(message.entity_id),
        title=message.entity_display_name or message.entity_id,
        firing=firing,
        starts_at=None,
        ends_at=None if firing else arrival.at,
        labels=plain(message.custom) | words(labels),
        annotations=words({"description": message.state_message}),
        link=message.alert_url or "",
        happened_at=since if kind in FIRING else None,
        brief=kind in TAKEN or kind in OVER,
        acknowledged_by=message.ack_author or "" if kind in TAKEN else None,
    )


def accept(message: Message, _: Call) -> Answer:
    """Answer with the entity, by which the sender may end it."""
    return problems.json(200, {"result": "success", "entity_id": message.entity_id})


def words_of(problem: Problem) -> dict[str, str]:
    """Return the answer of Splunk On-Call to what it does not take."""
    return {"result": "failure", "message": problem.detail or problem.title}


SETUP = """\
# The REST endpoint, with a routing key of yours in place of "night":
$base/integrations/generic/20131114/alert/$key/night
"""

SOURCE = Source(
    name="splunk_oncall",
    title="Splunk On-Call",
    payload=Message,
    parse=parse,
    setup=SETUP,
    doors=(Door(ADDRESS), Door(ADDRESS + "/{routing}")),
    gather=gather,
    accept=accept,
    refuse=in_words_of(words_of),
    busy=429,
)
