"""Senders of alerts and askers of pages over kept connections: closed loop, or open at a rate; a fixed seed, every answer counted."""

import asyncio
import json
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, islice, repeat
from typing import Literal, cast
from urllib.parse import urlsplit

import uvloop

from bench.figures import Failed, quantile

SEED = 20240607
TEMPLATES = 256
"""Distinct combinations of labels; the rest of an alert's identity is its number."""
MARK = "@ID@"
STARTS_AT = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
"""Of all alerts of a run: one that began later would be no resend, but a new episode."""
CHUNKED = 1 << 62
ENVELOPE = (
    b'{"version":"4","groupKey":"{}:{}","truncatedAlerts":0,"status":"firing","receiver":"bench","groupLabels":{},'
    b'"commonLabels":{"job":"node"},"commonAnnotations":{},"externalURL":"http://alertmanager.example.net:9093","alerts":['
)

Format = Literal["webhook", "api", "alerta"]
"""What Alertmanager sends to receivers, what Prometheus posts to Alertmanager, or the first with a severity that Alerta knows."""
_SEVERITIES = {"info": "informational"}


class Bodies:
    """Request bodies of `batch` alerts each, from alert number `first` on. Alert number n is the same alert in every run."""

    def __init__(self, kind: Format, batch: int, first: int = 0) -> None:
        self._kind, self._batch, self._next = kind, batch, first
        self._templates = [json.dumps(alert, separators=(",", ":")).encode().split(MARK.encode()) for alert in _templates(kind)]

    def __iter__(self) -> Iterator[bytes]:
        """Yield bodies without end."""
        head, tail = (b"[", b"]") if self._kind == "api" else (ENVELOPE, b"]}")
        while True:
            numbers = range(self._next, self._next + self._batch)
            self._next += self._batch
            yield head + b",".join((b"%07d" % number).join(self._templates[number % TEMPLATES]) for number in numbers) + tail


