"""With 100,000 alerts active: memory, what a resend costs beside a new alert, how long a start takes; and what a storm costs a neighbour."""

import http.client
import os
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench import load, peers
from bench.beside import Beside

BATCH, CONNECTIONS = 100, 8
PROBES_EVERY_S = 0.02
NEIGHBOUR = "neighbour.key"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found. Times of the processor are of the whole server, per alert, until it was at rest."""

    alerts: int
    new_us: float
    resend_us: float
    memory_mib: float
    start_s: float
    peer_memory_mib: float | None = None


class Probe(Beside):
    """Another organisation's alert every 20 ms for as long as a `with` block, each answer waited for; latencies are sorted at its end."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def go_on(self) -> None:
        """Send, and send again once it is answered."""
        target, bodies = urlsplit(self._url), iter(load.Bodies("webhook", 1))
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
        while not self.over.wait(PROBES_EVERY_S):
            body, sent_at = next(bodies), time.perf_counter()
            connection.request("POST", target.path, body, {"Content-Type": "application/json"})
            with connection.getresponse() as answer:
                answer.read()
                if answer.status != 202:
                    raise SystemExit(f"the neighbour was answered {answer.status}")
            self.taken.append(time.perf_counter() - sent_at)
        connection.close()


def measure(count: int) -> Standing:
    """Return what `count` active alerts cost."""
    with peers.prepared() as (home, keys):
        with peers.tocsin(home, keys) as tocsin:
            new = _spent(tocsin, count)
            resend = _spent(tocsin, count)
            memory = _resident_mib(tocsin.pid)
            began = time.perf_counter()
            with tocsin.again():
                start = time.perf_counter() - began
        try:
            with peers.alertmanager() as url:
                load.send(url, "api", batch=BATCH, connections=CONNECTIONS, alerts=count)
                peer = peers.resident_mib(url)
        except peers.Missing:
            peer = None
    return Standing(count, new, resend, memory, start, peer)


def fairness(seconds: float) -> dict[str, list[float]]:
    """Return the sorted latencies of another organisation's alerts, alone and while one storms."""
    with peers.prepared("bench.neighbour", (NEIGHBOUR,)) as (home, keys), peers.tocsin(home, keys) as tocsin:
        url = tocsin.url.replace(keys.ingest, (home / NEIGHBOUR).read_text())
        with Probe(url):
            time.sleep(1)
        with Probe(url) as idle:
            time.sleep(seconds)
        with Probe(url) as storm:
            load.send(tocsin.url, "webhook", batch=BATCH, connections=CONNECTIONS, warm_up_s=0, measured_s=seconds)
    return {"idle": idle.taken, "storm": storm.taken}


def _spent(tocsin: peers.Tocsin, count: int) -> float:
    """Send the first `count` alerts and return the processor's microseconds for each, until all is at rest."""
    before = _processor_s(tocsin.pid)
    load.send(tocsin.url, "webhook", batch=BATCH, connections=CONNECTIONS, alerts=count)
    tocsin.rest()
    return 1e6 * (_processor_s(tocsin.pid) - before) / count


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def report(found: Standing, neighbours: dict[str, list[float]]) -> list[str]:
    """Return the lines of a report."""
    peer = f"{found.memory_mib / found.peer_memory_mib:.2f} of Alertmanager's" if found.peer_memory_mib else "no Alertmanager"
    idle, storm = (1000 * neighbours[when][int(len(neighbours[when]) * 0.99)] for when in ("idle", "storm"))
    return [
        f"a new alert: {found.new_us:.0f} µs of processor; a resend: {found.resend_us:.0f} µs, {found.resend_us / found.new_us:.2f} of it",
        f"{found.alerts:,} active alerts: {found.memory_mib:.0f} MiB, {peer}; started in {found.start_s:.1f} s",
        f"a neighbour's alert: p99 {idle:.1f} ms idle, {storm:.1f} ms in a storm, {storm / idle:.1f} times",
    ]
