"""The SQLite backend: what every connection is set to, when it holds the gate, and when what it commits is on the disk."""

import errno
import os
import sqlite3
import threading
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from django.db import OperationalError, transaction

from tests.kit.gates import free
from tocsin.kit import bells
from tocsin.kit.readonly import readonly
from tocsin.kit.sqlite import base, breakdown, room, syncing
from tocsin.kit.sqlite.base import DatabaseWrapper
from tocsin.kit.sqlite.breakdown import Breakdown
from tocsin.kit.sqlite.gate import gate


@pytest.mark.row("I1")
def test_every_commit_is_on_the_disk_before_anybody_is_told_and_the_gate_is_free_meanwhile(own: DatabaseWrapper, monkeypatch) -> None:
    synced: list[tuple[bytes, bool]] = []
    log = Path(f"{own.settings_dict['NAME']}-wal")

    def sync(file: int) -> None:
        assert os.fstat(file).st_ino == log.stat().st_ino
        synced.append((log.read_bytes(), free()))

    monkeypatch.setattr(os, "fdatasync", sync)
    own.cursor().execute("INSERT INTO t VALUES (1)")
    assert synced.pop() == (log.read_bytes(), True)
    with transaction.atomic(using="own"):
        own.cursor().execute("INSERT INTO t VALUES (2)")
        with transaction.atomic(using="own"):
            own.cursor().execute("INSERT INTO t VALUES (3)")
        assert synced == []
    assert synced.pop() == (log.read_bytes(), True)
    with syncing.write():
        for number in (4, 5):
            with transaction.atomic(using="own"):
                own.cursor().execute("INSERT INTO t VALUES (%s)", [number])
        assert synced == [], "whoever holds the gate longer is told when they have left it"
    assert synced == [(log.read_bytes(), True)]


def test_what_can_be_made_again_is_waited_for_by_nobody_and_is_on_the_disk_with_the_next_commit(own: DatabaseWrapper, monkeypatch) -> None:
    synced: list[bytes] = []
    log = Path(f"{own.settings_dict['NAME']}-wal")
    monkeypatch.setattr(os, "fdatasync", lambda _file: synced.append(log.read_bytes()))
    with syncing.write(), transaction.atomic(using="own"):
        syncing.defer()
        own.cursor().execute("INSERT INTO t VALUES (1)")
    written = log.read_bytes()
    assert synced == []
    with syncing.write():
        own.cursor().execute("INSERT INTO t VALUES (2)")
    assert synced == [log.read_bytes()]
    assert synced[0].startswith(written)


