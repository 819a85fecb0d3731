"""The SQLite backend: what every connection is set to, when it holds the gate, and who moves the log into the file."""

import sqlite3
import threading
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import OperationalError, connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from tocsin.kit import database
from tocsin.kit.home import Home
from tocsin.kit.sqlite.base import DatabaseWrapper
from tocsin.kit.sqlite.checkpoint import Checkpointer
from tocsin.kit.sqlite.gate import gate


@pytest.fixture
def own(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[DatabaseWrapper]:
    """A connection as the product opens it, to an empty database of the test's own."""
    settings = {**deepcopy(connections["default"].settings_dict), **database.settings(Home(tmp_path, "", "", ""))}
    with django_db_blocker.unblock():
        wrapper = DatabaseWrapper(settings, alias="own")
        connections["own"] = wrapper
        wrapper.cursor().execute("CREATE TABLE t (x INTEGER)")
        yield wrapper
        wrapper.close()
        del connections["own"]


def free() -> bool:
    """Return whether another thread could pass the gate now."""
    passed: list[bool] = []

    def run() -> None:
        try:
            gate.acquire(timeout_s=0)
        except OperationalError:
            passed.append(False)
        else:
            gate.release()
            passed.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return passed[0]


@pytest.mark.row("I1")
def test_every_commit_is_on_the_disk_and_no_connection_checkpoints_by_itself(own: DatabaseWrapper) -> None:
    def pragma(name: str) -> object:
        return own.cursor().execute(f"PRAGMA {name}").fetchone()[0]

    assert (pragma("journal_mode"), pragma("synchronous"), pragma("wal_autocheckpoint")) == ("wal", 2, 0)


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


def test_only_the_checkpointer_moves_the_log_into_the_file(own: DatabaseWrapper) -> None:
    path = Path(own.settings_dict["NAME"])
    checkpointer = Checkpointer(path)
    with transaction.atomic(using="own"):
        own.cursor().executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(50_000)])
    before = path.stat().st_size
    assert path.with_name(f"{path.name}-wal").stat().st_size > 100_000
    checkpointer.run_once()
    assert path.stat().st_size > before + 100_000
    assert free()
    checkpointer.close()


def test_a_log_that_grew_too_long_is_cut_once_it_has_been_moved(own: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.kit.sqlite.checkpoint.LOG_BYTES_MAX", 1000)
    path = Path(own.settings_dict["NAME"])
    checkpointer = Checkpointer(path)
    own.cursor().execute("INSERT INTO t VALUES (1)")
    checkpointer.run_once()
    assert path.with_name(f"{path.name}-wal").stat().st_size == 0
    checkpointer.close()
