"""With a synchronous standby a failover loses nothing that was acknowledged, and the old primary, come back alone, acknowledges nothing."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.postgres import Cluster
from tocsin.kit import database
from tocsin.kit.home import Home

SESSION = database.settings(Home(Path("/nowhere"), "postgresql:///tocsin", "", ""))["OPTIONS"]["options"]
"""As every connection of the product begins."""
UNANSWERED_S = 1.0
PATIENCE_S = 30


@pytest.fixture
def pair() -> Iterator[tuple[Cluster, Cluster]]:
    """Give a primary with a synchronous standby, whose operator thought that commits need not wait."""
    with ExitStack() as stack:
        primary = postgres.start()
        stack.callback(primary.stop)
        with psycopg.connect(primary.url("postgres"), autocommit=True) as operator:
            operator.execute("CREATE DATABASE tocsin")
            operator.execute("ALTER DATABASE tocsin SET synchronous_commit = local")
        with psycopg.connect(primary.url(), autocommit=True) as operator:
            operator.execute("CREATE TABLE acknowledged (number integer)")
        standby = primary.standby()
        stack.callback(standby.stop)
        yield primary, standby


def commit(cluster: Cluster, number: int) -> threading.Event:
    """Commit a number in a thread; what is returned is set once the server has acknowledged it."""
    acknowledged = threading.Event()

    def write() -> None:
        # Without an answer if the server goes away meanwhile.
        with suppress(psycopg.Error), psycopg.connect(cluster.url(), autocommit=True, options=SESSION) as connection:
            connection.execute("INSERT INTO acknowledged VALUES (%s)", [number])
            acknowledged.set()

    threading.Thread(target=write, daemon=True).start()
    return acknowledged


@pytest.mark.row("F-15", "I1")
def test_nothing_acknowledged_is_lost_with_the_primary_and_alone_it_acknowledges_nothing(pair: tuple[Cluster, Cluster]) -> None:
    primary, standby = pair
    assert commit(primary, 1).wait(PATIENCE_S)
    primary.halt()
    standby.promote()
    with psycopg.connect(standby.url()) as connection:
        assert connection.execute("SELECT number FROM acknowledged").fetchall() == [(1,)]
    primary.begin()
    late = commit(primary, 2)
    assert not late.wait(UNANSWERED_S), "who was replaced can promise nothing"
    primary.halt()
    assert not late.is_set()
