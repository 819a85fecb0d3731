"""A storm that leaves no room: whoever is turned away is told when to come again, is counted, and loses nothing by it."""

import asyncio
import json
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from django.db import DatabaseError

from tests import programs
from tests.alertmanager import Alertmanager
from tests.ingest import bodies
from tests.ingest.posting import Held, Store, post
from tests.ingest.test_wire import serving
from tocsin.accounts import founding, keys
from tocsin.ingest import held, problems, sources
from tocsin.ingest.keyring import Holder, Keyring
from tocsin.ingest.lane import Lane, Limits
from tocsin.ingest.models import Tally
from tocsin.ingest.problems import Problem
from tocsin.ingest.turned_away import TurnedAway
from tocsin.ingest.writer import Writer
from tocsin.kit import bulk
from tocsin.kit.reserve import reserve

HOTLINE, OTHER = UUID(int=7), UUID(int=8)
HOLDERS = {"flood": Holder(UUID(int=1), HOTLINE), "good": Holder(UUID(int=2), HOTLINE), "other": Holder(UUID(int=3), OTHER)}
FLOOD = bodies.body().ljust(8 * 1024)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> TurnedAway:
    """What this process has turned away, from now on."""
    made = TurnedAway()
    monkeypatch.setattr(held.turned_away, "counted", made)
    return made


def turned_away(counted: TurnedAway) -> dict[UUID, int]:
    return {key: number for (_, key, _), number in counted._counts.items()}


def full(disk: Held, room: int) -> Lane:
    """Return a lane with room for so many bodies of a flood at a time."""
    limits = Limits(organisation_held_bytes_max=room * len(FLOOD))
    return Lane(limits, lambda: Keyring(HOLDERS.get), lambda queues: Writer(queues, store=disk))


# ------------------------------------------------------------------ senders, each as patient as it is

Send = Callable[[str, threading.Event], None]
NAMES = ["HotlineQueue", "LineDown", "DialToneMissing"]


def alertmanager_sends(start: Callable[[str], Alertmanager]) -> Send:
    """Return how the real one sends: it tries again after 5xx alone, half a second later and then ever more."""

    def send(url: str, over: threading.Event) -> None:
        running = start(f"{url}/in/alertmanager/good")
        for name in NAMES:
            running.fire(alertname=name)
        over.wait(30)

    return send


def grafana_sends(url: str, over: threading.Event) -> None:
    """
    Send as Grafana's webhooks do: whatever goes wrong ends a notification, and the group is sent again when it is flushed again.

    Source: github.com/grafana/alerting, receivers/webhook/v1/webhook.go, where no failure is worth another try.
    """
    flushes_every_s = 0.2
    body = bodies.body(*(bodies.entry(name, labels={"alertname": name}) for name in NAMES))
    while not httpx.post(f"{url}/in/grafana/good", content=body, trust_env=False).is_success:
        over.wait(flushes_every_s)


def curl_sends(path: str, said: Callable[[str], object]) -> Send:
    """Return how the real curl sends with `--retry`: it comes again after 408, 429 and 5xx, when it was told to."""

    def send(url: str, over: threading.Event) -> None:
        for name in NAMES:
            command = [programs.program("curl"), "-sS", "--fail", "--retry", "5", "--json", json.dumps(said(name)), f"{url}{path}"]
            subprocess.run(command, check=True, capture_output=True, env={"no_proxy": "*"})

    return send


def event(name: str) -> dict[str, object]:
    return {"routing_key": "good", "event_action": "trigger", "payload": {"summary": name, "source": "pbx", "severity": "critical"}}


SENDERS = [
    pytest.param(alertmanager_sends, id="alertmanager", marks=pytest.mark.alertmanager),
    pytest.param(lambda _: grafana_sends, id="grafana"),
    pytest.param(
        lambda _: curl_sends("/in/zabbix/good", lambda name: {"eventid": name, "eventvalue": "1"}),
        id="curl, told 503",
        marks=pytest.mark.curl,
    ),
    pytest.param(lambda _: curl_sends("/v2/enqueue", event), id="curl, told 429", marks=pytest.mark.curl),
]


@pytest.mark.row("F-28", "I1")
@pytest.mark.parametrize("sender", SENDERS)
def test_what_a_storm_turns_away_arrives_when_it_is_over(sender: Callable, counted: TurnedAway, alertmanager: Callable) -> None:
    disk, over, send = Held(), threading.Event(), sender(alertmanager)

    async def scene() -> None:
        async with serving(full(disk, room=3)) as server:
            flood = [await server.connect() for _ in range(3)]
            for line in flood:
                line.send(FLOOD, path="/in/alertmanager/flood")
            await asyncio.to_thread(disk.committing.wait)
            sending = asyncio.ensure_future(asyncio.to_thread(send, f"http://127.0.0.1:{server.port}", over))
            await until(lambda: turned_away(counted).get(HOLDERS["good"].key_id, 0) >= 1)
            assert not arrived(disk)
            disk.let.set()
            assert [await line.status() for line in flood] == [202] * 3
            await until(lambda: arrived(disk) == set(NAMES))
            over.set()
            await sending

    asyncio.run(scene())


def arrived(disk: Held) -> set[str]:
    written = b" ".join(row.body for row in disk.store.rows if row.key_id == HOLDERS["good"].key_id).decode()
    return {name for name in NAMES if name in written}


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not look():
            await asyncio.sleep(0.01)


# ------------------------------------------------------------------ what they are told


