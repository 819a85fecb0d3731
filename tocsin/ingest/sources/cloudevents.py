"""
CloudEvents 1.0 over HTTP: structured, batch and binary.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import msgspec

from tocsin.ingest.doors import Call
from tocsin.ingest.signatures import standard_webhooks
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import instant, key, text, words

OVER = frozenset({"resolved", "recovered", "closed", "cleared", "ended", "ok", "succeeded", "inactive"})
"""Last words of a type, and states in the data, that say that something is over."""
STATED = ("status", "state")
TITLED = ("summary", "title", "message", "name")
OWN = ("id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time", "data", "data_base64")

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Known(msgspec.Struct):
    """What every event has."""

    id: Text
    source: Text
    specversion: Literal["1.0"]
    type: Text
    subject: str | None = None
    time: str | None = None
    data: Any = None


class Kept(msgspec.Struct):
    """One event with its extensions beside it."""

    event: Known
    extensions: dict[str, Any]


def gather(call: Call) -> bytes:
    """Return the events of a call, one or many, in one form whatever mode they came in."""
    if call.content_type.startswith("application/cloudevents-batch"):
        events = msgspec.json.decode(call.body, type=list[dict[str, Any]])
    elif call.content_type.startswith("application/cloudevents") or "ce-specversion" not in call.headers:
        events = [msgspec.json.decode(call.body, type=dict[str, Any])]
    else:
        events = [_binary(call)]
    return msgspec.json.encode([{"event": event, "extensions": _extensions(event)} for event in events])


def _binary(call: Call) -> dict[str, Any]:
    """Return the event whose attributes stand in headers, each percent-encoded, and whose data is the body."""
    event: dict[str, Any] = {name[3:]: unquote(value) for name, value in call.headers.items() if name.startswith("ce-")}
    if not call.body:
        return event
    if call.content_type == "application/json" or call.content_type.endswith("+json"):
        return event | {"data": msgspec.json.decode(call.body)}
    try:
        return event | {"data": call.body.decode()}
    except UnicodeDecodeError:
        return event | {"data_base64": b64encode(call.body).decode()}


def _extensions(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in OWN}


def parse(kept: list[Kept], arrival: Arrival) -> Iterator[Alert]:
    """
    Yield one Alert per event, named by source and subject; without a subject, by source and type without its last word.

    It is over if its type ends in a word that says so, or if its data has a status or state that does. `time` keeps a repeated or late
    event from turning what came after it.
    """
    for one in kept:
        event, data = one.event, one.event.data if isinstance(one.event.data, dict) else {}
        stem, _, last = event.type.removesuffix(".v1").rpartition(".")
        states = {last.lower(), *(text(data.get(name)).lower() for name in STATED)}
        firing, at = not states & OVER, instant(event.time)
        labels = {"severity": data.get("severity"), "service": data.get("service"), "source": event.source, "type": event.type}
        plain = {name: value for name, value in data.items() if not isinstance(value, dict | list)}
        yield Alert(
            key=key(event.source, event.subject or stem or event.type),
            title=next((text(data[name]) for name in TITLED if data.get(name)), event.subject or event.type),
            firing=firing,
            starts_at=None,
            ends_at=None if firing else at or arrival.at,
            labels=words(labels | {"subject": event.subject} | one.extensions),
            annotations=words(plain or ({"data": event.data} if event.data else {})),
            link=text(data.get("url") or data.get("link")),
            happened_at=at,
            sequenced=at is not None,
        )


SETUP = """\
curl $base/in/cloudevents/$key \\
  -H 'Content-Type: application/cloudevents+json' \\
  -d '{"specversion": "1.0", "id": "1", "source": "/disks", "type": "net.example.disk.full", "subject": "db-1"}'
"""

SOURCE = Source(
    name="cloudevents",
    title="CloudEvents",
    payload=list[Kept],
    parse=parse,
    setup=SETUP,
    gather=gather,
    gzip=True,
    signature=standard_webhooks,
    busy=429,
)
