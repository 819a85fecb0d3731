"""
Prometheus itself, posting to us what it posts to an Alertmanager: API v2.

Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (postAlerts)
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from tocsin.ingest.doors import Call, Door
from tocsin.ingest.problems import Answer
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import instant, key_of

RESOLVE_TIMEOUT = timedelta(minutes=5)
"""How long an alert fires after its sender was last heard, if it does not say so: Alertmanager's own default."""


class Entry(msgspec.Struct, rename="camel"):
    """One alert. It fires until `ends_at`, which Prometheus moves on as long as the rule holds."""

    labels: dict[str, str]
    annotations: dict[str, str] | None = None
    starts_at: Any = None
    ends_at: Any = None
    generator_url: str = msgspec.field(default="", name="generatorURL")

    def __post_init__(self) -> None:
        if not any(self.labels.values()):
            raise ValueError("an alert has labels")


def parse(entries: list[Entry], arrival: Arrival) -> Iterator[Alert]:
    """Yield one Alert per entry, known by its labels as Alertmanager knows it."""
    for entry in entries:
        labels = {name: value for name, value in entry.labels.items() if value}
        annotations, until = entry.annotations or {}, instant(entry.ends_at)
        firing = until is None or until > arrival.at
        yield Alert(
            key=key_of(labels),
            title=annotations.get("summary") or labels.get("alertname") or ", ".join(labels.values()),
            firing=firing,
            starts_at=instant(entry.starts_at),
            ends_at=None if firing else until,
            labels=labels,
            annotations=annotations,
            link=entry.generator_url,
            expires_at=(until or arrival.at + RESOLVE_TIMEOUT) if firing else None,
        )


def accept(_: list[Entry], __: Call) -> Answer:
    """Answer as Alertmanager does: 200 and nothing."""
    return Answer(200, [(b"content-length", b"0")], b"")


SETUP = """\
alerting:
  alertmanagers:
    - scheme: $scheme
      static_configs: [{targets: ["$host"]}]
      authorization: {credentials: "$key"}
"""

SOURCE = Source(
    name="prometheus",
    title="Prometheus",
    payload=list[Entry],
    parse=parse,
    setup=SETUP,
    doors=(Door("/api/v2/alerts"),),
    accept=accept,
)
