"""GoAlert: the generic API integration, as JSON, form or query. Source: https://goalert.me/docs/integrations/generic-api"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tocsin.ingest.doors import ANYWHERE, Call, Door, Query
from tocsin.ingest.problems import Answer
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import key

FIELDS = ("summary", "details", "action", "dedup")


class Message(msgspec.Struct):
    """What GoAlert's endpoint takes."""

    summary: Annotated[str, msgspec.Meta(min_length=1)]
    details: str = ""
    action: str = ""
    dedup: str = ""
    meta: dict[str, str] = {}


def gather(call: Call) -> bytes:
    """Return the fields, wherever they stand: the body's go before the address's."""
    told = {name: call.query[name] for name in FIELDS if name in call.query}
    if call.content_type != "application/json":
        form = call.form()
        return msgspec.json.encode(told | {name: form[name] for name in FIELDS if name in form})
    body = msgspec.json.decode(call.body or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body is no object")
    return msgspec.json.encode(told | body) if told else call.body


def parse(message: Message, arrival: Arrival) -> Iterator[Alert]:
    """Yield the alert named by `dedup`, or by summary and details, which are what GoAlert deduplicates by."""
    firing = message.action != "close"
    yield Alert(
        key=key(message.dedup) if message.dedup else key(message.summary, message.details),
        title=message.summary,
        firing=firing,
        starts_at=None,
        ends_at=None if firing else arrival.at,
        labels=message.meta,
        annotations={"description": message.details} if message.details else {},
        link="",
    )


def accept(_: Message, __: Call) -> Answer:
    """Answer as GoAlert does: with nothing."""
    return Answer(204, [], b"")


SETUP = """\
curl '$base/api/v2/generic/incoming?token=$key' \\
  -d summary='Disk full on db-1' -d dedup=disk
"""

SOURCE = Source(
    name="goalert",
    title="GoAlert generic API",
    payload=Message,
    parse=parse,
    setup=SETUP,
    doors=(Door("/api/v2/generic/incoming"),),
    keys=(Query("token"), *ANYWHERE),
    gather=gather,
    accept=accept,
    busy=429,
)
