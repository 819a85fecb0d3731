"""Grafana Alerting: the webhook contact point. Source: https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from tocsin.ingest.signatures import hex_sha256
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import instant, key_of, words

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Entry(msgspec.Struct, rename="camel"):
    """One alert of a notification."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    starts_at: Instant
    ends_at: str | None = None
    fingerprint: Annotated[str, msgspec.Meta(max_length=255)] = ""
    annotations: dict[str, str] | None = None
    values: dict[str, Any] | None = None
    value_string: str | None = None
    generator_url: str | None = msgspec.field(default=None, name="generatorURL")
    dashboard_url: str | None = msgspec.field(default=None, name="dashboardURL")
    panel_url: str | None = msgspec.field(default=None, name="panelURL")


class Payload(msgspec.Struct):
    """One notification."""

    alerts: list[Entry]


def parse(payload: Payload, _: Arrival) -> Iterator[Alert]:
    """Yield one Alert per entry. What was measured becomes annotations beside those of the rule, which go first."""
    for entry in payload.alerts:
        firing, annotations = entry.status == "firing", entry.annotations or {}
        measured = words({f"value {name}": value for name, value in (entry.values or {}).items()} or {"values": entry.value_string})
        fingerprint = entry.fingerprint or key_of(entry.labels)
        yield Alert(
            key=fingerprint,
            title=annotations.get("summary") or entry.labels.get("alertname") or fingerprint,
            firing=firing,
            starts_at=entry.starts_at,
            ends_at=None if firing else instant(entry.ends_at),
            labels=entry.labels,
            annotations=measured | annotations,
            link=entry.panel_url or entry.dashboard_url or entry.generator_url or "",
        )


SETUP = """\
apiVersion: 1
contactPoints:
  - name: Tocsin
    receivers:
      - uid: tocsin
        type: webhook
        settings:
          url: $base/in/grafana
          authorization_scheme: Bearer
          authorization_credentials: "$key"
"""

SOURCE = Source(
    name="grafana",
    title="Grafana Alerting",
    payload=Payload,
    parse=parse,
    setup=SETUP,
    signature=hex_sha256("x-grafana-alerting-signature"),
)
