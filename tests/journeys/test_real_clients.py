"""The clients of the services that are imitated here, unchanged but for the address, against a whole server."""

from collections.abc import Callable, Iterator
from typing import Any

import alertaclient.exceptions
import httpx
import opsgenie_sdk
import pytest

from tests.database import fresh_database
from tests.payloads import clients, servers
from tests.serving import Installed, Template, eventually


@pytest.fixture(scope="module")
def server(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Give one server for all clients."""
    with fresh_database(template.served.database_url) as url:
        copy = template.copy(tmp_path_factory.mktemp("clients") / "home", url)
        copy.served.start()
        yield copy
        copy.served.close()


@pytest.fixture
def alerts(server: Installed) -> Iterator[Callable[..., list[Any]]]:
    """Give what the API says of the alerts of a source, title and whether it fires, by title."""
    headers = {"Authorization": f"Bearer {server.api_key}"}
    with httpx.Client(base_url=f"{server.served.url}/api/v1", headers=headers, trust_env=False) as api:

        def look(source: str) -> list[Any]:
            items = api.get("/alerts", params={"source": source}).raise_for_status().json()["items"]
            return sorted((one["title"], one["firing"]) for one in items)

        yield look


@pytest.mark.parametrize(
    ("send", "source", "expected"),
    [
        (clients.with_pagerduty, "pagerduty", [("Queue wait over 8 minutes on line 4001", False)]),
        (clients.with_opsgenie, "opsgenie", [("Диск заполнен на db-1", False)]),
        (clients.with_alerta, "alerta", [("web-1 answers", False)]),
        (clients.with_cloudevents, "cloudevents", [("Очередь короче 8 минут", False)]),
        (clients.with_slack, "slack", [("Disk full on db-1", False), ("Line 4001 is busy", True)]),
    ],
    ids=["pagerduty", "opsgenie", "alerta", "cloudevents", "slack"],
)
def test_a_client_library_sends_to_us_as_it_does_to_its_own_service(server, alerts, send, source, expected):
    send(server.served.url, server.ingest_key)
    eventually(lambda: alerts(source) == expected)
    assert alerts(source) == expected, "and stays so"


def test_what_people_do_with_the_client_of_opsgenie_is_done_and_can_be_read_again_with_it(server):
    with clients.opsgenie(server.served.url, server.ingest_key) as api:

        def settled(accepted: Any) -> Any:
            return eventually(lambda: status(accepted.request_id))

        def status(request: str) -> Any:
            try:
                return api.get_request_status(request_id=request).data
            except opsgenie_sdk.ApiException as error:
                if error.status != 404:
                    raise
                return None

        made = api.create_alert(
            create_alert_payload={"message": "Disk full", "alias": "disk/2", "tags": ["night"], "details": {"region": "n"}}
        )
        created = settled(made)
        assert (created.is_success, created.action, created.alias) == (True, "Create", "disk/2")
        clients.done_with_opsgenie(api, "disk/2")
        settled(api.add_note(identifier=created.alert_id, add_note_to_alert_payload={"note": "by its id"}))
        alert = api.get_alert(identifier=created.alert_id).data
        assert (alert.message, alert.priority, alert.tags, alert.details) == (
            "Disk of the queue's log is full",
            "P1",
            ["log", "queue"],
            {"volume": "/var/log"},
        )
        assert (alert.status, alert.acknowledged) == ("open", False)
        noted = api.list_notes(identifier="disk/2", identifier_type="alias").data
        assert [(one.owner, one.note) for one in noted] == [
            ("bea@example.net", "looking"),
            ("bea@example.net", "It is the log of the queue."),
            ("", "by its id"),
        ]
        assert len(api.list_logs(identifier="disk/2", identifier_type="alias").data) == 14
        unknown = api.add_note(identifier="nobody", add_note_to_alert_payload={"note": "?"})
        assert not settled(unknown).is_success


def test_what_people_do_with_the_client_of_alerta_is_done_and_can_be_read_again_with_it(server):
    with clients.alerta(server.served.url, server.ingest_key) as client:
        what = {"environment": "Production", "severity": "minor", "tags": ["night"]}
        id_, _, _ = client.send_alert("web-2", "DiskFull", text="web-2 has no room", **what)
        clients.done_with_alerta(client, id_)
        client.action(id_, "ack", "again")
        eventually(lambda: noted(client, id_) == ["looking", "It is the log of the queue.", "again"])
        alert = client.get_alert(id_)
        assert alert.status == "ack"
        assert (alert.resource, alert.event, alert.tags, alert.attributes) == ("web-2", "DiskFull", ["log", "night"], {"region": "north"})
        with pytest.raises(alertaclient.exceptions.AlertaException, match="Checks"):
            client.heartbeat("cron")


def noted(client: Any, id_: str) -> list[str]:
    """Return what is noted at an alert of Alerta, nothing before anything has been read."""
    try:
        return [one.text for one in client.get_alert_notes(id_)]
    except alertaclient.exceptions.AlertaException:
        return []


@pytest.mark.alertmanager
def test_alertmanagers_own_senders_send_to_us_as_they_do_to_the_services_they_are_for(server, alerts):
    def fires(sender: str) -> list[bool]:
        return [firing for title, firing in alerts(sender) if f"HotlineQueue (north {sender} critical)" in title]

    with servers.alertmanager(server.served.url, server.ingest_key) as address:
        for over in (False, True):
            for sender in servers.SENDERS:
                servers.tell(address, sender, over=over)
            for sender in servers.SENDERS:
                eventually(lambda sender=sender, over=over: fires(sender) == [not over])
