"""The short way into the lane, over real sockets: the same answers as the long way, and a connection that ends up in the right hands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
import uvicorn

from tests.ingest import bodies, posting
from tests.ingest.posting import HOLDER, Held, Store
from tocsin.ingest.keyring import Keyring
from tocsin.ingest.lane import Lane, Limits
from tocsin.ingest.plain import HEAD_BYTES_MAX
from tocsin.ingest.wire import AHEAD_BYTES_MAX, Wire
from tocsin.ingest.writer import NotStored

GOOD = "/in/alertmanager/good"


class Counted:
    """The lane as an ASGI application that counts what came the long way."""

    def __init__(self, lane: Lane) -> None:
        self.lane, self.paths = lane, []

    async def __call__(self, scope, receive, send) -> None:
        self.paths.append(scope["path"])
        await self.lane(scope, receive, send)


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, body: bytes, *more: str, path: str = GOOD, method: str = "POST", upto: int | None = None) -> None:
        head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: t", f"Content-Length: {len(body)}", *more, "", ""])
        self.writer.write(head.encode() + body[:upto])

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
        return int(head[0].split()[1]), headers, await self.reader.readexactly(int(headers["content-length"]))

    async def status(self) -> int:
        return (await self.answer())[0]


class Server:
    """A server with the wire before it, and what it was asked the long way."""

    def __init__(self, lane: Lane, port: int, server: uvicorn.Server, application: Counted) -> None:
        self.lane, self.port, self.server, self.application = lane, port, server, application
        self.lines: list[Line] = []

    async def connect(self) -> Line:
        self.lines.append(Line(*await asyncio.open_connection("127.0.0.1", self.port)))
        return self.lines[-1]

    @property
    def long_way(self) -> list[str]:
        return self.application.paths


@asynccontextmanager
async def serving(lane: Lane, **settings: object) -> AsyncIterator[Server]:
    application = Counted(lane)
    protocol = type("Wire", (Wire,), {"lane": lane})
    config = uvicorn.Config(application, http=protocol, lifespan="off", log_level="critical", port=0, **settings)
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    one = Server(lane, server.servers[0].sockets[0].getsockname()[1], server, application)
    try:
        yield one
    finally:
        for line in one.lines:
            line.writer.close()
        server.should_exit = True
        await running
        await asyncio.to_thread(lane.close)


@pytest.mark.row("I1")
def test_a_plain_call_goes_the_short_way_and_what_is_answered_is_stored():
    store, body = Store(), b" " + bodies.body() + b"\n"

    async def scene():
        async with serving(posting.lane(store)) as server:
            line = await server.connect()
            for _ in range(3):
                line.send(body)
                status, headers, said = await line.answer()
                assert (status, said, headers["content-type"]) == (202, b'{"status":"accepted"}', "application/json")
                assert abs(parsedate_to_datetime(headers["date"]) - datetime.now(UTC)).total_seconds() < 5
            assert (server.long_way, len(store.rows)) == ([], 3)

    asyncio.run(scene())
    (row, *_) = store.rows
    assert (row.body, row.source, row.organisation_id, row.key_id) == (body, "alertmanager", HOLDER.organisation_id, HOLDER.key_id)


@pytest.mark.row("I1", "F-1")
def test_nobody_is_answered_on_the_wire_before_the_commit_has_returned():
    held = Held()

    async def scene():
        async with serving(held.lane()) as server:
            line = await server.connect()
            line.send(bodies.body())
            await asyncio.to_thread(held.committing.wait)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(reading := asyncio.ensure_future(line.status())), 0.1)
            held.let.set()
            assert await reading == 202

    asyncio.run(scene())


def test_a_body_that_comes_in_pieces_is_one_body_and_calls_sent_ahead_are_answered_in_order():
    store = Store()

    async def scene():
        async with serving(posting.lane(store)) as server:
            line = await server.connect()
            first, second = bodies.body(bodies.entry("a1")), bodies.body(bodies.entry("a2"))
            line.send(first, upto=10)
            await line.writer.drain()
            await asyncio.sleep(0.05)
            line.writer.write(first[10:])
            line.send(second)
            line.send(b"{}")
            line.send(first)
            assert [await line.status() for _ in range(4)] == [202, 202, 400, 202]
            assert [row.body for row in store.rows if not row.code] == [first, second, first]
            assert [row.body for row in store.rows if row.code] == [b"{}"]
            assert server.long_way == []

    asyncio.run(scene())


@pytest.mark.row("I10")
def test_a_sender_that_does_not_wait_for_its_answers_is_read_only_so_far_ahead():
    store = Store()

    async def scene():
        async with serving(posting.lane(store)) as server:
            line, body = await server.connect(), bodies.body(*(bodies.entry(f"a{number}") for number in range(100)))
            for _ in range(60):
                line.send(body)
            assert len(body) * 60 > AHEAD_BYTES_MAX * 8
            assert [await line.status() for _ in range(60)] == [202] * 60
            assert (len(store.rows), server.long_way) == (60, [])

    asyncio.run(scene())


@pytest.mark.row("F-17", "F-28")
def test_more_connections_than_the_server_may_have_are_told_to_come_back_also_the_short_way():
    store = Store()

    async def scene():
        async with serving(posting.lane(store), limit_concurrency=3) as server:
            first, second = await server.connect(), await server.connect()
            first.send(bodies.body())
            second.send(bodies.body())
            assert [await first.status(), await second.status()] == [202, 202]
            third = await server.connect()
            third.send(bodies.body())
            status, headers, _ = await third.answer()
            assert status == 503
            assert 1 <= int(headers["retry-after"]) <= 5
            third.writer.close()
            await third.writer.wait_closed()
            assert (len(store.rows), server.long_way) == (2, [])

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("how", "status", "paths"),
    [
        ({"path": "/in/alertmanager/bad"}, 403, ["/in/alertmanager/bad"]),
        ({"path": "/in/nothing/good"}, 404, ["/in/nothing/good"]),
        ({"path": "/in/alertmanager/%67ood"}, 202, [GOOD]),
        ({"method": "GET"}, 405, [GOOD]),
        ({"more": ("Content-Encoding: br",)}, 415, [GOOD]),
        ({"more": ("Expect: 100-continue",), "continues": True}, 202, [GOOD]),
    ],
    ids=["unknown key", "unknown source", "encoded path", "other method", "compressed", "asks whether to go on"],
)
def test_whatever_is_not_plain_goes_the_long_way_with_its_connection(how, status, paths):
    store = Store()

    async def scene():
        async with serving(posting.lane(store)) as server:
            line, options = await server.connect(), dict(how)
            continues = options.pop("continues", False)
            line.send(bodies.body())
            assert await line.status() == 202
            line.send(bodies.body(), *options.pop("more", ()), **options)
            if continues:
                assert await line.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            assert await line.status() == status
            line.send(bodies.body())
            assert (await line.status(), server.long_way) == (202, [*paths, GOOD])

    asyncio.run(scene())


@pytest.mark.row("F-22")
def test_a_body_in_chunks_is_read_the_long_way():
    store, body = Store(), bodies.body()

    async def scene():
        async with serving(posting.lane(store)) as server:
            line = await server.connect()
            line.writer.write(f"POST {GOOD} HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode())
            line.writer.write(body + b"\r\n0\r\n\r\n")
            assert (await line.status(), server.long_way) == (202, [GOOD])

    asyncio.run(scene())
    assert [row.body for row in store.rows] == [body]


@pytest.mark.row("F-8")
def test_a_group_that_could_not_be_stored_is_answered_503_on_the_wire():
    store = Store(failures=[NotStored("full")])

    async def scene():
        async with serving(posting.lane(store)) as server:
            line = await server.connect()
            line.send(bodies.body())
            status, headers, said = await line.answer()
            assert (status, headers["retry-after"], b"not_stored" in said) == (503, "1", True)
            line.send(bodies.body())
            assert (await line.status(), len(store.rows), server.long_way) == (202, 1, [])

    asyncio.run(scene())


@pytest.mark.row("F-22", "I10")
def test_a_body_that_does_not_come_on_the_wire_is_waited_for_only_so_long_and_holds_nothing():
    store, body = Store(), bodies.body()
    limits = Limits(read_s=0.1, organisation_held_bytes_max=len(body) * 3 // 2)

    async def scene():
        async with serving(posting.lane(store, limits)) as server:
            slow, gone, other = await server.connect(), await server.connect(), await server.connect()
            slow.send(body, upto=10)
            status, headers, _ = await slow.answer()
            assert (status, headers["connection"], await slow.reader.read()) == (408, "close", b"")
            gone.send(body, upto=10)
            await gone.writer.drain()
            gone.writer.close()
            await gone.writer.wait_closed()
            await asyncio.sleep(0.05)
            other.send(body)
            assert await other.status() == 202

    asyncio.run(scene())
    assert len(store.rows) == 1


@pytest.mark.row("I10")
def test_more_than_fits_is_refused_on_the_wire_with_a_time_to_come_back():
    store, body = Store(), bodies.body()

    async def scene():
        async with serving(posting.lane(store, Limits(organisation_held_bytes_max=len(body) - 1))) as server:
            line = await server.connect()
            line.send(body)
            status, headers, _ = await line.answer()
            assert (status, headers["retry-after"]) == (503, "1")

    asyncio.run(scene())
    assert not store.rows


@pytest.mark.row("F-22")
def test_a_head_too_long_to_be_plain_goes_the_long_way_and_is_not_remembered():
    async def scene():
        async with serving(posting.lane(Store())) as server:
            for number in range(3):
                line = await server.connect()
                line.send(bodies.body(), f"X-Filler: {number}{'x' * HEAD_BYTES_MAX}")
                assert await line.status() == 202
            assert (len(server.long_way), server.lane._heads) == (3, {})

    asyncio.run(scene())


def test_a_key_that_cannot_be_looked_up_is_answered_as_the_server_answers_a_fault():
    def broken(secret):
        raise RuntimeError("a fault of ours")

    async def scene():
        async with serving(Lane(keyring=lambda: Keyring(broken))) as server:
            line = await server.connect()
            line.send(bodies.body())
            assert (await asyncio.wait_for(line.reader.readline(), 10)).startswith(b"HTTP/1.1 500 ")

    asyncio.run(scene())


def test_an_idle_connection_is_closed_after_a_while_and_one_in_use_is_not():
    async def scene():
        async with serving(posting.lane(Store()), timeout_keep_alive=1) as server:
            line = await server.connect()
            for _ in range(5):
                line.send(bodies.body())
                assert await line.status() == 202
                await asyncio.sleep(0.3)
            assert await asyncio.wait_for(line.reader.read(), 10) == b""

    asyncio.run(scene())


def test_a_server_that_ends_answers_what_it_has_begun_and_closes_the_rest():
    held = Held()

    async def scene():
        async with serving(held.lane()) as server:
            idle, line = await server.connect(), await server.connect()
            line.send(bodies.body())
            await asyncio.to_thread(held.committing.wait)
            server.server.should_exit = True
            assert await asyncio.wait_for(idle.reader.read(), 10) == b""
            held.let.set()
            assert await line.status() == 202
            assert await asyncio.wait_for(line.reader.read(), 10) == b""

    asyncio.run(scene())
    assert len(held.store.rows) == 1
