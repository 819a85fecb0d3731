"""Prometheus Alertmanager: webhook payload version 4. Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import key_of

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Entry(msgspec.Struct, rename="camel"):
    """One alert of a notification. `ends_at` in the year 1 means that it is still open."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    starts_at: Instant
    ends_at: Instant | None = None
    fingerprint: Annotated[str, msgspec.Meta(max_length=255)] = ""
    annotations: dict[str, str] = {}
    generator_url: str = msgspec.field(default="", name="generatorURL")


class Payload(msgspec.Struct):
    """One notification. The grouping around its alerts is Alertmanager's own affair."""

    alerts: list[Entry]


def parse(payload: Payload, _: Arrival) -> Iterator[Alert]:
    """Yield one Alert per entry. The fingerprint is the key; where a sender's template leaves it out, the labels are."""
    for entry in payload.alerts:
        firing = entry.status == "firing"
        key = entry.fingerprint or key_of(entry.labels)
        yield Alert(
            key=key,
            title=entry.annotations.get("summary") or entry.labels.get("alertname") or key,
            firing=firing,
            starts_at=entry.starts_at,
            ends_at=None if firing else _told(entry.ends_at),
            labels=entry.labels,
            annotations=entry.annotations,
            link=entry.generator_url,
        )


def _told(at: datetime | None) -> datetime | None:
    """Return `at` unless it is the zero time."""
    return at if at is not None and at.year > 1 else None


SETUP = """\
receivers:
  - name: tocsin
    webhook_configs:
      - url: $base/in/alertmanager
        send_resolved: true
        http_config: {authorization: {credentials: "$key"}}
"""

SOURCE = Source(name="alertmanager", title="Prometheus Alertmanager", payload=Payload, parse=parse, setup=SETUP)
