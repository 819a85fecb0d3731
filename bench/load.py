"""Senders of alerts: closed loop over kept connections, a fixed seed, each alert new, every answer counted."""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, cast
from urllib.parse import urlsplit

import uvloop

SEED = 20240607
TEMPLATES = 256
"""Distinct combinations of labels; the rest of an alert's identity is its number."""
MARK = "@ID@"
ENVELOPE = (
    b'{"version":"4","groupKey":"{}:{}","truncatedAlerts":0,"status":"firing","receiver":"bench","groupLabels":{},'
    b'"commonLabels":{"job":"node"},"commonAnnotations":{},"externalURL":"http://alertmanager.example.net:9093","alerts":['
)

Format = Literal["webhook", "api"]
"""What Alertmanager sends to receivers, or what Prometheus posts to Alertmanager."""


class Bodies:
    """Request bodies of `batch` alerts each. Alert number n is the same alert in every run."""

    def __init__(self, kind: Format, batch: int) -> None:
        self._kind, self._batch, self._next = kind, batch, 0
        self._templates = [json.dumps(alert, separators=(",", ":")).encode().split(MARK.encode()) for alert in _templates(kind)]

    def __iter__(self) -> Iterator[bytes]:
        """Yield bodies without end."""
        head, tail = (ENVELOPE, b"]}") if self._kind == "webhook" else (b"[", b"]")
        while True:
            numbers = range(self._next, self._next + self._batch)
            self._next += self._batch
            yield head + b",".join((b"%07d" % number).join(self._templates[number % TEMPLATES]) for number in numbers) + tail


def _templates(kind: Format) -> Iterator[dict[str, object]]:
    chance = random.Random(SEED)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for number in range(TEMPLATES):
        name = chance.choice(["HostDown", "HighLatency", "DiskFull", "ErrorRate", "QueueLag"]) + f"{number % 50:02d}"
        service, cluster, team = f"service-{chance.randrange(40):02d}", f"cluster-{chance.randrange(8)}", f"team-{chance.randrange(12):02d}"
        alert: dict[str, object] = {
            "labels": {
                "alertname": name,
                "instance": f"host-{MARK}.example.net:9100",
                "job": "node",
                "severity": chance.choice(["critical", "warning", "info"]),
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
            "startsAt": stamp,
            "generatorURL": f"http://prometheus.example.net:9090/graph?g0.tab={number}",
        }
        if kind == "webhook":
            alert |= {"status": "firing", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": f"{number:04x}{MARK}"}
        yield alert


@dataclass
class Tally:
    """What came back. `alerts` and `latencies` are of the measured time, `acknowledged` of all of it."""

    measured_s: float
    alerts: int = 0
    acknowledged: int = 0
    bodies: int = 0
    latencies: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)

    @property
    def alerts_per_s(self) -> float:
        return self.alerts / self.measured_s

    def quantile_ms(self, share: float) -> float:
        """Return the latency that `share` of the requests kept."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


@dataclass(frozen=True, slots=True)
class Task:
    """What the connections of one run share: the same request head, one row of bodies, one tally, one time."""

    head: bytes
    bodies: Iterator[bytes]
    batch: int
    tally: Tally
    begins_at: float
    ends_at: float


class Sender(asyncio.Protocol):
    """One connection: the next request goes out as soon as the answer to the last one is in."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._transport: asyncio.Transport | None = None
        self._seen = b""
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._seen += data
        end = self._seen.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._seen[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._seen) >= end + 4 + length:
            self._count(int(head[9:12]))
            self._seen = b""
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed a connection before its answer"))

    def _send(self) -> None:
        assert self._transport is not None
        self._sent_at = time.perf_counter()
        body = next(self._task.bodies, None) if self._sent_at < self._task.ends_at else None
        if body is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._transport.write(self._task.head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def _count(self, status: int) -> None:
        now, task, tally = time.perf_counter(), self._task, self._task.tally
        if not 200 <= status < 300:
            tally.refused[status] = tally.refused.get(status, 0) + 1
            return
        tally.acknowledged += task.batch
        tally.bodies += 1
        if task.begins_at <= now <= task.ends_at:
            tally.alerts += task.batch
            tally.latencies.append(now - self._sent_at)


def send(
    url: str, kind: Format, *, batch: int, connections: int, warm_up_s: float = 0, measured_s: float = 3600, alerts: int | None = None
) -> Tally:
    """Return what `url` made of new alerts, `batch` in each request, over so many connections: for so long, or so many of them."""
    target = urlsplit(url)
    head = f"POST {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Type: application/json\r\n".encode()
    tally = Tally(measured_s)

    async def run() -> None:
        begins_at = time.perf_counter() + warm_up_s
        bodies = islice(Bodies(kind, batch), None if alerts is None else alerts // batch)
        task = Task(head, bodies, batch, tally, begins_at, begins_at + measured_s)
        loop = asyncio.get_running_loop()
        made = [await loop.create_connection(lambda: Sender(task), target.hostname, target.port) for _ in range(connections)]
        await asyncio.gather(*(sender.done for _, sender in made))

    uvloop.run(run())
    return tally
