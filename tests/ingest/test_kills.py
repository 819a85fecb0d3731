"""A lane that is killed under load: whatever a socket has acknowledged is there afterwards, once."""

import asyncio
import json
import os
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import httpx
import pytest
from django.db import connection, connections

from tests.ingest import bodies
from tests.serving import eventually, free_port
from tests.warm import Process
from tocsin.accounts import founding, keys
from tocsin.accounts.models import Key
from tocsin.ingest.follower import Follower
from tocsin.ingest.models import Alert, RawBody
from tocsin.kit.sqlite.breakdown import EXIT_STATUS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]

BATCH = 3
SENDERS = 8
SEED = 20240607


class Servers:
    """The process from which servers on the test's own database are forked; see its module. One runs at a time."""

    def __init__(self) -> None:
        self.process = Process.on_the_tests_database("tests.ingest.server")
        self.runs = False
        self.told: dict[str, int] = {}

    def start(self, dies_before: int = 0, port: int = 0) -> "Servers":
        """
        Start a server, which is killed before statement number `dies_before` of its own, if one is given.

        No connection of this process is open, so that on SQLite it has to recover by itself.
        """
        connections.close_all()
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"dies_before": dies_before, "port": port}) + "\n")
        self.process.stdin.flush()
        self.pid, self.port = self._next("pid"), self._next("port")
        self.runs = True
        return self

    def end(self, how: signal.Signals) -> int:
        """End the server and return its exit status."""
        os.kill(self.pid, how)
        return self.wait()

    def alive(self) -> bool:
        """Return whether the server still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def wait(self) -> int:
        """Return the exit status once the server has ended."""
        status = self._next("ended")
        self.runs = False
        return status

    def close(self) -> None:
        """End whatever still runs."""
        if self.runs:
            self.end(signal.SIGKILL)
        self.process.communicate()

    def _next(self, name: str) -> int:
        assert self.process.stdout is not None
        while name not in self.told:  # the server and its parent speak at the same time
            self.told |= json.loads(self.process.stdout.readline())
        return self.told.pop(name)


@pytest.fixture
def servers(transactional_db: None) -> Iterator[Servers]:
    made = Servers()
    yield made
    made.close()


@pytest.fixture
def secret() -> str:
    organisation, ana = founding.found("Hotline", "ana@example.org", "Ana", "en")
    return keys.create(organisation, keys.INGEST, "prometheus", person=ana)[1]


@pytest.fixture
def numbers() -> Iterator[int]:
    return iter(range(1_000_000))


class Load:
    """Senders that post alert after alert over kept connections, and remember what was sent and what was acknowledged."""

    def __init__(self, secret: str, numbers: Iterator[int]) -> None:
        self.path = f"/in/alertmanager/{secret}"
        self.numbers = numbers
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.left = 0
        self.kill: Callable[[], object] = lambda: None

    async def until_killed(self, server: Servers, after: int, delay_s: float) -> None:
        """Send until the server is gone; it is killed `delay_s` after acknowledgement number `after`."""
        self.left = after
        self.kill = lambda: asyncio.get_running_loop().call_later(delay_s, os.kill, server.pid, signal.SIGKILL)
        await asyncio.gather(*(self._send(server.port) for _ in range(SENDERS)))

    async def _send(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                batch = [f"n{next(self.numbers)}" for _ in range(BATCH)]
                self.sent.update(batch)
                body = bodies.body(*(bodies.entry(key) for key in batch))
                writer.write(f"POST {self.path} HTTP/1.1\r\nHost: t\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                head = await reader.readuntil(b"\r\n\r\n")
                answer = await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
                if head.startswith(b"HTTP/1.1 202") and json.loads(answer) == {"status": "accepted"}:
                    self.acknowledged.update(batch)
                    self.left -= 1
                    if self.left == 0:
                        self.kill()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def follow() -> None:
    """Read the log to its end. The session of a killed server may hold a turn until the database has noticed."""
    follower = Follower()

    eventually(lambda: not follower.run_once() and not RawBody.objects.filter(state=RawBody.State.WAITING).exists())


@pytest.mark.row("I1", "I2", "F-1")
def test_killed_at_random_moments_nothing_acknowledged_is_lost(servers, secret, numbers, times):
    chance, load, kills = random.Random(SEED), Load(secret, numbers), times(20, 10_000)
    for _ in range(kills):
        asyncio.run(load.until_killed(servers.start(), chance.randint(1, 40), chance.uniform(0, 0.02)))
        assert servers.wait() == -signal.SIGKILL

    follow()
    alerts = dict(Alert.objects.values_list("fingerprint", "received"))
    assert load.acknowledged - alerts.keys() == set()
    assert alerts.keys() - load.sent == set()
    assert set(alerts.values()) == {1}
    assert RawBody.objects.filter(state=RawBody.State.SETTLED).count() * BATCH == len(alerts) == RawBody.objects.count() * BATCH
    unacknowledged = len(alerts) - len(load.acknowledged)
    assert unacknowledged <= kills * SENDERS * BATCH, "a body is acknowledged as soon as it is stored"


@pytest.mark.row("I1", "I2", "F-1")
def test_killed_at_hundreds_of_random_moments_of_storing_and_reading_nothing_acknowledged_is_lost(secret, times):
    chance, lives = random.Random(SEED), times(480, 10_000)
    key = Key.objects.get()
    life = {"organisation": str(key.organisation_id), "key": str(key.id)}
    connections.close_all()
    acknowledged: list[str] = []
    parent = Process.on_the_tests_database("tests.ingest.mortals")
    for name in range(lives):
        order = {**life, "name": f"n{name}", "dies_after_s": chance.uniform(0.0005, 0.040)}
        acknowledged += one_life(parent, json.dumps(order))
    parent.communicate()
    assert len(acknowledged) > lives / 8, "they were to be killed at work, on a busy machine too"

    follow()
    alerts = dict(Alert.objects.values_list("fingerprint", "received"))
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) - alerts.keys() == set()
    assert set(alerts.values()) == {1}
    assert len(alerts) == RawBody.objects.filter(state=RawBody.State.SETTLED).count() == RawBody.objects.count()
    assert len(alerts) - len(acknowledged) <= 2 * lives, "a group is acknowledged as soon as it is stored"


def one_life(parent: Process, order: str) -> list[str]:
    """Let one child live and die, and return what it acknowledged."""
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(f"{order}\n")
    parent.stdin.flush()
    acknowledged = []
    while True:
        word, what = parent.stdout.readline().split()
        if word == "ended":
            assert int(what) == -signal.SIGALRM
            return acknowledged
        acknowledged.append(what)


@pytest.mark.alertmanager
@pytest.mark.row("I1", "F-1")
def test_every_alert_of_the_real_alertmanager_arrives_however_often_the_server_dies(servers, secret, alertmanager, times):
    chance, port, fired, lives = random.Random(SEED), free_port(), set(), times(4, 300)
    sender = alertmanager(f"http://127.0.0.1:{port}/in/alertmanager/{secret}")
    for life in range(lives):
        for number in range(3):
            name = f"Fault{life}x{number}"
            sender.fire(alertname=name)
            fired.add(name)
        server = servers.start(port=port)
        eventually(partial(arrived_or_late, time.monotonic() + chance.uniform(0.1, 0.6), fired))
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    servers.start(port=port)
    eventually(lambda: fired <= alert_names(), 60)
    assert alert_names() == fired


def alert_names() -> set[str]:
    names = {labels["alertname"] for labels in Alert.objects.values_list("labels", flat=True)}
    connection.close()
    return names


def arrived_or_late(until: float, fired: set[str]) -> bool:
    return time.monotonic() > until or fired <= alert_names()


def post(server: Servers, secret: str, *keys_: str) -> httpx.Response:
    url = f"http://127.0.0.1:{server.port}/in/alertmanager/{secret}"
    return httpx.post(url, content=bodies.body(*map(bodies.entry, keys_)), trust_env=False, timeout=30)


@pytest.mark.row("I1", "I2", "F-1")
def test_killed_before_any_statement_nothing_acknowledged_is_lost_and_no_body_is_half_read(servers, secret):
    acknowledged: set[str] = set()
    deaths = 0
    while True:
        server, pair = servers.start(dies_before=deaths + 1), [f"n{deaths}-1", f"n{deaths}-2"]
        with suppress(httpx.TransportError):
            assert post(server, secret, *pair).status_code == 202
            acknowledged.update(pair)
        eventually(partial(settled_or_dead, server, pair))
        if server.alive():
            break
        assert server.wait() == -signal.SIGKILL
        deaths += 1
    server.end(signal.SIGKILL)
    assert deaths >= 8, "finding a key, storing a body and settling it are more statements than that"

    follow()
    alerts = dict(Alert.objects.values_list("fingerprint", "received"))
    assert acknowledged - alerts.keys() == set()
    assert len(alerts) == 2 * RawBody.objects.count()
    assert set(alerts.values()) == {1}


def settled_or_dead(server: Servers, keys_: list[str]) -> bool:
    settled = Alert.objects.filter(fingerprint__in=keys_).exists()
    connection.close()
    return settled or not server.alive()


@pytest.mark.row("F-8", "I1")
def test_a_commit_that_fails_is_answered_503_and_nothing_is_tried_again(servers, secret):
    server = servers.start()
    assert post(server, secret, "a1").status_code == 202
    break_database(server)
    reply = post(server, secret, "a2")
    assert (reply.status_code, reply.json()["code"], reply.headers["retry-after"]) == (503, "not_stored", "1")
    if connection.vendor == "sqlite":  # what the disk holds is unknown: only a fresh process may look
        assert server.wait() == EXIT_STATUS
        server = servers.start()
    assert post(server, secret, "a3").status_code == 202
    server.end(signal.SIGKILL)
    follow()
    assert list(Alert.objects.order_by("fingerprint").values_list("fingerprint", flat=True)) == ["a1", "a3"]


def break_database(server: Servers) -> None:
    """Let no file of the server grow any more, or cut its connections to PostgreSQL."""
    if connection.vendor == "sqlite":
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, 1))
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
