"""A whole Tocsin as a process of its own: its own port, home and database, and a clock that the test moves. It may be killed."""

import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests import warm

STARTS_WITHIN_S = 30
STOPS_WITHIN_S = 15
RUNS_WITHIN_S = 120

Running = warm.Process | subprocess.Popen[str]

T = TypeVar("T")


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], T], within_s: float = 30) -> T:
    """Return what `look` sees as soon as it is true; for what another process does in its own time."""
    pause = threading.Event()
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {within_s} s: {seen!r}")
        pause.wait(0.05)
    return seen


@dataclass
class Served:
    """One installation. It keeps its home, its port and its place in time over any number of starts."""

    home: Path
    database_url: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    bind: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    moved: timedelta = timedelta()
    within: tuple[str, ...] = ()
    """The command under which it runs, such as one that enters a network of its own."""
    process: Running | None = None

    def __post_init__(self) -> None:
        self.lines: list[str] = []
        self._answers: queue.Queue[str] = queue.Queue()

    @property
    def url(self) -> str:
        return f"http://{self.bind}"

    def start(self, command: str = "serve", within_s: float = STARTS_WITHIN_S, *, ready: bool = True) -> "Served":
        """Start the server and wait until it says that it is ready, or that it is not."""
        self.process = self._launch(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        eventually(lambda: self.is_ready() is ready, within_s)
        return self

    def start_and_kill(self, when: Callable[[], object]) -> None:
        """Start the server and end it as a power cut would, as soon as `when` is true."""
        process = self._launch("serve", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            eventually(when)
        finally:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End the process as a power cut would: no handler runs."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask the process to end, and return its exit code."""
        return self._end(signal.SIGTERM)

    def ends(self, within_s: float = STOPS_WITHIN_S) -> int:
        """Wait until the process has ended, and return its exit code."""
        if self.process is None:
            raise AssertionError("nothing runs")
        code = self.process.wait(within_s)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process = None
        return code

    def move(self, by: timedelta) -> None:
        """Move time for the running process and for every later one."""
        self.moved += by
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.write(f"{by.total_seconds()}\n")
            self.process.stdin.flush()
            self._answers.get(timeout=STARTS_WITHIN_S)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run another command of the product in the same home, at the same time."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            code = self._launch(*arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err).wait(RUNS_WITHIN_S)
            out.seek(0)
            err.seek(0)
            done = subprocess.CompletedProcess(arguments, code, out.read(), err.read())
        if check and done.returncode:
            raise AssertionError(f"tocsin {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def setup(
        self, organisation: str = "Hotline", email: str = "ana@example.org", language: str = "en", *, sample: bool = True
    ) -> dict[str, Any]:
        """Set up the first organisation and return what `tocsin setup` prints: the sign-in link and the keys."""
        arguments = ["setup", "--organisation", organisation, "--email", email, "--language", language]
        answer: dict[str, Any] = json.loads(self.run(*arguments, *(["--sample"] if sample else [])).stdout)
        return answer

    def close(self) -> None:
        """End whatever still runs."""
        if self.process is not None:
            self.kill()

    def _launch(self, *arguments: str, **streams: Any) -> Running:
        own = {
            "TOCSIN_HOME": str(self.home),
            "TOCSIN_DATABASE_URL": self.database_url,
            "TOCSIN_BASE_URL": self.url,
            "TOCSIN_BIND": self.bind,
            "TOCSIN_TEST_MOVED_S": str(self.moved.total_seconds()),
            "DJANGO_SETTINGS_MODULE": "tocsin.settings",
            "PYTHONUNBUFFERED": "1",
        }
        environ = os.environ | own | self.environ
        if not self.within:
            return warm.Process("tests.launch", *arguments, environ=environ, **streams)
        return subprocess.Popen([*self.within, sys.executable, "-m", "tests.launch", *arguments], env=environ, text=True, **streams)

    def _read(self, process: Running) -> None:
        for line in process.stdout or ():
            if line == "moved\n":
                self._answers.put(line)
            else:
                self.lines.append(line.rstrip("\n"))

    def is_ready(self) -> bool | None:
        """Return whether it is ready, or nothing while it does not answer."""
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError("Tocsin ended instead of serving:\n" + "\n".join(self.lines))
        try:
            # With `verify` each look would read the certificates of the world's authorities, which takes longer than the look.
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False, verify=False).status_code == 200
        except httpx.TransportError:
            return None

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            raise AssertionError("nothing runs")
        self.process.send_signal(how)
        return self.ends()


@dataclass(frozen=True, slots=True)
class Installed:
    """An installation whose first organisation is set up, and what the set-up printed."""

    served: Served
    organisation: str
    sign_in_link: str
    api_key: str
    ingest_key: str

    @property
    def pages(self) -> str:
        """Return the address under which the organisation's pages lie."""
        return f"{self.served.url}/o/{self.organisation}"


@dataclass(frozen=True, slots=True)
class Template:
    """An installation that is never started, for copies."""

    served: Served
    printed: dict[str, str]

    def copy(self, home: Path, database_url: str) -> Installed:
        """Return a copy with a port of its own; its database was copied already, unless it lies in the home."""
        shutil.copytree(self.served.home, home)
        served = Served(home, database_url)
        values = {name: value.replace(self.served.url, served.url) for name, value in self.printed.items() if name != "url"}
        return Installed(served, **values)
