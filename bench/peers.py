"""What is measured: a Tocsin, and an Alertmanager and an Alerta beside it, each fresh for every case, on loopback."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import machine, stores
from bench.figures import Failed
from bench.load import Format

if TYPE_CHECKING:
    from bench.clusters import Cluster

STARTS_WITHIN_S = 60
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
class Peer:
    """Something that runs and takes alerts at `url`; `received` counts what it says it has."""

    name: str
    url: str
    kind: Format
    session: int
    received: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A Tocsin that is set up but not started: what opens it, and where its data are."""

    home: Path
    ingest_key: str
    api_key: str
    cluster: "Cluster | None" = None
    database: str = ""

    def left(self, name: str) -> str:
        """Return what a script has left in the home."""
        return (self.home / name).read_text()


@dataclass(frozen=True, slots=True)
class Tocsin:
    """A running `tocsin serve`. `session` is the number of its first process."""

    home: Path
    base_url: str
    prepared: Prepared
    store: stores.Store
    session: int
    database_url: str = ""

    @property
    def url(self) -> str:
        return self.door(self.prepared.ingest_key)

    def door(self, key: str) -> str:
        """Return where the holder of an ingest key sends to."""
        return f"{self.base_url}/in/alertmanager/{key}"

    @contextmanager
    def again(self) -> Iterator[None]:
        """Kill it, and serve what it leaves behind until the end of the block."""
        machine.kill(self.session)
        address = self.base_url.removeprefix("http://")
        with running([_program(), "serve"], _environ(self.home, address, self.database_url), f"{self.base_url}/readyz"):
            yield


@contextmanager
def prepared(*scripts: tuple[str, ...], cluster: "Cluster | None" = None) -> Iterator[Prepared]:
    """Give a Tocsin that is set up on SQLite or in a `cluster`; each script is a module with its arguments that is run on it."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder, ExitStack() as stack:
        home = Path(folder) / "home"
        database = stack.enter_context(cluster.database()) if cluster else ""
        environ = _environ(home, database_url=cluster.url(database) if cluster else "")
        words = ["setup", "--organisation", "Bench", "--email", "bench@example.org", "--language", "en"]
        made = subprocess.run([_program(), *words], env=environ, check=True, capture_output=True, text=True)
        for module, *arguments in scripts:
            subprocess.run([sys.executable, "-m", module, *arguments], env=environ, check=True)
        said = json.loads(made.stdout)
        yield Prepared(home, said["ingest_key"], said["api_key"], cluster, database)


@contextmanager
def tocsin(one: Prepared) -> Iterator[Tocsin]:
    """Serve a copy, so that it may serve again."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder, ExitStack() as stack:
        home = Path(folder) / "home"
        shutil.copytree(one.home, home)
        address = f"127.0.0.1:{free_port()}"
        url = one.cluster.url(stack.enter_context(one.cluster.database(one.database))) if one.cluster else ""
        store = stores.postgresql(url) if url else stores.sqlite(home)
        with running([_program(), "serve"], _environ(home, address, url), f"http://{address}/readyz") as session:
            yield Tocsin(home, f"http://{address}", one, store, session, url)


@contextmanager
def alertmanager(sink_url: str = "") -> Iterator[Peer]:
    """
    Give a fresh Alertmanager; it notifies `sink_url` at once, or nobody.

    :raises Missing: there is none.
    """
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        raise Missing("prometheus-alertmanager is not installed")
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        receiver = f", webhook_configs: [{{url: '{sink_url}', max_alerts: 0}}]" if sink_url else ""
        route = ROUTES["prompt" if sink_url else "quiet"]
        (Path(folder) / "alertmanager.yml").write_text(f"route: {route}\nreceivers: [{{name: sink{receiver}}}]\n")
        address = f"127.0.0.1:{free_port()}"
        command = [program, f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data", f"--web.listen-address={address}"]
        quiet = ["--cluster.listen-address=", "--log.level=error"]
        with running([*command, *quiet], dict(os.environ), f"http://{address}/-/ready") as session:
            yield Peer("Alertmanager", f"http://{address}/api/v2/alerts", "api", session, lambda: _received(address))


def _received(address: str) -> int:
    with urllib.request.urlopen(f"http://{address}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return int(sum(float(line.split()[-1]) for line in lines if line.startswith("alertmanager_alerts_received_total")))


@contextmanager
def running(command: list[str], environ: dict[str, str], ready_url: str) -> Iterator[int]:
    """Run a server in a session of its own until the end of the block, and give the session's number."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(process, ready_url)
            yield process.pid
            if process.poll() not in (None, -signal.SIGKILL):
                log.seek(0)
                raise Failed(f"{command[0]} ended with {process.returncode}: {log.read()[-2000:].decode()}")
        finally:
            machine.kill(process.pid)
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.perf_counter() + STARTS_WITHIN_S
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise Failed(f"{url} did not answer within {STARTS_WITHIN_S} s")


def _program() -> str:
    return str(Path(sys.executable).with_name("tocsin"))


def _environ(home: Path, bind: str = "127.0.0.1:1", database_url: str = "") -> dict[str, str]:
    own = {"TOCSIN_HOME": str(home), "TOCSIN_BIND": bind, "TOCSIN_DATABASE_URL": database_url, "TOCSIN_BASE_URL": f"http://{bind}"}
    return {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "tocsin.settings"}
