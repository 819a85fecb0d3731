"""The option `--database`: the same tests on SQLite (each process has its own file) or on a PostgreSQL cluster of the run's own."""

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tocsin.kit import ids

TOUCHES = {"db", "transactional_db", "database_url", "installed"}
"""Whoever touches the database asks for one of these fixtures, or is marked django_db."""

WITHOUT = ("engine", "plan")
"""The folders in which nothing touches a database: on PostgreSQL their modules are not even read."""

_cluster = pytest.StashKey[postgres.Cluster]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="on postgresql, only what touches the database runs, and no browser",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the cluster before the settings are read. Processes of pytest-xdist inherit its address."""
    if early_config.known_args_namespace.database == "postgresql":
        cluster = postgres.start()
        early_config.stash[_cluster] = cluster
        os.environ["TOCSIN_TEST_DATABASE_URL"] = cluster.url()
        early_config.add_cleanup(cluster.stop)
    return (yield)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if config.getoption("database") == "postgresql" and collection_path in _without() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("database") != "postgresql":
        if strange := [item.nodeid for item in items if not _without().isdisjoint(item.path.parents) and touches(item)]:
            raise pytest.UsageError(f"on PostgreSQL nobody would look at {strange}: it lies in one of the folders {WITHOUT}")
        chosen = [item for item in items if not item.get_closest_marker("postgresql")]
        config.hook.pytest_deselected(items=without(items, chosen))
        items[:] = chosen
        return
    elsewhere = ("browser", "sqlite")
    chosen = [item for item in items if touches(item) and not any(map(item.get_closest_marker, elsewhere))]
    config.hook.pytest_deselected(items=without(items, chosen))
    items[:] = chosen


@cache
def _without() -> frozenset[Path]:
    return frozenset(Path(__file__).parent / name for name in WITHOUT)


def touches(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgresql")
    return marked is not None or not TOUCHES.isdisjoint(getattr(item, "fixturenames", ()))


def without(items: Sequence[pytest.Item], chosen: Sequence[pytest.Item]) -> list[pytest.Item]:
    kept = set(chosen)
    return [item for item in items if item not in kept]


@contextmanager
def fresh_database(like: str = "") -> Iterator[str]:
    """Give the address of a database on the run's cluster, empty or a copy of the one at `like`; on SQLite the address is empty."""
    cluster = os.environ.get("TOCSIN_TEST_DATABASE_URL", "")
    if not cluster:
        yield ""
        return
    server, name = cluster.rpartition("/")[0], f"own_{ids.new().hex}"
    template = like.rpartition("/")[2] or "template1"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
