"""A sender with a form of its own: any JSON, read as the mapping of its feed says. Without a mapping its bodies wait for one."""

from collections.abc import Iterator
from typing import Any

from tocsin.ingest.mapping import reading, text
from tocsin.ingest.signatures import standard_webhooks
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.plan.sentences import say

SETUP = """\
curl -X POST $base/in/generic/$key \\
  -H 'Content-Type: application/json' \\
  -d '{"title": "Queue grows", "status": "firing", "host": "web-1"}'
"""
MAPPING, PREFIX = "mapping", "prefix"
"""Words of the feed's settings: the text of the mapping in use, and what its keys of alerts begin with."""


def parse(payload: Any, arrival: Arrival) -> Iterator[Alert]:
    """Yield what the mapping of the feed makes of a body."""
    return reading.alerts(mapped(arrival), payload, arrival.at, arrival.settings.get(PREFIX, ""))


def mapped(arrival: Arrival) -> text.Mapped:
    """
    Return the mapping of the feed that something came by.

    :raises ValueError: there is none, or this release does not understand it.
    """
    written = arrival.settings.get(MAPPING, "")
    if not written:
        raise ValueError(say("there is no mapping for this key yet"))
    mapping = text.read(written)
    if mapping.findings:
        raise ValueError(f"line {mapping.findings[0].line} of the mapping: {mapping.findings[0].message}")
    return mapping


SOURCE = Source(
    name="generic",
    title="Another sender, by a mapping",
    payload=Any,
    parse=parse,
    setup=SETUP,
    settings=True,
    feed_alone=True,
    signature=standard_webhooks,
)
