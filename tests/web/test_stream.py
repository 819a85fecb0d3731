"""The streams of notices, spoken to as the server speaks: who may listen, what comes, what was missed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connections

from tests import world as cast
from tocsin.accounts import keys
from tocsin.accounts.models import Membership
from tocsin.engine import terms as t
from tocsin.incidents import desk, notices
from tocsin.incidents.desk import Declaration, Done
from tocsin.web import stream
from tocsin.web.listeners import Limits, Seats

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db) -> cast.World:
    return cast.build()


@pytest.fixture
def note(world) -> Callable[[str], Awaitable[int]]:
    """Give a function that writes a note into an incident and returns the seq of the notice."""
    declared = desk.declare(world.organisation.id, world.plan.hash, Declaration(words="Nobody answers"), actor=world.actor(world.ana))
    assert isinstance(declared, Done)

    def write(words: str) -> int:
        assert isinstance(desk.handle(declared.incident, t.Note(words=words), actor=world.actor(world.ana)), Done)
        return notices.latest(world.organisation.id)

    return in_thread(write)


def in_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Return `function` to be awaited; its thread keeps no connection."""

    def call(*arguments: object) -> Any:
        try:
            return function(*arguments)
        finally:
            connections.close_all()

    return sync_to_async(call, thread_sensitive=False)


def cookie(world, person) -> dict[str, str]:
    client = world.browse(person)
    return {"cookie": f"tocsin_session={client.cookies['tocsin_session'].value}"}


@asynccontextmanager
async def listening(path: str, headers: dict[str, str] | None = None, query: str = ""):
    scope = {
        "type": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
    }
    line = ApplicationCommunicator(stream.application, scope)
    await line.send_input({"type": "http.request"})
    try:
        yield line
    finally:
        await line.send_input({"type": "http.disconnect"})
        await line.wait(timeout=5)


async def status(line: ApplicationCommunicator) -> int:
    return (await line.receive_output(timeout=5))["status"]


