"""The clients of the services that are imitated here, unchanged but for the address, against a whole server."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
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
