"""
Sentry: webhooks of an internal integration, for issue alerts, metric alerts and issues.

Source: https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.ingest.doors import Call
from tocsin.ingest.signatures import hex_sha256
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import instant, key, text, words

Id = str | int


class Actor(msgspec.Struct):
    """Who did it."""

    name: str | None = None


class Project(msgspec.Struct):
    """Where it happened."""

    slug: str | None = None
    name: str | None = None


class Issue(msgspec.Struct, rename="camel"):
    """An issue: events that are one fault."""

    id: Id
    title: str | None = None
    culprit: str | None = None
    level: str | None = None
    project: Project | None = None
    short_id: str | None = None
    web_url: str | None = msgspec.field(default=None, name="web_url")
    permalink: str | None = None
    assigned_to: Actor | None = None


class Event(msgspec.Struct):
    """The event that set an issue alert off."""

    issue_id: Id | None = None
    event_id: str | None = None
    title: str | None = None
    culprit: str | None = None
    level: str | None = None
    platform: str | None = None
    environment: str | None = None
    web_url: str | None = None
    datetime: str | None = None
    tags: list[list[Any]] | None = None


class Rule(msgspec.Struct):
    """The rule of a metric alert."""

    name: str | None = None
    aggregate: str | None = None
    query: str | None = None


class MetricAlert(msgspec.Struct):
    """A metric that passed a threshold."""

    id: Id
    title: str | None = None
    identifier: Id | None = None
    projects: list[str] | None = None
    alert_rule: Rule | None = None
    date_started: str | None = None


class Data(msgspec.Struct):
    """What a hook is about, by its resource."""

    event: Event | None = None
    triggered_rule: str | None = None
    issue: Issue | None = None
    metric_alert: MetricAlert | None = None
    description_title: str | None = None
    description_text: str | None = None
    web_url: str | None = None


class Hook(msgspec.Struct):
    """The body of a hook."""

    action: str
    data: Data
    actor: Actor | None = None


class Payload(msgspec.Struct):
    """A hook with what its headers say; `sent_at` counts seconds."""

    resource: str
    sent_at: str
    hook: Hook


def gather(call: Call) -> bytes:
    """Return the body under the names of the headers that say what it is."""
    resource, sent_at = call.headers.get("sentry-hook-resource", ""), call.headers.get("sentry-hook-timestamp", "")
    return msgspec.json.encode({"resource": resource, "sent_at": sent_at, "hook": msgspec.Raw(call.body)})


def parse(payload: Payload, arrival: Arrival) -> Iterator[Alert]:
    """Yield the alert of an issue or of a metric. A hook about anything else (an installation, a comment) is none."""
    hook, data = payload.hook, payload.hook.data
    if data.metric_alert is not None:
        yield _metric(hook, data.metric_alert, payload, arrival)
    elif data.event is not None:
        yield _event(data.event, data, payload)
    elif data.issue is not None and hook.action in _ISSUE:
        yield _issue(hook, data.issue, payload, arrival)


_ISSUE = {"created": True, "unresolved": True, "assigned": True, "resolved": False, "archived": False, "ignored": False}
"""Whether an issue fires after what was done to it."""


def _issue(hook: Hook, issue: Issue, payload: Payload, arrival: Arrival) -> Alert:
    sent_at, firing = instant(payload.sent_at), _ISSUE[hook.action]
    labels = {"severity": issue.level, "service": _slug(issue.project), "issue": issue.short_id}
    taken = (issue.assigned_to or hook.actor or Actor()).name or "" if hook.action == "assigned" else None
    return Alert(
        key=key(f"issue:{issue.id}"),
        title=issue.title or text(issue.short_id) or text(issue.id),
        firing=firing,
        starts_at=None,
        ends_at=None if firing else sent_at or arrival.at,
        labels=words(labels),
        annotations=words({"culprit": issue.culprit}),
        link=issue.web_url or issue.permalink or "",
        happened_at=sent_at,
        sequenced=sent_at is not None,
        acknowledged_by=taken,
    )


def _event(event: Event, data: Data, payload: Payload) -> Alert:
    tags = {str(pair[0]): text(pair[1]) for pair in event.tags or () if len(pair) == 2}
    sent_at = instant(payload.sent_at)
    labels = {"severity": event.level, "environment": event.environment or tags.get("environment"), "rule": data.triggered_rule}
    return Alert(
        key=key(f"issue:{event.issue_id}") if event.issue_id is not None else key(f"event:{event.event_id}"),
        title=event.title or data.triggered_rule or text(event.issue_id),
        firing=True,
        starts_at=None,
        ends_at=None,
        labels=words(tags | words(labels)),
        annotations=words({"culprit": event.culprit, "platform": event.platform}),
        link=event.web_url or "",
        happened_at=sent_at or instant(event.datetime),
        sequenced=sent_at is not None,
    )


def _metric(hook: Hook, alert: MetricAlert, payload: Payload, arrival: Arrival) -> Alert:
    data, firing, sent_at = hook.data, hook.action != "resolved", instant(payload.sent_at)
    rule = alert.alert_rule or Rule()
    labels = {"severity": hook.action if firing else "", "service": alert.projects, "rule": rule.name}
    return Alert(
        key=key(f"metric:{alert.id}"),
        title=data.description_title or alert.title or text(alert.id),
        firing=firing,
        starts_at=None,
        ends_at=None if firing else sent_at or arrival.at,
        labels=words(labels),
        annotations=words({"description": data.description_text, "measured": rule.aggregate, "query": rule.query}),
        link=data.web_url or "",
        happened_at=sent_at or instant(alert.date_started),
        sequenced=sent_at is not None,
    )


def _slug(project: Project | None) -> str:
    return (project.slug or project.name or "") if project else ""


SETUP = """\
# Settings > Custom Integrations > Internal Integration. Webhook URL:
$base/in/sentry/$key
# Permissions: Issue & Event read. Webhooks: issue. Alert Rule Action: on.
"""

SOURCE = Source(
    name="sentry",
    title="Sentry",
    payload=Payload,
    parse=parse,
    setup=SETUP,
    gather=gather,
    signature=hex_sha256("sentry-hook-signature"),
)
