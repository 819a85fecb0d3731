"""
The client libraries of the imitated services, and what each is used for here.

`DJANGO_SETTINGS_MODULE=tests.settings python -m tests.payloads.clients` records what they send into the folders beside this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import alertaclient.api
import httpx
import httpx2
import opsgenie_sdk
import pagerduty
from cloudevents.core.bindings import http as cloudevents_http
from cloudevents.core.v1.event import CloudEvent
from slack_sdk.webhook import WebhookClient

from tests.payloads.recorder import recording


class WithoutTls(httpx2.HTTPTransport):
    """Carries to a server without TLS what its client insists to send with it."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme="http")
        return super().handle_request(request)


def with_pagerduty(url: str, key: str) -> None:
    """Trigger, acknowledge and resolve; tell of a change."""
    client = pagerduty.EventsApiV2Client(key, base_url=url.replace("http:", "https:"), transport=WithoutTls())
    name = client.trigger(
        "Queue wait over 8 minutes on line 4001",
        "sip-3.example.net",
        dedup_key="hotline/4001",
        severity="critical",
        custom_details={"wait": 512, "region": "north", "lines": ["4001", "4002"]},
        links=[{"href": "https://graphs.example.net/hotline", "text": "Graph"}],
        payload={"component": "queue", "group": "hotline", "class": "latency", "timestamp": "2026-11-27T09:12:00.5+00:00"},
    )
    client.acknowledge(name)
    client.resolve(name)
    client.submit("Release 4.2 is out", "sip-3.example.net", timestamp="2026-11-27T09:00:00Z")
    client.close()


@contextmanager
def opsgenie(url: str, key: str) -> Iterator[opsgenie_sdk.AlertApi]:
    """Give the client of Opsgenie's Alert API."""
    configuration = opsgenie_sdk.Configuration()
    configuration.api_key["Authorization"] = key
    configuration.host = url
    api = opsgenie_sdk.AlertApi(opsgenie_sdk.ApiClient(configuration))
    yield api
    api.api_client.rest_client.pool_manager.clear()


def with_opsgenie(url: str, key: str) -> None:
    """Create, acknowledge and close by alias."""
    with opsgenie(url, key) as api:
        create_and_close(api)


def create_and_close(api: opsgenie_sdk.AlertApi) -> None:
    """Create an alert, acknowledge and close it."""
    api.create_alert(
        create_alert_payload=opsgenie_sdk.CreateAlertPayload(
            message="Диск заполнен на db-1",
            alias="disk/db 1",
            description="96 % of /var",
            responders=[{"name": "Storage", "type": "team"}],
            tags=["disk", "night"],
            details={"region": "north"},
            entity="db-1.example.net",
            priority="P2",
            source="cron",
        )
    )
    api.acknowledge_alert(identifier="disk/db 1", identifier_type="alias", acknowledge_alert_payload={"user": "bea@example.net"})
    api.close_alert(identifier="disk/db 1", identifier_type="alias", close_alert_payload={"user": "bea@example.net", "note": "cleaned"})


def done_with_opsgenie(api: opsgenie_sdk.AlertApi, alias: str) -> None:
    """Do to an open alert all that its people do to one."""
    who: dict[str, Any] = {"user": "bea@example.net"}
    what: dict[str, Any] = {"identifier": alias, "identifier_type": "alias"}
    api.acknowledge_alert(**what, acknowledge_alert_payload={**who, "note": "looking"})
    api.add_note(**what, add_note_to_alert_payload={**who, "note": "It is the log of the queue."})
    api.add_tags(**what, add_tags_to_alert_payload={**who, "tags": ["queue", "log"]})
    api.remove_tags(**what, tags=["night"], user="bea@example.net")
    api.add_details(**what, add_details_to_alert_payload={**who, "details": {"volume": "/var/log"}})
    api.remove_details(**what, keys=["region"])
    api.update_alert_priority(**what, update_alert_priority_payload={"priority": "P1"})
    api.update_alert_message(**what, update_alert_message_payload={"message": "Disk of the queue's log is full"})
    api.assign_alert(**what, assign_alert_payload={**who, "owner": {"username": "chi@example.net"}})
    api.add_responder(**what, add_responder_to_alert_payload={**who, "responder": {"type": "team", "name": "Storage"}})
    api.snooze_alert(**what, snooze_alert_payload=opsgenie_sdk.SnoozeAlertPayload(**who, end_time=datetime(2030, 1, 1, tzinfo=UTC)))
    api.un_acknowledge_alert(**what, un_acknowledge_alert_payload={**who, "note": "gone home"})


