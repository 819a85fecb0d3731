"""Many rows in one statement on both databases: `unnest` on PostgreSQL, long VALUES lists on SQLite."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection

CHUNK_MAX = 512
"""Rows per statement on SQLite; smaller groups go in powers of two, so that few texts exist and each is prepared once."""
_VARIABLES_MAX = 32_000

Row = Sequence[Any]


def insert(table: str, columns: Mapping[str, str], rows: Sequence[Row], on_conflict: str = "") -> None:
    """
    Insert `rows`, whose values stand in the order of `columns` (name to PostgreSQL type), in the caller's transaction.

    Rows that can meet in `on_conflict` must already be folded and sorted by their key: PostgreSQL refuses two rows with one key in one
    statement, and two transactions that take keys in different orders deadlock. `table`, `columns` and `on_conflict` are literals of
    the code, never input.
    """
    if not rows:
        return
    if connection.vendor == "postgresql":
        _unnest(table, columns, rows, on_conflict)
    else:
        _values(table, columns, rows, on_conflict)


def _unnest(table: str, columns: Mapping[str, str], rows: Sequence[Row], on_conflict: str) -> None:
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays}) {on_conflict}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(values) for values in zip(*rows, strict=True)])


def _values(table: str, columns: Mapping[str, str], rows: Sequence[Row], on_conflict: str) -> None:
    adapt = [_ADAPTERS.get(kind) for kind in columns.values()]
    names = tuple(columns)
    chunk_max = min(CHUNK_MAX, 1 << (_VARIABLES_MAX // len(names)).bit_length() - 1)
    at = 0
    # Past Django's cursor: it would rewrite every placeholder of these long texts. The gate is held by the caller's transaction.
    execute = connection.connection.execute
    while at < len(rows):
        count = min(chunk_max, 1 << (len(rows) - at).bit_length() - 1)
        values = [
            value if change is None or value is None else change(value)
            for row in rows[at : at + count]
            for change, value in zip(adapt, row, strict=True)
        ]
        with connection.wrap_database_errors:
            execute(_text(table, names, count, on_conflict), values)
        at += count


@cache
def _text(table: str, columns: tuple[str, ...], count: int, on_conflict: str) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * count)} {on_conflict}"  # noqa: S608


def _instant(at: datetime) -> str:
    """Return `at` as Django writes it to SQLite."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


_ADAPTERS: dict[str, Callable[[Any], Any]] = {
    "uuid": lambda value: value.hex,
    "timestamptz": _instant,
    "boolean": int,
}