async def events(line: ApplicationCommunicator) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of the next piece that has any, comments and the first `retry` left out."""
    while True:
        body = (await line.receive_output(timeout=5))["body"].decode()
        blocks = [
            dict(row.split(": ", 1) for row in block.splitlines() if not row.startswith(":")) for block in body.split("\n\n") if block
        ]
        found = [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]
        if found:
            return found


def run(story: Callable[[], Awaitable[None]]) -> None:
    stream.watch = stream.Watch()  # each event loop has its own
    asyncio.run(story())


def test_a_page_hears_the_topics_of_what_happens(world, note):
    headers = cookie(world, world.chi)

    async def story() -> None:
        async with listening("/o/hotline/stream", headers) as line:
            assert await status(line) == 200
            seq = await note("first")
            heard = await events(line)
            assert {name for name, _ in heard} == set(heard[0][1]["topics"])
            assert {data["seq"] for _, data in heard} == {seq}

    run(story)


@pytest.mark.parametrize("how", ["query", "header"])
def test_a_page_that_was_away_hears_each_topic_it_missed_once(world, note, how):
    headers = cookie(world, world.chi)
    before = notices.latest(world.organisation.id)

    async def story() -> None:
        for words in ("one", "two", "three"):
            latest = await note(words)
        more = {"last-event-id": str(before)} if how == "header" else {}
        async with listening("/o/hotline/stream", headers | more, "since=0" if how == "header" else f"since={before}") as line:
            assert await status(line) == 200
            heard = await events(line)
            assert len({name for name, _ in heard}) == len(heard)
            assert {data["seq"] for _, data in heard} == {latest}

    run(story)


def test_a_gap_longer_than_notices_are_kept_is_said(world, note):
    headers = cookie(world, world.chi)

    async def story() -> None:
        await note("old")
        await in_thread(notices.Notice.objects.all().delete)()
        await note("new")
        async with listening("/o/hotline/stream", headers, "since=0") as line:
            assert await status(line) == 200
            assert await events(line) == [("stale", {})]

    run(story)


@pytest.mark.parametrize("query", ["", "since=1"])
def test_after_days_of_quiet_a_page_waits_and_hears_what_comes(world, note, monkeypatch, query):
    """All that happened is forgotten by then; whoever waits is told so once in a while and no more often."""
    monkeypatch.setattr(stream, "SILENCE_S", 0.5)
    headers = cookie(world, world.chi)

    async def story() -> None:
        await note("old")
        await in_thread(notices.Notice.objects.all().delete)()
        async with listening("/o/hotline/stream", headers, query) as line:
            assert await status(line) == 200
            assert (await line.receive_output(timeout=5))["body"].startswith(b"retry: ")
            if query:
                assert await events(line) == [("stale", {})]
            started = asyncio.get_running_loop().time()
            for _ in range(2):
                assert (await line.receive_output(timeout=5))["body"] == b": still here\n\n"
            assert asyncio.get_running_loop().time() - started > 0.5
            after = await note("new")
            assert {data["seq"] for _, data in await events(line)} == {after}

    run(story)


def test_who_heard_more_than_there_is_looks_again_and_hears_what_comes(world, note):
    """So it is after the database was put back from a copy."""
    headers = cookie(world, world.chi)

    async def story() -> None:
        seq = await note("before")
        async with listening("/o/hotline/stream", headers, f"since={seq + 100}") as line:
            assert await status(line) == 200
            assert await events(line) == [("stale", {})]
            after = await note("after")
            assert {data["seq"] for _, data in await events(line)} == {after}

    run(story)


def test_a_program_hears_one_event_for_each_notice(world, note):
    _, secret = keys.create(world.organisation, keys.API, "screen", person=world.chi)
    before = notices.latest(world.organisation.id)

    async def story() -> None:
        seqs = [await note("one"), await note("two")]
        async with listening("/api/v1/stream", {"authorization": f"Bearer {secret}"}, f"since={before}") as line:
            assert await status(line) == 200
            heard = await events(line)
            assert [(name, data["seq"]) for name, data in heard] == [("notice", seq) for seq in seqs]
            assert heard[0][1]["incident"].startswith("inc_")

    run(story)


@pytest.mark.row("I8")
def test_strangers_and_unknown_people_hear_nothing(world):
    stranger = cookie(world, world.dov)
    _, foreign = keys.create(world.organisation, keys.INGEST, "alerts", person=world.ana)

    async def story() -> None:
        async with listening("/o/hotline/stream", stranger) as line:
            assert await status(line) == 404
        async with listening("/o/hotline/stream") as line:
            assert await status(line) == 401
        async with listening("/o/hotline/stream", {"cookie": "tocsin_session=guess"}) as line:
            assert await status(line) == 401
        async with listening("/api/v1/stream", {"authorization": f"Bearer {foreign}"}) as line:
            assert await status(line) == 401

    run(story)


@pytest.mark.row("I8")
def test_no_notice_crosses_organisations(world, note):
    _, secret = keys.create(world.elsewhere, keys.API, "theirs", person=world.dov)

    async def story() -> None:
        await note("ours")
        async with listening("/api/v1/stream", {"authorization": f"Bearer {secret}"}, "since=0") as line:
            assert await status(line) == 200
            assert (await line.receive_output(timeout=5))["body"].startswith(b"retry: ")
            await note("ours again")
            assert await line.receive_nothing(timeout=1)

    run(story)


def test_whoever_is_taken_out_stops_hearing(world, monkeypatch):
    monkeypatch.setattr(stream, "SILENCE_S", 0.2)
    headers = cookie(world, world.chi)

    async def story() -> None:
        async with listening("/o/hotline/stream", headers) as line:
            assert await status(line) == 200
            assert (await line.receive_output(timeout=5))["more_body"]
            assert (await line.receive_output(timeout=5))["body"] == b": still here\n\n"
            await in_thread(Membership.objects.filter(person=world.chi).delete)()
            last = await line.receive_output(timeout=5)
            while last["body"]:
                last = await line.receive_output(timeout=5)
            assert not last["more_body"]

    run(story)


def test_whoever_is_taken_out_stops_hearing_however_much_happens(world, note, monkeypatch):
    monkeypatch.setattr(stream, "SILENCE_S", 0.3)
    headers = cookie(world, world.chi)

    async def story() -> None:
        async with listening("/o/hotline/stream", headers) as line:
            assert await status(line) == 200
            assert (await line.receive_output(timeout=5))["body"].startswith(b"retry: ")
            await in_thread(Membership.objects.filter(person=world.chi).delete)()
            for words in "abcdefghijklmnopqrstuvwxyz":
                await note(words)
                piece = await line.receive_output(timeout=5)
                if not piece["body"]:
                    break
            assert not piece["more_body"]

    run(story)


@pytest.mark.row("F-29")
def test_whoever_finds_no_seat_is_told_when_to_come_again(world, monkeypatch):
    monkeypatch.setattr(stream, "seats", Seats(Limits(person=1)))
    headers = cookie(world, world.chi)

    async def story() -> None:
        async with listening("/o/hotline/stream", headers) as first:
            assert await status(first) == 200
            retry = (await first.receive_output(timeout=5))["body"].decode()
            assert 2000 <= int(retry.removeprefix("retry: ")) <= 6000
            async with listening("/o/hotline/stream", headers) as second:
                refused = await second.receive_output(timeout=5)
                assert refused["status"] == 503
                assert 5 <= int(dict(refused["headers"])[b"retry-after"]) <= 15
        async with listening("/o/hotline/stream", headers) as third:
            assert await status(third) == 200

    run(story)