@contextmanager
def alerta(url: str, key: str) -> Iterator[alertaclient.api.Client]:
    """Give the client of Alerta."""
    client = alertaclient.api.Client(endpoint=url, key=key)
    yield client
    client.http.session.close()


def with_alerta(url: str, key: str) -> None:
    """Send, act, send again as normal."""
    with alerta(url, key) as client:
        send_and_end(client)


def send_and_end(client: alertaclient.api.Client) -> None:
    """Send an alert, act on it and end it."""
    what = {"environment": "Production", "correlate": ["NodeDown", "NodeUp"], "service": ["Web"], "origin": "check/web-1"}
    id_, _, _ = client.send_alert("web-1", "NodeDown", severity="major", text="web-1 does not answer", value="3 of 3", timeout=3600, **what)
    client.action(id_, "ack", "looking")
    client.send_alert("web-1", "NodeUp", severity="normal", text="web-1 answers", **what)


def done_with_alerta(client: alertaclient.api.Client, id_: str) -> None:
    """Do to an open alert all that its people do to one."""
    client.action(id_, "ack", "looking")
    client.tag_alert(id_, ["queue", "log"])
    client.untag_alert(id_, ["queue"])
    client.update_attributes(id_, {"region": "north"})
    client.alert_note(id_, "It is the log of the queue.")
    client.action(id_, "shelve")
    client.action(id_, "unack", "gone home")


def with_cloudevents(url: str, key: str) -> None:
    """Structured, binary and a batch."""

    def event(id_: str, type_: str, data: object, minute: int = 12) -> CloudEvent:
        attributes = {"id": id_, "source": "//hotline.example.net/north", "type": type_, "specversion": "1.0", "subject": "line/4001"}
        time = datetime(2026, 11, 27, 9, minute, tzinfo=UTC)
        return CloudEvent(attributes | {"datacontenttype": "application/json", "time": time, "team": "voice"}, data)

    began = event("e-1", "net.example.queue.exceeded", {"summary": "Очередь дольше 8 минут", "severity": "critical", "wait": 512})
    ended = event("e-2", "net.example.queue.resolved", {"summary": "Очередь короче 8 минут"}, minute=55)
    for message in (cloudevents_http.to_structured_event(began), cloudevents_http.to_binary_event(ended)):
        httpx.post(f"{url}/in/cloudevents/{key}", content=message.body, headers=dict(message.headers)).raise_for_status()


def with_slack(url: str, key: str) -> None:
    """A text, and an attachment as many tools colour it."""
    client = WebhookClient(f"{url}/services/T0/B0/{key}")
    assert client.send(text="*Problem*: <https://status.example.net/4001|Line 4001> is busy").body == "ok"
    fields = [{"title": "Region", "value": "north", "short": True}]
    client.send(attachments=[{"color": "good", "title": "[RESOLVED] Disk full on db-1", "text": "94 % of /var", "fields": fields}])


SENDERS = {
    with_pagerduty: ("pagerduty", ("trigger", "acknowledge", "resolve", "change")),
    with_opsgenie: ("opsgenie", ("create", "acknowledge", "close")),
    with_alerta: ("alerta", ("major", "ack", "normal")),
    with_cloudevents: ("cloudevents", ("structured", "binary")),
    with_slack: ("slack", ("text", "attachment")),
}


DONE_WITH_OPSGENIE = (
    "acknowledge_noted",
    "note",
    "tag",
    "untag",
    "detail",
    "undetail",
    "priority",
    "message",
    "assign",
    "call",
    "snooze",
    "unacknowledge",
)
KNOWN_TO_ALERTA = "7c992d114dabd0430fe1347a390422d9"
DONE_WITH_ALERTA = ("ack_noted", "tag", "untag", "attributes", "note", "shelve", "unack")


def record() -> None:
    """Record them all."""
    with recording() as recorder:
        for send, (source, names) in SENDERS.items():
            send(recorder.url, "good")
            recorder.write(source, *names)
        with opsgenie(recorder.url, "good") as api:
            done_with_opsgenie(api, "disk/db 1")
        recorder.write("opsgenie", *DONE_WITH_OPSGENIE)
        with alerta(recorder.url, "good") as client:
            done_with_alerta(client, KNOWN_TO_ALERTA)
        recorder.write("alerta", *DONE_WITH_ALERTA)


if __name__ == "__main__":
    record()