@pytest.mark.row("I1", "F-8")
@pytest.mark.parametrize("held", [False, True], ids=["by itself", "within the gate"])
def test_a_commit_that_the_disk_does_not_take_is_an_error_and_ends_a_server(own: DatabaseWrapper, held: bool, monkeypatch) -> None:
    over, left = threading.Event(), Breakdown()
    monkeypatch.setattr(syncing, "breakdown", left)
    left.arm(over.set)

    def broken(_file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(OperationalError, match="Input/output error"), syncing.write() if held else nullcontext():
        own.cursor().execute("INSERT INTO t VALUES (1)")
    assert over.wait(5)
    assert free()


@pytest.mark.row("I1")
def test_what_keeps_the_file_whole_is_synced_by_sqlite_and_no_connection_checkpoints_by_itself(own: DatabaseWrapper) -> None:
    def pragma(name: str) -> object:
        return own.cursor().execute(f"PRAGMA {name}").fetchone()[0]

    assert (pragma("journal_mode"), pragma("synchronous"), pragma("wal_autocheckpoint")) == ("wal", 1, 0)


def test_a_transaction_holds_the_gate_from_its_beginning_to_its_commit(own: DatabaseWrapper) -> None:
    with transaction.atomic(using="own"):
        assert not free()
        with transaction.atomic(using="own"):
            own.cursor().execute("INSERT INTO t VALUES (1)")
        assert not free()
    assert free()


def test_a_transaction_that_fails_gives_the_gate_back(own: DatabaseWrapper) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(using="own"):
        raise ZeroDivisionError
    assert free()


def test_a_connection_that_is_closed_in_the_middle_gives_the_gate_back(own: DatabaseWrapper) -> None:
    own.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert not free()
    own.close()
    assert free()


def test_a_transaction_that_cannot_begin_gives_the_gate_back(own: DatabaseWrapper) -> None:
    other = sqlite3.connect(own.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    own.cursor().execute("PRAGMA busy_timeout = 1")
    with pytest.raises(OperationalError), transaction.atomic(using="own"):
        raise AssertionError("never in")
    assert free()
    other.close()


def test_a_write_outside_a_transaction_waits_for_the_gate_and_a_read_does_not(own: DatabaseWrapper) -> None:
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        gate.acquire()
        inside.set()
        done.wait(10)
        gate.release()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(10)
    assert own.cursor().execute("SELECT count(*) FROM t").fetchone() == (0,)
    threading.Timer(0.05, done.set).start()
    own.cursor().execute("INSERT INTO t VALUES (1)")
    assert done.is_set()
    holder.join()
    assert free()


def test_whoever_writes_much_keeps_it_in_memory_until_the_commit(own: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "connection", own)
    room.make()
    cursor = own.cursor()
    assert cursor.execute("PRAGMA temp_store").fetchone() == (2,)
    assert cursor.execute("PRAGMA cache_size").fetchone() == (-room.CACHE_KIB,)


@pytest.mark.row("F-7", "F-8")
def test_a_write_that_the_disk_does_not_take_ends_a_server_once_and_no_command(own: DatabaseWrapper, monkeypatch) -> None:
    over, left = threading.Event(), Breakdown()
    monkeypatch.setattr(base, "breakdown", left)
    own.cursor().execute("PRAGMA query_only = 1")
    with pytest.raises(OperationalError, match="readonly"):
        own.cursor().execute("INSERT INTO t VALUES (1)")
    assert not over.is_set()
    left.arm(over.set)
    with pytest.raises(OperationalError, match="readonly"):
        own.cursor().execute("INSERT INTO t VALUES (1)")
    assert over.wait(5)


@pytest.mark.parametrize(("code", "ends"), [(sqlite3.SQLITE_IOERR_FSYNC, True), (sqlite3.SQLITE_FULL, False), (sqlite3.SQLITE_BUSY, False)])
def test_only_a_broken_disk_ends_a_server(code: int, ends: bool, monkeypatch) -> None:
    begun = []
    monkeypatch.setattr(breakdown.threading, "Timer", lambda after_s, leave: begun.append(leave) or threading.Thread())
    left, error = Breakdown(), sqlite3.OperationalError("of the disk")
    error.sqlite_errorcode = code
    left.arm()
    left.look(error)
    assert bool(begun) is ends


@pytest.mark.row("F-7")
def test_a_file_that_nobody_can_write_is_read_with_and_without_a_log_beside_it(own: DatabaseWrapper, monkeypatch) -> None:
    own.cursor().execute("INSERT INTO t VALUES (7)")
    monkeypatch.setattr(readonly, "now", True)
    beside = own.copy("beside")
    for _ in range(2):  # the second time nobody is left who keeps a log
        assert beside.cursor().execute("SELECT x FROM t").fetchone() == (7,)
        with pytest.raises(OperationalError, match="readonly"):
            beside.cursor().execute("INSERT INTO t VALUES (8)")
        beside.close()
        own.close()


def test_a_bell_is_heard_when_its_work_can_be_read_and_nobody_is_told_before_the_disk_has_it(own, monkeypatch):
    seen = []
    monkeypatch.setattr(syncing, "_wait_for", lambda log: seen.append("synced"))
    monkeypatch.setattr(bells, "rung", seen.append)
    with transaction.atomic(using="own"):
        own.cursor().execute("INSERT INTO t VALUES (1)")
        transaction.on_commit(lambda: seen.append("told"), using="own")
        transaction.on_commit(bells.Rung("there"), using="own")
        with suppress(ZeroDivisionError), transaction.atomic(using="own"):
            transaction.on_commit(bells.Rung("taken back"), using="own")
            raise ZeroDivisionError
        assert seen == []
    assert seen == ["there", "synced", "told"]
