"""The one that moves what was committed into SQLite's file: while others write, little by little, and all of it where the log is long."""

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from tests.kit.gates import free
from tests.serving import eventually
from tocsin.kit.sqlite import syncing
from tocsin.kit.sqlite.base import DatabaseWrapper
from tocsin.kit.sqlite.breakdown import Breakdown
from tocsin.kit.sqlite.checkpoint import Checkpointer
from tocsin.kit.sqlite.gate import gate


@pytest.fixture
def checkpointer(own: DatabaseWrapper) -> Iterator[Checkpointer]:
    """The one of the test's own database."""
    one = Checkpointer(Path(own.settings_dict["NAME"]))
    yield one
    one.close()


def test_only_the_checkpointer_moves_the_log_into_the_file(own: DatabaseWrapper, checkpointer: Checkpointer) -> None:
    path = Path(own.settings_dict["NAME"])
    with transaction.atomic(using="own"):
        own.cursor().executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(50_000)])
    before = path.stat().st_size
    assert path.with_name(f"{path.name}-wal").stat().st_size > 100_000
    checkpointer.run_once()
    assert path.stat().st_size > before + 100_000
    assert free()


def test_what_was_committed_is_moved_while_somebody_writes(own: DatabaseWrapper, checkpointer: Checkpointer) -> None:
    path = Path(own.settings_dict["NAME"])
    with transaction.atomic(using="own"):
        own.cursor().executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(50_000)])
    before = path.stat().st_size
    with transaction.atomic(using="own"):
        own.cursor().execute("INSERT INTO t VALUES (1)")
        checkpointer.run_once()
    assert path.stat().st_size > before + 100_000


@pytest.mark.row("I1")
def test_the_log_does_not_begin_anew_while_it_is_moved_without_the_gate(
    own: DatabaseWrapper, checkpointer: Checkpointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Path(f"{own.settings_dict['NAME']}-wal")
    move, beginnings = checkpointer._move, [log.read_bytes()[:32]]

    def meanwhile() -> tuple[int, int]:
        moved = move()
        own.cursor().execute("INSERT INTO t VALUES (1)")
        beginnings.append(log.read_bytes()[:32])
        return moved

    monkeypatch.setattr(checkpointer, "_move", meanwhile)
    checkpointer.run_once()
    assert len({*beginnings}) == 1
    move()
    own.cursor().execute("INSERT INTO t VALUES (1)")
    assert log.read_bytes()[:32] not in beginnings, "whoever finds everything moved and nobody reading begins it anew"


@pytest.mark.row("I1")
def test_what_is_moved_is_written_out_before_it_is_synced_and_synced_before_the_log_may_begin_anew(own, checkpointer, monkeypatch):
    path, done = Path(own.settings_dict["NAME"]), []
    files = {path.stat().st_ino: "file", path.with_name(f"{path.name}-wal").stat().st_ino: "log"}
    own.cursor().execute("CREATE TABLE u (x INTEGER)")
    move, out, page = checkpointer._move, set[int](), own.cursor().execute("PRAGMA page_size").fetchone()[0]

    def meanwhile() -> tuple[int, int]:
        done.append("moved")
        own.cursor().execute("INSERT INTO u VALUES (1)")  # so not all can be moved, and SQLite does not sync the file
        done.remove("log synced")
        return move()

    def write_out(file: int, places: list[int], *_: object) -> None:
        done.append(f"{files[os.fstat(file).st_ino]} written out")
        if done[-1].startswith("file"):
            out.update(places)

    monkeypatch.setattr(checkpointer, "_move", meanwhile)
    monkeypatch.setattr("tocsin.kit.sqlite.checkpoint.write_out", write_out)
    monkeypatch.setattr(os, "fdatasync", lambda file: done.append(f"{files[os.fstat(file).st_ino]} synced"))
    for _ in range(2):
        with transaction.atomic(using="own"):
            own.cursor().executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(5_000)])
        done.clear()
        out.clear()
        before = path.read_bytes()
        checkpointer.run_once()
        assert done == ["log written out", "moved", "file written out", "file synced"]
        after = path.read_bytes()
        changed = {at for at in range(0, len(after), page) if before[at : at + page] != after[at : at + page]}
        assert changed
        assert changed <= out


@pytest.mark.row("F-8")
def test_a_file_that_does_not_take_what_was_moved_ends_a_server(
    own: DatabaseWrapper, checkpointer: Checkpointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, left = threading.Event(), Breakdown()
    monkeypatch.setattr(syncing, "breakdown", left)
    monkeypatch.setattr("tocsin.kit.sqlite.checkpoint.PAGES_MAX", 0)
    left.arm(over.set)
    own.cursor().execute("INSERT INTO t VALUES (1)")

    def broken(_file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(sqlite3.OperationalError, match="Input/output error"):
        checkpointer.run_once()
    assert over.wait(5)
    assert free()


def test_of_a_long_log_only_what_came_last_is_moved_within_the_gate(
    own: DatabaseWrapper, checkpointer: Checkpointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.kit.sqlite.checkpoint.PAGES_MAX", 2)
    move, moves = checkpointer._move, []

    def meanwhile() -> tuple[int, int]:
        pages, moved = move()
        moves.append((gate.mine(), moved))
        if len(moves) == 1:
            for _ in range(20):
                own.cursor().execute("INSERT INTO t VALUES (1)")
        return pages, moved

    monkeypatch.setattr(checkpointer, "_move", meanwhile)
    for _ in range(4):
        own.cursor().execute("INSERT INTO t VALUES (1)")
    checkpointer.run_once()
    assert [within for within, _ in moves] == [False, False, False, True]
    assert moves[0][1] < moves[1][1] == moves[-1][1]


def test_a_long_log_begins_anew_whoever_writes(own: DatabaseWrapper, checkpointer: Checkpointer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.kit.sqlite.checkpoint.PAGES_MAX", 2)
    move, pages = checkpointer._move, []

    def meanwhile() -> tuple[int, int]:
        pages.append(move())
        if not gate.mine():
            own.cursor().execute("INSERT INTO t VALUES (1)")
        return pages[-1]

    monkeypatch.setattr(checkpointer, "_move", meanwhile)
    for _ in range(8):
        own.cursor().execute("INSERT INTO t VALUES (1)")
        checkpointer.run_once()
    assert max(pages)[0] < 8


def test_a_log_that_grew_too_long_is_cut_once_it_has_been_moved(
    own: DatabaseWrapper, checkpointer: Checkpointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.kit.sqlite.checkpoint.LOG_BYTES_MAX", 1000)
    path = Path(own.settings_dict["NAME"])
    own.cursor().execute("INSERT INTO t VALUES (1)")
    checkpointer.run_once()
    assert path.with_name(f"{path.name}-wal").stat().st_size == 0


def test_the_checkpointer_is_in_nobodys_way_until_it_has_waited_long(
    own: DatabaseWrapper, checkpointer: Checkpointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.kit.sqlite.checkpoint.PATIENT_S", 0.01)
    monkeypatch.setattr("tocsin.kit.sqlite.checkpoint.PAGES_MAX", 0)
    with transaction.atomic(using="own"):
        thread = threading.Thread(target=checkpointer.run_once)
        thread.start()
        eventually(lambda: gate.waiting() == 1)
    thread.join()
    assert free()
