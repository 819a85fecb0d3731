"""Which pages SQLite's log holds, as SQLite itself has written it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.kit.sqlite.frames import Frames


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(tmp_path / "db", isolation_level=None)
    for pragma in ("page_size = 1024", "journal_mode = WAL", "wal_autocheckpoint = 0"):
        database.execute(f"PRAGMA {pragma}").fetchall()
    yield database
    database.close()


def logged(writer: sqlite3.Connection) -> int:
    """Return how many pages SQLite says that its log holds, all of them moved by now."""
    return int(writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1])


def test_what_has_come_is_learned_page_by_page(writer: sqlite3.Connection, tmp_path: Path) -> None:
    frames = Frames(tmp_path / "db-wal")
    assert frames.look() == 0
    writer.execute("CREATE TABLE t (x BLOB)")
    assert frames.look() == 0
    first = [*frames.pages]
    assert {1, 2} <= {*first}, "the schema and the table's root"
    writer.execute("INSERT INTO t VALUES (zeroblob(1000000))")
    assert frames.look() == len(first)
    assert frames.look() == len(frames.pages)
    assert frames.pages[: len(first)] == first
    assert {*range(1, writer.execute("PRAGMA page_count").fetchone()[0] + 1)} == {*frames.pages}
    assert frames.begin(len(frames.pages)) == (tmp_path / "db-wal").stat().st_size
    assert logged(writer) == len(frames.pages)


def test_a_log_that_has_begun_anew_or_is_gone_is_learned_anew(writer: sqlite3.Connection, tmp_path: Path) -> None:
    frames = Frames(tmp_path / "db-wal")
    writer.execute("CREATE TABLE t (x BLOB)")
    writer.execute("INSERT INTO t VALUES (zeroblob(100000))")
    frames.look()
    long = len(frames.pages)
    assert logged(writer) == long
    writer.execute("INSERT INTO t VALUES (1)")
    assert frames.look() == 0
    assert 0 < len(frames.pages) < long, "what is left of the log before does not count"
    assert logged(writer) == len(frames.pages)
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (frames.look(), frames.pages) == (0, [])
    writer.close()
    assert (frames.look(), frames.pages) == (0, [])
