"""The bare minimum of settling: the rows that a Tocsin has left, upserted in groups into a table of the same form on the same disk."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

GROUP = 2_000
"""Rows in one commit: some 20 bodies of a hundred."""
CHUNK = 500
"""Rows in one statement of SQLite."""
KEY = ("organisation_id", "source", "fingerprint")
_INDEXES = "SELECT sql FROM sqlite_master WHERE tbl_name = 'ingest_alert' AND sql IS NOT NULL ORDER BY type = 'index'"


def into_sqlite(home: Path, most: int) -> float:
    """Return rows per second: at most so many of the alerts in `home`, each group committed and synced. Reading them is not counted."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-", dir=home.parent) as folder, closing(_read_only(home)) as given:
        bare = sqlite3.connect(Path(folder) / "bare.sqlite3", isolation_level=None)
        with closing(bare):
            for setting in ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 4000"):
                bare.execute(f"PRAGMA {setting}")
            for (sql,) in given.execute(_INDEXES).fetchall():
                bare.execute(sql)
            cursor = given.execute("SELECT * FROM ingest_alert ORDER BY raw LIMIT ?", [most])
            names = [column[0] for column in cursor.description]
            rows, spent = 0, 0.0
            for group in iter(lambda: cursor.fetchmany(GROUP), []):
                parts = [group[at : at + CHUNK] for at in range(0, len(group), CHUNK)]
                statements = [(_upsert(names, len(part)), list(chain.from_iterable(part))) for part in parts]
                began = time.perf_counter()
                bare.execute("BEGIN IMMEDIATE")
                for sql, values in statements:
                    bare.execute(sql, values)
                bare.execute("COMMIT")
                spent += time.perf_counter() - began
                rows += len(group)
    return rows / spent


def into_postgresql(url: str, most: int) -> float:
    """Return rows per second, as `into_sqlite` does, in the same database: one `unnest` and one commit for each group."""
    with psycopg.connect(url, autocommit=True) as given, psycopg.connect(url, autocommit=True) as bare:
        bare.execute("CREATE TABLE bare (LIKE ingest_alert INCLUDING ALL)")
        columns = given.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'ingest_alert'::regclass "
            "AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        ).fetchall()
        names = [name for name, _ in columns]
        arrays = ", ".join(f"%s::text[]::{kind}[]" for _, kind in columns)
        sql = f"INSERT INTO bare SELECT * FROM unnest({arrays}) {_conflict(names)}"
        texts = ", ".join(f"{name}::text" for name in names)
        rows, spent = 0, 0.0
        for group in _groups(given, f"SELECT {texts} FROM ingest_alert ORDER BY raw LIMIT {most}"):
            values = [list(column) for column in zip(*group, strict=True)]
            began = time.perf_counter()
            bare.execute(sql.encode(), values)
            spent += time.perf_counter() - began
            rows += len(group)
        bare.execute("DROP TABLE bare")
    return rows / spent


def _groups(given: "psycopg.Connection[Any]", sql: str) -> Iterator[Sequence[Any]]:
    with given.transaction(), given.cursor("rows") as cursor:
        cursor.execute(sql.encode())
        while group := cursor.fetchmany(GROUP):
            yield group


def _read_only(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{home}/tocsin.sqlite3?mode=ro", uri=True)


def _upsert(names: Sequence[str], count: int) -> str:
    places = ", ".join([f"({', '.join('?' * len(names))})"] * count)
    return f"INSERT INTO ingest_alert ({', '.join(names)}) VALUES {places} {_conflict(names)}"


def _conflict(names: Sequence[str]) -> str:
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in ("id", *KEY))
    return f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {changed}"
