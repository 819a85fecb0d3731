"""A database that goes away for a moment: commands wait it out, and what was acknowledged is kept, once."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.serving import eventually
from tests.warm import Process

Interrupt = Callable[[], None]


class Steady:
    """The process that writes; see its module."""

    def __init__(self, home: Path, database_url: str) -> None:
        environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "tocsin.settings", "TOCSIN_HOME": str(home), "TOCSIN_DATABASE_URL": database_url}
        self.process = Process("tests.incidents.steady", environ=environ)
        self.said: dict[str, list[str]] = {"acked": [], "kept": [], "wrong": []}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            word, _, rest = line.strip().partition(" ")
            self.said[word].append(rest)

    def goes_on(self, within_s: float) -> None:
        """Return once more was acknowledged than now."""
        before = len(self.said["acked"])
        eventually(lambda: len(self.said["acked"]) > before + 2, within_s)

    def finish(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        status = self.process.wait(60)
        self._reader.join(10)
        return status

    def close(self) -> None:
        """End it in any case, and whatever it held."""
        self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def interrupted(database_url: str, tmp_path: Path) -> Iterator[tuple[Steady, Interrupt]]:
    """Give the process, and what takes its database away: on PostgreSQL a crash of the whole server, on SQLite a foreign lock."""
    home = tmp_path / "home"
    cluster = postgres.start() if database_url else None
    steady = Steady(home, cluster.url("postgres") if cluster else "")
    yield steady, cluster.crash if cluster else lambda: lock(home / "tocsin.sqlite3")
    steady.close()
    if cluster:
        cluster.stop()


def lock(path: Path) -> None:
    """Hold the write lock for a while without passing the gate, as a tool of the operator's would."""
    foreign = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    foreign.execute("PRAGMA busy_timeout = 0")
    eventually(lambda: seized(foreign), within_s=10)
    threading.Timer(0.5, foreign.close).start()


def seized(foreign: sqlite3.Connection) -> bool:
    """Ask very often: the process leaves the lock alone for moments only."""
    for _ in range(10_000):
        try:
            foreign.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            continue
        return True
    return False


@pytest.mark.kill
@pytest.mark.row("F-14", "F-16", "I1")
def test_commands_wait_out_a_database_that_goes_away_and_happen_once(interrupted: tuple[Steady, Interrupt]) -> None:
    steady, interrupt = interrupted
    steady.goes_on(within_s=60)
    for _ in range(3):
        interrupt()
        steady.goes_on(within_s=10)
    assert steady.finish() == 0
    assert len(steady.said["kept"]) == len(set(steady.said["kept"]))
    assert set(steady.said["kept"]) == set(steady.said["acked"])
    assert steady.said["wrong"] == []
