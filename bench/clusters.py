"""A PostgreSQL of the measurement's own, on the same disk and the same processors, with every commit synced."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import psycopg

from bench.peers import Missing
from tests import postgres

SETTINGS = ("fsync = on", "full_page_writes = on", "shared_buffers = '512MB'", "max_wal_size = '4GB'", "track_commit_timestamp = on")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster."""

    own: postgres.Cluster
    numbers: Iterator[int]

    def url(self, database: str) -> str:
        """Return the address of one database."""
        return self.own.url(database)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Give the name of a database for as long as the block lasts, a copy of `template`."""
        name = f"bench{next(self.numbers)}"
        self.operate(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield name
        finally:
            self.operate(f"DROP DATABASE {name} WITH (FORCE)")

    def operate(self, statement: str) -> None:
        """Run one statement of an operator."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as operator:
            operator.execute(statement.encode())


@contextmanager
def cluster() -> Iterator[Cluster]:
    """
    Give a cluster that syncs.

    :raises Missing: PostgreSQL is not installed.
    """
    if postgres.binaries() is None:
        raise Missing("PostgreSQL is not installed")
    own = postgres.start()
    try:
        made = Cluster(own, count(1))
        for setting in SETTINGS:
            made.operate(f"ALTER SYSTEM SET {setting}")
        own.crash()  # only a start takes all of them
        yield made
    finally:
        own.stop()