def _templates(kind: Format) -> Iterator[dict[str, object]]:
    chance = random.Random(SEED)
    for number in range(TEMPLATES):
        name = chance.choice(["HostDown", "HighLatency", "DiskFull", "ErrorRate", "QueueLag"]) + f"{number % 50:02d}"
        service, cluster, team = f"service-{chance.randrange(40):02d}", f"cluster-{chance.randrange(8)}", f"team-{chance.randrange(12):02d}"
        severity = chance.choice(["critical", "warning", "info"])
        alert: dict[str, object] = {
            "labels": {
                "alertname": name,
                "instance": f"host-{MARK}.example.net:9100",
                "job": "node",
                "severity": _SEVERITIES.get(severity, severity) if kind == "alerta" else severity,
                "service": service,
                "cluster": cluster,
                "namespace": team,
                "pod": f"{service}-{MARK}",
            },
            "annotations": {
                "summary": f"{name} on host-{MARK}",
                "description": f"{service} in {cluster}/{team} has been over its limit for more than 5 minutes. Check the dashboard.",
                "runbook_url": f"https://runbooks.example.net/{service}/{name}",
            },
            "startsAt": STARTS_AT,
            "generatorURL": f"http://prometheus.example.net:9090/graph?g0.tab={number}",
        }
        if kind != "api":
            alert |= {"status": "firing", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": f"{number:04x}{MARK}"}
        yield alert


@dataclass
class Tally:
    """What came back. `alerts` and `latencies` are of the measured time, which begins at `begins_at`; `acknowledged` of all of it."""

    measured_s: float
    begins_at: float = 0.0
    spent_s: float = 0.0
    """From the first request to the last answer."""
    alerts: int = 0
    acknowledged: int = 0
    bodies: int = 0
    latencies: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    answer_bytes: int = 0
    """How long the latest answer was."""

    @property
    def alerts_per_s(self) -> float:
        return self.alerts / self.measured_s

    def quantile_ms(self, share: float) -> float:
        """Return the latency that `share` of the requests kept."""
        return 1000 * quantile(sorted(self.latencies), share)


@dataclass(frozen=True, slots=True)
class Task:
    """What the connections of one run share: the same request head, one row of bodies and of times at which they are due, one tally."""

    head: bytes
    bodies: Iterator[bytes]
    due: Iterator[float]
    """In an open loop each request has its time, and its latency counts from then; in a closed one it is due when a connection is free."""
    batch: int
    tally: Tally
    ends_at: float


class Sender(asyncio.Protocol):
    """One connection: the next request goes out as soon as the answer to the last one is in, and it is due."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._transport: asyncio.Transport | None = None
        self._head = b""
        self._left = -1
        self._end = b""
        self._status = 0
        self._size = 0
        self._due_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        if self._left < 0:
            self._head += data
            at = self._head.find(b"\r\n\r\n")
            if at < 0:
                return
            self._read_head(self._head[:at].lower())
            data = self._head[at + 4 :]
        if self._left == CHUNKED:
            self._end = (self._end + data)[-5:]
            over = self._end == b"0\r\n\r\n"
        else:
            self._left -= len(data)
            over = self._left <= 0
        if over:
            self._count()
            self._head, self._left, self._end, self._size = b"", -1, b"", 0
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(Failed(f"a connection was lost before its answer: {error or 'closed'}"))

    def _read_head(self, head: bytes) -> None:
        self._status = int(head[9:12])
        at = head.find(b"content-length:")
        chunked = b"transfer-encoding: chunked" in head
        self._left = CHUNKED if chunked else int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0

    def _next(self) -> None:
        assert self._transport is not None
        now = time.perf_counter()
        self._due_at = max(next(self._task.due), 0.0) or now
        body = next(self._task.bodies, None) if max(now, self._due_at) < self._task.ends_at else None
        if body is None:
            self.done.set_result(None)
            self._transport.close()
        elif self._due_at > now:
            asyncio.get_running_loop().call_later(self._due_at - now, self._send, body)
        else:
            self._send(body)

    def _send(self, body: bytes) -> None:
        assert self._transport is not None
        self._transport.write(self._task.head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def _count(self) -> None:
        now, task, tally = time.perf_counter(), self._task, self._task.tally
        if not 200 <= self._status < 300:
            tally.refused[self._status] = tally.refused.get(self._status, 0) + 1
            return
        tally.acknowledged += task.batch
        tally.bodies += 1
        tally.answer_bytes = self._size
        if tally.begins_at <= now <= task.ends_at:
            tally.alerts += task.batch
            tally.latencies.append(now - self._due_at)


def send(
    url: str,
    kind: Format,
    *,
    batch: int,
    connections: int,
    warm_up_s: float = 0,
    measured_s: float = 3600,
    alerts: int | None = None,
    first: int = 0,
    per_s: float = 0,
) -> Tally:
    """
    Return what `url` made of alerts, `batch` in each request, over so many connections: for so long, or so many of them from `first` on.

    With `per_s` the loop is open: so many alerts are due in a second, however long the answers take.
    """
    bodies = islice(Bodies(kind, batch, first), None if alerts is None else alerts // batch)
    head = _head("POST", url, {"Content-Type": "application/json"})
    return _run(url, head, bodies, batch=batch, connections=connections, tally=Tally(measured_s), warm_up_s=warm_up_s, per_s=per_s / batch)


def fetch(url: str, *, connections: int, measured_s: float, headers: Mapping[str, str]) -> Tally:
    """Return how often `url` could be read in so long."""
    tally = Tally(measured_s)
    return _run(url, _head("GET", url, headers), repeat(b""), batch=1, connections=connections, tally=tally, warm_up_s=0.2, per_s=0)


def _head(method: str, url: str, headers: Mapping[str, str]) -> bytes:
    target = urlsplit(url)
    path = f"{target.path}?{target.query}" if target.query else target.path
    lines = (f"{method} {path} HTTP/1.1", f"Host: {target.netloc}", *(f"{name}: {value}" for name, value in headers.items()))
    return "".join(f"{line}\r\n" for line in lines).encode()


def _run(
    url: str, head: bytes, bodies: Iterator[bytes], *, batch: int, connections: int, tally: Tally, warm_up_s: float, per_s: float
) -> Tally:
    """Return the tally once its time is over or there are no more bodies; with `per_s` so many requests are due in a second."""
    target = urlsplit(url)

    async def run() -> None:
        began = time.perf_counter()
        tally.begins_at = began + warm_up_s
        due = (began + number / per_s for number in count()) if per_s else repeat(0.0)
        task = Task(head, bodies, due, batch, tally, tally.begins_at + tally.measured_s)
        loop = asyncio.get_running_loop()
        made = [await loop.create_connection(lambda: Sender(task), target.hostname or "", target.port or 80) for _ in range(connections)]
        await asyncio.gather(*(sender.done for _, sender in made))

        tally.spent_s = time.perf_counter() - began

    uvloop.run(run())
    return tally
