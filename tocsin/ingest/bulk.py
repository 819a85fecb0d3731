"""Many rows in one statement on both databases: `unnest` on PostgreSQL, long VALUES lists on SQLite."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.db import connection

CHUNK_MAX = 512
"""Rows per statement on SQLite; smaller groups go in powers of two, so that few texts exist and each is prepared once."""
_VARIABLES_MAX = 32_000

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and its parameters as the driver takes them."""

    sql: str
    values: Sequence[Any]


def insert(table: str, columns: Mapping[str, str], rows: Sequence[Row], on_conflict: str = "") -> Iterator[Statement]:
    """
    Yield the statements that insert `rows`, whose values stand in the order of `columns` (name to PostgreSQL type).

    Rows that can meet in `on_conflict` must already be folded and sorted by their key: PostgreSQL refuses two rows with one key in one
    statement, and two transactions that take keys in different orders deadlock. `table`, `columns` and `on_conflict` are literals of
    the code, never input.
    """
    if not rows:
        return
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays}) {on_conflict}"  # noqa: S608
        yield Statement(sql, [list(values) for values in zip(*rows, strict=True)])
        return
    adapt = [(at, _ADAPTERS[kind]) for at, kind in enumerate(columns.values()) if kind in _ADAPTERS]
    chunk_max = min(CHUNK_MAX, 1 << (_VARIABLES_MAX // len(columns)).bit_length() - 1)
    at = 0
    while at < len(rows):
        count = min(chunk_max, 1 << (len(rows) - at).bit_length() - 1)
        yield Statement(_values(table, tuple(columns), count, on_conflict), _flat(rows[at : at + count], adapt))
        at += count


def run(statements: Iterable[Statement]) -> None:
    """Run statements within the caller's transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement.sql, statement.values)
        return
    # Past Django's cursor, which would rewrite every placeholder of these long texts. The caller's transaction holds the write gate.
    with connection.wrap_database_errors:
        for statement in statements:
            connection.connection.execute(statement.sql, statement.values)


@cache
def _values(table: str, columns: tuple[str, ...], count: int, on_conflict: str) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * count)} {on_conflict}"  # noqa: S608


def _flat(rows: Sequence[Row], adapt: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values: list[Any] = []
    for row in rows:
        changed = list(row)
        for at, change in adapt:
            if changed[at] is not None:
                changed[at] = change(changed[at])
        values += changed
    return values


@lru_cache(4096)
def _instant(at: datetime) -> str:
    """Return `at` as Django writes it to SQLite."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


_ADAPTERS: dict[str, Callable[[Any], Any]] = {"uuid": lambda value: value.hex, "timestamptz": _instant, "boolean": int}
