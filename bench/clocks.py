"""
`python -m bench.clocks`: what clocks cost on PostgreSQL, those that wait and those that fall due, with every commit on the disk.

This starts a PostgreSQL of its own; `bench.ticking` measures on it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests import postgres


def main() -> None:
    """Measure, with the arguments of `bench.ticking`."""
    with _database() as url, tempfile.TemporaryDirectory(prefix="tocsin-bench-") as home:
        environ = {"TOCSIN_HOME": home, "TOCSIN_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tocsin.settings"}
        sys.exit(subprocess.run([sys.executable, "-m", "bench.ticking", *sys.argv[1:]], env=os.environ | environ, check=False).returncode)


@contextmanager
def _database() -> Iterator[str]:
    cluster = postgres.start()
    try:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as operator:
            for setting in ("fsync = on", "full_page_writes = on", "shared_buffers = '512MB'", "max_wal_size = '4GB'"):
                operator.execute(f"ALTER SYSTEM SET {setting}")
            operator.execute("CREATE DATABASE tocsin")
        cluster.crash()  # only a start takes all of them
        yield cluster.url()
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
