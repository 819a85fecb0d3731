"""Stopping: asked to, the server finishes what it has begun; killed while it makes its tables, the next start makes them whole."""

import contextlib
import itertools
import sqlite3
import threading
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from tests.serving import Served, eventually

pytestmark = pytest.mark.kill


def alert(number: int) -> dict[str, object]:
    """Return one notification of Alertmanager about an alert of its own."""
    now = datetime.now(UTC).isoformat()
    one = {"status": "firing", "labels": {"alertname": f"A{number}"}, "annotations": {}, "startsAt": now, "endsAt": "0001-01-01T00:00:00Z"}
    return {"version": "4", "status": "firing", "receiver": "t", "alerts": [one | {"generatorURL": "", "fingerprint": f"{number:016x}"}]}


@pytest.mark.row("F-5", "I1")
def test_asked_to_stop_it_ends_in_time_and_nothing_acknowledged_is_lost(running, api):
    incident = api.post("/incidents", json={"words": "The hotline is silent"}).json()["incident"]
    notes, alerts = [], []

    def note(number: int) -> None:
        notes.append(api.post(f"/incidents/{incident}/commands", json={"command": "note", "words": f"{number}"}).json()["seq"])

    def alarm(number: int) -> None:
        url = f"{running.served.url}/in/alertmanager/{running.ingest_key}"
        if httpx.post(url, json=alert(number), trust_env=False, timeout=10).is_success:
            alerts.append(f"A{number}")

    threads = [threading.Thread(target=until_it_ends, args=(act,)) for act in (note, alarm)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(notes) > 10 and len(alerts) > 10, within_s=30)
    assert running.served.stop() == 0
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()

    running.served.start()
    kept = {line["seq"] for line in lines(api, incident)}
    assert kept.issuperset(notes)
    eventually(lambda: {one["labels"]["alertname"] for one in pages(api, "/alerts")}.issuperset(alerts), within_s=30)


def until_it_ends(act):
    """Do it again and again until the server does not answer any more."""
    with contextlib.suppress(httpx.TransportError, AssertionError):
        for number in itertools.count():
            act(number)


def lines(api, incident):
    return pages(api, f"/incidents/{incident}/timeline")


def pages(api, path):
    """Return every item of a paged list."""
    found, cursor = [], None
    while True:
        page = api.get(path, params={"limit": 100} | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page.get("next")
        if not cursor:
            return found


@pytest.mark.row("F-4")
def test_killed_while_it_makes_its_tables_the_next_start_makes_them_whole(served: Served):
    for _ in range(4):
        before = steps_made(served)  # if all are made, there is no next one: then it is killed as soon as it answers
        served.start_and_kill(lambda before=before: steps_made(served) > before or served.is_ready())
    served.start()
    assert served.stop() == 0
    printed = served.setup()
    assert printed["api_key"]
    served.start()
    with httpx.Client(
        base_url=served.url, headers={"Authorization": f"Bearer {printed['api_key']}"}, trust_env=False, timeout=60
    ) as client:
        assert client.post("/api/v1/incidents", json={"words": "after all"}).status_code == 201


def steps_made(served: Served) -> int:
    """Return how many steps of making the tables are recorded."""
    with contextlib.suppress(psycopg.Error, sqlite3.Error):
        if served.database_url:
            with psycopg.connect(served.database_url) as there:
                return there.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
        with contextlib.closing(sqlite3.connect(f"{(served.home / 'tocsin.sqlite3').as_uri()}?mode=ro", uri=True)) as here:
            return here.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
    return 0
