"""What is measured: a Tocsin and an Alertmanager, each fresh for every case, on loopback."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN_S = 60
SETTLES_WITHIN_S = 600
ROUTES = {
    "quiet": "{receiver: sink, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 4h}",
    "prompt": "{receiver: sink, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}",
}
"""How Alertmanager groups: as it is usually set up, or so that it tells of each alert at once."""


class Missing(Exception):  # noqa: N818 - it says how things stand
    """A peer is not installed here."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens an installation."""

    ingest: str
    api: str


@dataclass(frozen=True, slots=True)
class Tocsin:
    """A running `tocsin serve` on SQLite."""

    home: Path
    base_url: str
    keys: Keys
    pid: int

    @contextmanager
    def again(self) -> Iterator[None]:
        """Kill it, and serve what it leaves behind until the end of the block."""
        os.kill(self.pid, signal.SIGKILL)
        while Path(f"/proc/{self.pid}/fd").exists() and os.listdir(f"/proc/{self.pid}/fd"):
            time.sleep(0.01)
        address = self.base_url.removeprefix("http://")
        with _running([*_tocsin(), "serve"], _environ(self.home, address), f"{self.base_url}/readyz"):
            yield

    @property
    def url(self) -> str:
        return f"{self.base_url}/in/alertmanager/{self.keys.ingest}"

    def rows(self) -> tuple[int, int, int]:
        """Return how many bodies are in the log, how many of them wait, and how many alerts there are: read past the server."""
        with sqlite3.connect(f"file:{self.home}/tocsin.sqlite3?mode=ro", uri=True) as database:
            bodies, waiting = database.execute("SELECT count(*), coalesce(sum(state = 0), 0) FROM ingest_rawbody").fetchone()
            (alerts,) = database.execute("SELECT count(*) FROM ingest_alert").fetchone()
        return bodies, waiting, alerts

    def settle(self) -> float:
        """Wait until everything acknowledged has been deduplicated, and return when that was."""
        deadline = time.perf_counter() + SETTLES_WITHIN_S
        while self.rows()[1]:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"not settled within {SETTLES_WITHIN_S} s: {self.rows()}")
            time.sleep(0.1)
        return time.perf_counter()

    def rest(self) -> None:
        """Wait until it is at rest: settled, and the labels of every alert filed for the search."""
        self.settle()
        deadline = time.perf_counter() + SETTLES_WITHIN_S
        with closing(sqlite3.connect(f"file:{self.home}/tocsin.sqlite3?mode=ro", uri=True)) as database:
            while database.execute("SELECT count(*) FROM ingest_filed WHERE waiting").fetchone() != (0,):
                if time.perf_counter() > deadline:
                    raise TimeoutError(f"not filed within {SETTLES_WITHIN_S} s")
                time.sleep(0.1)


@contextmanager
def prepared(script: str = "", arguments: tuple[str, ...] = ()) -> Iterator[tuple[Path, Keys]]:
    """Give the home of a Tocsin that is set up but not started, and its keys; `script` is a module run on it."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        home = Path(folder) / "home"
        words = ["setup", "--organisation", "Bench", "--email", "bench@example.org", "--language", "en"]
        made = subprocess.run([*_tocsin(), *words], env=_environ(home), check=True, capture_output=True, text=True)
        if script:
            subprocess.run([sys.executable, "-m", script, *arguments], env=_environ(home), check=True)
        said = json.loads(made.stdout)
        yield home, Keys(said["ingest_key"], said["api_key"])


@contextmanager
def tocsin(home: Path, keys: Keys) -> Iterator[Tocsin]:
    """Serve a copy of `home`, so that it may serve again."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy)
        address = f"127.0.0.1:{free_port()}"
        with _running([*_tocsin(), "serve"], _environ(copy, address), f"http://{address}/readyz") as pid:
            yield Tocsin(copy, f"http://{address}", keys, pid)


@contextmanager
def alertmanager(sink_url: str = "") -> Iterator[str]:
    """Give the address at which a fresh Alertmanager takes alerts; it notifies `sink_url` at once, or nobody."""
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        raise Missing("prometheus-alertmanager is not installed")
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        receiver = f", webhook_configs: [{{url: '{sink_url}'}}]" if sink_url else ""
        route = ROUTES["prompt" if sink_url else "quiet"]
        (Path(folder) / "alertmanager.yml").write_text(f"route: {route}\nreceivers: [{{name: sink{receiver}}}]\n")
        address = f"127.0.0.1:{free_port()}"
        command = [program, f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data", f"--web.listen-address={address}"]
        with _running([*command, "--cluster.listen-address=", "--log.level=error"], dict(os.environ), f"http://{address}/-/ready"):
            yield f"http://{address}/api/v2/alerts"


def received(alertmanager_url: str) -> int:
    """Return how many alerts an Alertmanager says it has received."""
    return int(_metric(alertmanager_url, "alertmanager_alerts_received_total"))


def resident_mib(alertmanager_url: str) -> float:
    """Return the memory that an Alertmanager says it takes."""
    return _metric(alertmanager_url, "process_resident_memory_bytes") / 2**20


def _metric(alertmanager_url: str, name: str) -> float:
    with urllib.request.urlopen(alertmanager_url.replace("/api/v2/alerts", "/metrics")) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


@contextmanager
def _running(command: list[str], environ: dict[str, str], ready_url: str) -> Iterator[int]:
    """Give the number of the process."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait(process, ready_url)
            yield process.pid
            if process.poll() not in (None, -signal.SIGKILL):
                log.seek(0)
                raise RuntimeError(f"{command[0]} ended with {process.returncode}: {log.read()[-2000:].decode()}")
        finally:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.perf_counter() + STARTS_WITHIN_S
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within {STARTS_WITHIN_S} s")


def _tocsin() -> list[str]:
    return [str(Path(sys.executable).with_name("tocsin"))]


def _environ(home: Path, bind: str = "127.0.0.1:1") -> dict[str, str]:
    own = {"TOCSIN_HOME": str(home), "TOCSIN_BIND": bind, "TOCSIN_DATABASE_URL": "", "TOCSIN_BASE_URL": f"http://{bind}"}
    return {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "tocsin.settings"}