@pytest.mark.row("F-28")
@pytest.mark.parametrize(
    "problem", [problems.BUSY, problems.TOO_FAST, problems.NOT_STORED, problems.NO_DATABASE], ids=lambda problem: problem.code
)
@pytest.mark.parametrize("name", sources.registry())
def test_whoever_is_to_come_again_is_told_when_and_in_a_way_that_it_heeds(name: str, problem: Problem) -> None:
    answer = sources.registry()[name].refused(problem)
    assert int(dict(answer.headers)[b"retry-after"]) >= 1
    assert answer.status in (429, 503)
    assert not (answer.status == 429 and name in ("alertmanager", "prometheus", "grafana", "generic")), "they give up on 4xx"


@pytest.mark.row("F-27", "F-28")
def test_what_comes_faster_than_its_source_is_let_is_told_when_to_come_again_and_keeps_nobody_back(
    counted: TurnedAway, monkeypatch
) -> None:
    monkeypatch.setitem(HOLDERS, "slow", replace(HOLDERS["good"], per_minute=2))
    store = Store()

    async def scene() -> list[tuple[int, str | None]]:
        lane = Lane(Limits(), lambda: Keyring(HOLDERS.get), lambda queues: Writer(queues, store=store))
        async with serving(lane) as server:
            line, beside = await server.connect(), await server.connect()
            told = []
            for _ in range(3):
                line.send(bodies.body(), path="/in/alertmanager/slow")
                status, headers, _ = await line.answer()
                told.append((status, headers.get("retry-after")))
            beside.send(bodies.body(), path="/in/alertmanager/other")
            told.append((await beside.status(), None))
            for path, body in (
                ("/in/slack/slow", b'{"text": "a"}'),
                ("/v2/enqueue", json.dumps(event("a") | {"routing_key": "slow"}).encode()),
            ):
                reply = await post(lane, path, body)
                told.append((reply.status, reply.headers["retry-after"]))
            return told

    assert asyncio.run(scene()) == [(202, None), (202, None), (503, "30"), (202, None), (429, "30"), (429, "30")]
    assert turned_away(counted) == {HOLDERS["good"].key_id: 3}
    assert len(store.rows) == 3


@pytest.mark.row("F-27", "I11")
def test_a_storm_by_one_key_turns_away_its_own_and_nobody_elses(counted: TurnedAway) -> None:
    disk, limits = (
        Held(),
        Limits(held_bytes_max=4 * len(FLOOD), organisation_held_bytes_max=3 * len(FLOOD), key_held_bytes_max=2 * len(FLOOD)),
    )

    async def scene() -> list[int]:
        one = Lane(limits, lambda: Keyring(HOLDERS.get), lambda queues: Writer(queues, store=disk))
        flood = [asyncio.ensure_future(post(one, "/in/alertmanager/flood", FLOOD)) for _ in range(2)]
        await asyncio.to_thread(disk.committing.wait)
        while not turned_away(counted):
            flood.append(asyncio.ensure_future(post(one, "/in/alertmanager/flood", FLOOD)))
            await asyncio.sleep(0)
        beside = [asyncio.ensure_future(post(one, path, bodies.body())) for path in ("/in/alertmanager/good", "/in/alertmanager/other")]
        for _ in range(20):
            await asyncio.sleep(0)
        disk.let.set()
        answers = [(await reply).status for reply in beside]
        await asyncio.gather(*flood)
        await asyncio.to_thread(one.close)
        return answers

    assert asyncio.run(scene()) == [202, 202]
    assert turned_away(counted).keys() == {HOLDERS["flood"].key_id}


# ------------------------------------------------------------------ and counted


@pytest.mark.row("F-28")
def test_what_is_turned_away_is_counted_by_its_key_and_nothing_that_was_refused_for_what_it_says(counted: TurnedAway, monkeypatch) -> None:
    disk = Held()

    async def scene() -> list[int]:
        one = full(disk, room=1)
        first = asyncio.ensure_future(post(one, "/in/alertmanager/flood", FLOOD))
        await asyncio.to_thread(disk.committing.wait)
        told = [
            (await post(one, path, body)).status
            for path, body in (
                ("/in/alertmanager/good", FLOOD),
                ("/in/slack/good", b'{"text": "a"}' + b" " * 9000),
                ("/v2/enqueue", json.dumps(event("a")).encode()),
                ("/in/alertmanager/other", bodies.body()[:-1]),
                ("/in/alertmanager/nobody", FLOOD),
            )
        ]
        monkeypatch.setattr(reserve, "scarce", True)
        told.append((await post(one, "/in/alertmanager/other", bodies.body())).status)
        disk.let.set()
        await first
        await asyncio.to_thread(one.close)
        return told

    assert asyncio.run(scene()) == [503, 429, 429, 400, 403, 503]
    assert turned_away(counted) == {HOLDERS["good"].key_id: 3, HOLDERS["other"].key_id: 1}


@pytest.mark.row("F-28")
@pytest.mark.django_db
def test_the_count_is_written_down_once_and_kept_while_it_cannot_be(counted: TurnedAway, monkeypatch) -> None:
    organisation, ana = founding.found("Hotline", "ana@example.org", "Ana", "en")
    key, _ = keys.create(organisation, keys.INGEST, "prometheus", person=ana)
    for minute in range(3):
        counted.note(organisation.id, key.id, bodies.NOON.replace(minute=minute))
    with monkeypatch.context() as away:
        away.setattr(reserve, "scarce", True)
        counted.run_once()
    with monkeypatch.context() as away:
        away.setattr(bulk, "run", fails)
        with pytest.raises(DatabaseError):
            counted.run_once()
    assert turned_away(counted) == {key.id: 3}
    counted.run_once()
    counted.note(organisation.id, key.id, bodies.NOON)
    counted.run_once()
    counted.run_once()
    assert [(tally.key, tally.hour, tally.turned_away) for tally in Tally.objects.all()] == [(key.id, bodies.NOON, 4)]


def fails(_: object) -> None:
    raise DatabaseError("the database is away")
