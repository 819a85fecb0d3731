"""Two webs, two workers and a PostgreSQL, each on a host of its own or all on this one, and what may happen to them."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg

from tests import postgres
from tests.comms.sinks import webhook
from tests.fleet import networks
from tests.fleet.networks import BACK, FRONT, Network, Place
from tests.serving import Installed, Served, free_port

ROUTES = 16
STARTS_WITHIN_S = 120
DATABASE = 10
"""The database's number in the network."""
COMMANDS = {"web-1": "web", "web-2": "web", "worker-1": "worker", "worker-2": "worker"}


@dataclass
class Host:
    """One process of the fleet and where it stands. While it stands still its clock does too; it is moved when it wakes."""

    name: str
    served: Served
    place: Place | None = None
    owed: timedelta | None = None

    @property
    def web(self) -> bool:
        """Return whether it takes requests."""
        return COMMANDS[self.name] == "web"

    def start(self) -> None:
        """Start its process and wait until it is ready."""
        self.served.start(COMMANDS[self.name], STARTS_WITHIN_S)

    def kill(self) -> None:
        """End its process as a power cut would."""
        self.served.kill()

    def pause(self) -> None:
        """Let it stand still, wherever it is."""
        self.owed = timedelta()
        self._tell(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on as if nothing had been; only then it finds out what time it is."""
        self._tell(signal.SIGCONT)
        owed, self.owed = self.owed, None
        self.move(owed or timedelta())

    def cut(self) -> None:
        """Let nothing pass between it and the database any more."""
        assert self.place is not None, "only a host with a network of its own can be cut off"
        self.place.cut()

    def join(self) -> None:
        """Let it reach the database again."""
        assert self.place is not None
        self.place.join()

    def move(self, by: timedelta) -> None:
        """Move its clock."""
        if self.owed is not None:
            self.owed += by
        else:
            self.served.move(by)

    def _tell(self, what: signal.Signals) -> None:
        assert self.served.process is not None
        self.served.process.send_signal(what)


@dataclass
class Fleet:
    """All hosts, the database behind them and the sink that they notify."""

    cluster: postgres.Cluster
    hosts: dict[str, Host]
    sink: webhook.Sink
    ingest_key: str
    moved: timedelta = field(default_factory=timedelta)

    def move(self, by: timedelta) -> None:
        """Let time pass for everybody."""
        for host in self.hosts.values():
            host.move(by)

    def webs(self) -> list[Host]:
        """Return who takes requests."""
        return [host for host in self.hosts.values() if host.web]

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Return what the database says, past every host."""
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            return connection.execute(sql).fetchall()

    def doctor(self) -> str:
        """Return what the doctor finds."""
        return next(iter(self.hosts.values())).served.run("doctor", check=False).stdout


@contextmanager
def fleet(folder: Path, like: Installed, *, apart: bool) -> Iterator[Fleet]:
    """Give a running fleet over a copy of an installation; `apart`: each host has a network of its own, so that it can be cut off."""
    with ExitStack() as stack:
        net = stack.enter_context(networks.network()) if apart else None
        places: dict[str, Place | None] = {name: net.place(number) if net else None for number, name in enumerate(COMMANDS, 2)}
        cluster = _cluster(net, like.served.database_url)
        stack.callback(cluster.stop)
        sink = stack.enter_context(webhook.Sink(address=net.address(FRONT, 1) if net else "127.0.0.1"))
        seed = Served(like.served.home, cluster.url())
        _furnish(seed, sink)
        hosts = {name: _host(folder / name, seed, cluster, place) for name, place in places.items()}
        made = Fleet(cluster, hosts, sink, like.ingest_key)
        for host in hosts.values():
            stack.callback(host.served.close)
        with ThreadPoolExecutor(len(hosts)) as threads:
            list(threads.map(Host.start, hosts.values()))
        yield made


def _cluster(net: Network | None, like: str) -> postgres.Cluster:
    """Return a cluster of the fleet's own, with a copy of the database at `like`."""
    place = net.place(DATABASE) if net else None
    cluster = postgres.start(listen=place.address(BACK), within=(*place.within, "setpriv")) if place else postgres.start()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE tocsin")
    programs = postgres.binaries()
    assert programs is not None
    with subprocess.Popen([programs / "pg_dump", "-Fc", like], stdout=subprocess.PIPE) as dump:
        subprocess.run([programs / "pg_restore", "-d", cluster.url()], stdin=dump.stdout, check=True)
    return cluster


def _furnish(seed: Served, sink: webhook.Sink) -> None:
    environ = {"TOCSIN_HOME": str(seed.home), "TOCSIN_DATABASE_URL": seed.database_url, "DJANGO_SETTINGS_MODULE": "tocsin.settings"}
    words = (sink.url, f"{sink.address}/32", str(ROUTES))
    subprocess.run([sys.executable, "-m", "tests.fleet.furnish", *words], env=os.environ | environ, check=True)


def _host(home: Path, seed: Served, cluster: postgres.Cluster, place: Place | None) -> Host:
    shutil.copytree(seed.home, home)
    bind = f"{place.address(FRONT)}:8000" if place else f"127.0.0.1:{free_port()}"
    url = cluster.url(host=place.network.address(BACK, DATABASE)) if place else cluster.url()
    return Host(home.name, Served(home, url, {"TOCSIN_HEALTH": bind}, bind, within=place.within if place else ()), place)
