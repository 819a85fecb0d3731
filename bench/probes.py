"""Another organisation that sends an alert every 20 ms while one storms, in a process of its own: `python -m bench.probes URL`."""

import http.client
import json
import subprocess
import sys
import threading
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from bench import load
from bench.figures import Failed

EVERY_S = 0.02
KEY = "neighbour.key"
NEIGHBOUR = ("bench.neighbour", KEY)
"""The script that founds it."""


class Probe(AbstractContextManager["Probe"]):
    """It probes for as long as a block lasts; `taken` then holds the latencies, sorted. Each answer is waited for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.taken: list[float] = []
        self._first = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bench.probes", self._url, str(self._first)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._process.stdout.readline()  # it is connected, and its first alert is answered
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        said, _ = self._process.communicate(b"", timeout=90)
        if self._process.returncode and kind is None:
            raise Failed("the neighbour was not answered 202")
        self.taken = sorted(json.loads(said or "[]"))
        self._first += len(self.taken) + 1

    @property
    def sent(self) -> int:
        """Return how many alerts it has sent in all blocks, every one of them acknowledged."""
        return self._first


def main(url: str, first: int) -> None:
    """Send whenever an alert is due and the last one is answered, until the input ends. Latencies count from when it was due."""
    over = threading.Event()
    threading.Thread(target=_wait, args=(over,), daemon=True).start()
    target, bodies, taken = urlsplit(url), iter(load.Bodies("webhook", 1, first)), []
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
    due_at = time.perf_counter()
    while not over.wait(max(0.0, due_at - time.perf_counter())):
        connection.request("POST", target.path, next(bodies), {"Content-Type": "application/json"})
        with connection.getresponse() as answer:
            answer.read()
            if answer.status != 202:
                sys.exit(f"the neighbour was answered {answer.status}")
        taken.append(time.perf_counter() - due_at)
        if len(taken) == 1:
            sys.stdout.write("connected\n")
            sys.stdout.flush()
            due_at = time.perf_counter()
        due_at += EVERY_S
    sys.stdout.write(json.dumps(taken[1:]))


def _wait(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
