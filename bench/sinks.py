"""A webhook's receiver that remembers when something first arrived about each alert."""

import asyncio
import re
import threading
import time
from types import TracebackType
from typing import cast

import uvloop

ALERT = re.compile(rb"host-(\d{7})")
"""How an alert of `load.Bodies` is known by, in whatever form it is told of."""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Sink:
    """Listens for as long as a `with` block, in a thread of its own. `first` is when each alert, by its number, was first told of."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self.requests = 0
        self.changed = threading.Condition()
        self.url = ""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: uvloop.run(self._serve()), daemon=True)

    def __enter__(self) -> "Sink":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def forget(self) -> None:
        """Begin anew."""
        with self.changed:
            self.first, self.requests = {}, 0

    def wait(self, alerts: int, within_s: float) -> int:
        """Wait until so many alerts have been told of, and return how many have."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.first) >= alerts, within_s)
            return len(self.first)

    def take(self, body: bytes) -> None:
        """Note what a request tells of."""
        now = time.perf_counter()
        with self.changed:
            self.requests += 1
            for number in ALERT.findall(body):
                self.first.setdefault(int(number), now)
            self.changed.notify_all()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        self._ready.set()
        await self._over.wait()
        server.close()


class _Connection(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while (end := self._seen.find(b"\r\n\r\n")) >= 0:
            head = self._seen[:end].lower()
            length = int(head[head.index(b"content-length:") + 15 :].split(b"\r\n", 1)[0])
            if len(self._seen) < end + 4 + length:
                return
            self._sink.take(self._seen[end + 4 : end + 4 + length])
            self._seen = self._seen[end + 4 + length :]
            self._transport.write(ANSWER)
