"""Alerta, the durable peer: on a PostgreSQL that syncs, fed through its webhook for Alertmanager with the bodies that Tocsin gets."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import stores
from bench.clusters import Cluster
from bench.peers import Missing, Peer, free_port, running

VERSION = "9.1.0"
PACKAGES = (f"alerta-server=={VERSION}", "gunicorn", "psycopg2-binary")
SERVER = ("--workers", "2", "--threads", "4")
"""Two processes of four threads each took most here: a quarter more in hundreds, twice as much singly as four without threads."""


def folder() -> Path:
    """Return where `scripts/bench` keeps it, in an environment of its own."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "tocsin-bench" / f"alerta-{VERSION}"


@contextmanager
def running_in(cluster: Cluster) -> Iterator[Peer]:
    """
    Give a fresh Alerta on a database of its own.

    :raises Missing: it is not installed.
    """
    program = folder() / "bin" / "gunicorn"
    if not program.exists():
        raise Missing(f"Alerta {VERSION} is not installed in {folder()}; `sh scripts/bench` does it where a package index answers")
    with cluster.database() as database:
        address, url = f"127.0.0.1:{free_port()}", cluster.url(database)
        environ = {**os.environ, "DATABASE_URL": url, "AUTH_REQUIRED": "False", "HOME": str(folder())}
        # Two processes that make the tables at once stand in each other's way.
        subprocess.run(
            [program.with_name("python"), "-c", "import alerta; alerta.create_app()"], env=environ, check=True, capture_output=True
        )
        command = [str(program), *SERVER, "--bind", address, "--log-level", "error", "alerta:create_app()"]
        with running(command, environ, f"http://{address}/management/healthcheck") as session:
            store = stores.postgresql(url)
            yield Peer(
                "Alerta",
                f"http://{address}/webhooks/prometheus",
                "alerta",
                session,
                lambda: int(store.one("SELECT count(*) FROM alerts")[0]),
            )
