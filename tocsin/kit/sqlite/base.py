"""Django's SQLite backend, with the write gate around every transaction and write."""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.features import DatabaseFeatures as StockFeatures

from tocsin.kit.readonly import readonly
from tocsin.kit.sqlite import soundness, syncing
from tocsin.kit.sqlite.breakdown import breakdown
from tocsin.kit.sqlite.gate import gate

_READS = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


class DatabaseFeatures(StockFeatures):
    """Without RETURNING: such a statement ends only when its rows have been read, long after the gate was given back."""

    can_return_columns_from_insert = False
    can_return_rows_from_bulk_insert = False


class Cursor(base.SQLiteCursorWrapper):
    """A write outside a transaction is a transaction of its own and passes the gate."""

    def execute(self, query: str, params: Any = None) -> Any:
        if query.lstrip()[:10].upper().startswith(_READS):
            return super().execute(query, params)
        return self._write(partial(super().execute, query, params))

    def executemany(self, query: str, param_list: Any) -> Any:
        return self._write(partial(super().executemany, query, param_list))

    def _write(self, statement: Callable[[], Any]) -> Any:
        alone = not self.connection.in_transaction
        if alone:
            gate.acquire()
        try:
            done = statement()
        except sqlite3.OperationalError as error:
            breakdown.look(error)
            raise
        finally:
            if alone:
                gate.release()
        if alone:
            _sync(self.connection)
        return done


class Connection(sqlite3.Connection):
    """One that knows where SQLite keeps its log, nowhere if it keeps none, and whether room was made for much (`room.py`)."""

    log = ""
    roomy = False


def _sync(connection: sqlite3.Connection) -> None:
    if isinstance(connection, Connection) and connection.log:
        syncing.sync(connection.log)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection in WAL mode that syncs every commit after the gate, never checkpoints by itself, and writes only while it holds the gate."""

    features_class = DatabaseFeatures
    _holds_gate = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if readonly.now:
            return super().get_new_connection(conn_params | {"database": soundness.address(Path(conn_params["database"]))})
        connection = super().get_new_connection(conn_params | {"factory": Connection})
        if not self.is_in_memory_db():
            gate.share(f"{conn_params['database']}-gate")
            connection.log = f"{conn_params['database']}-wal"
        # SQLite up to 3.51.2 can corrupt a WAL that several connections checkpoint: only `checkpoint.py` does.
        # With NORMAL it syncs what keeps the file whole; each commit is synced by `syncing.py`.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "wal_autocheckpoint = 0"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        gate.acquire()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            gate.release()
            raise
        self._holds_gate = True

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        except OperationalError as error:
            breakdown.look(error.__cause__)
            raise
        self._give_back()
        self._wake()
        with self.wrap_database_errors:
            _sync(self.connection)

    def _wake(self) -> None:
        """Do now what is to be done on commit and need not wait for the disk: it does not wait for us either (ADR 0017)."""
        hooks, self.run_on_commit = self.run_on_commit, []
        for hook in hooks:
            if getattr(hook[1], "before_sync", False):
                hook[1]()
            else:
                self.run_on_commit.append(hook)

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_back()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_back()

    def _give_back(self) -> None:
        if self._holds_gate:
            self._holds_gate = False
            gate.release()
