"""Many rows in one statement on both databases: copied or in one JSON text on PostgreSQL, one after the other on SQLite."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from itertools import chain, repeat
from operator import is_
from typing import Any
from uuid import UUID

import msgspec
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tocsin.kit import ids

Row = Sequence[Any]
AT_ONCE = 12
"""Rows that SQLite inserts at each run of a statement: to begin and end a run takes it about as long as to insert a small row."""
_mapping = msgspec.json.Decoder(dict[str, str])
_json = msgspec.json.Encoder()


@cache
def on_postgresql() -> bool:
    """Return whether this process works on PostgreSQL, and not on SQLite. Django's connection looks itself up at every such question."""
    return connection.vendor == "postgresql"


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One statement and its parameters as the driver takes them. Where `kinds` says the types of columns, these are rows. PostgreSQL takes them in
    its own binary form: for it half the work of reading them out of a text, or less. SQLite runs the statement for each, or for each few of
    them, prepared once: it takes half as long as a list of as many rows, which is a text of its own for each number of them.
    """

    sql: str
    values: Sequence[Any]
    kinds: Sequence[str] = ()


def insert(
    table: str, columns: Mapping[str, str], rows: Sequence[Row], on_conflict: str = "", *, adapted: bool = False
) -> Iterator[Statement]:
    """
    Yield the statements that insert `rows`, whose values stand in the order of `columns` (name to PostgreSQL type, exactly the column's own).
    They are `adapted` already, or that is done here.

    Rows that can meet in `on_conflict` must already be folded and sorted by their key: PostgreSQL refuses two rows with one key in one
    statement, and two transactions that take keys in different orders deadlock. `table`, `columns` and `on_conflict` are literals of
    the code, never input.
    """
    if not rows:
        return
    if on_postgresql():
        if not on_conflict:
            yield Statement(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)", rows, tuple(columns.values()))
            return
        said, values = _said(columns, rows)
        yield Statement(f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM {said} {on_conflict}", values)  # noqa: S608
        return
    names, kinds = tuple(columns), tuple(columns.values())
    taken = rows if adapted else _in_rows(rows, kinds)
    single = len(taken) - len(taken) % AT_ONCE
    if single:
        each = [[*chain.from_iterable(taken[at : at + AT_ONCE])] for at in range(0, single, AT_ONCE)]
        yield Statement(_inserting(table, names, on_conflict, AT_ONCE), each, kinds)
    if single < len(taken):
        yield Statement(_inserting(table, names, on_conflict, 1), taken[single:], kinds)


@cache
def _inserting(table: str, columns: tuple[str, ...], on_conflict: str, many: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * many)} {on_conflict}"  # noqa: S608


def update(table: str, keys: Sequence[str], columns: Mapping[str, str], rows: Sequence[Row]) -> Iterator[Statement]:
    """
    Yield the statements that set `columns` of the rows that `keys`, which are columns too, name. As with `insert`, rows are sorted by
    their keys, which occur together once, and the names are literals of the code.
    """
    what = ", ".join(f"{name} = {{{name}}}" for name in columns if name not in keys)
    which = " AND ".join(f"{table}.{key} = {{{key}}}" for key in keys)
    yield from change(table, what, which, columns, rows)


def change(table: str, what: str, which: str, columns: Mapping[str, str], rows: Sequence[Row]) -> Iterator[Statement]:
    """Yield the statements that set `what` where `which` is true; both say `{name}` for what stands in that column of a row. All as with `insert`."""
    if not rows:
        return
    place = "said.column{}" if on_postgresql() else "?{}"
    given = {name: place.format(at) for at, name in enumerate(columns, 1)}
    what, which = what.format(**given), which.format(**given)
    if on_postgresql():
        said, values = _said(columns, rows)
        yield Statement(f"UPDATE {table} SET {what} FROM {said} WHERE {which}", values)  # noqa: S608
        return
    kinds = tuple(columns.values())
    yield Statement(f"UPDATE {table} SET {what} WHERE {which}", _in_rows(rows, kinds), kinds)  # noqa: S608


def one(sql: str, values: Sequence[tuple[str, Any]]) -> Statement:
    """Return a statement with `{}` wherever one of `values`, each behind its PostgreSQL type, is to stand. `sql` is a literal of the code."""
    return Statement(sql.replace("{}", "%s" if on_postgresql() else "?"), _adapted(values))


def _adapted(values: Sequence[tuple[str, Any]]) -> list[Any]:
    """Return values, each behind its PostgreSQL type, as the driver takes them."""
    if on_postgresql():
        return [value for _, value in values]
    return [_ADAPTERS[kind](value) if kind in _ADAPTERS else value for kind, value in values]


def adapted(kind: str, value: Any) -> Any:
    """Return a value of that PostgreSQL type as the driver takes it."""
    return value if on_postgresql() or kind not in _ADAPTERS else _ADAPTERS[kind](value)


def run(statements: Iterable[Statement]) -> int:
    """Run statements within the caller's transaction, and return how many rows they changed."""
    changed = 0
    if on_postgresql():
        with connection.cursor() as cursor:
            for statement in statements:
                if statement.kinds:
                    changed += _copied(statement)
                else:
                    cursor.execute(statement.sql, statement.values)
                    changed += cursor.rowcount
        return changed
    # Past Django's cursor, which would rewrite every placeholder. The caller's transaction holds the write gate.
    mine = connections[DEFAULT_DB_ALIAS]
    with mine.wrap_database_errors:
        one, each = _watched(mine, mine.connection.execute), _watched(mine, mine.connection.executemany)
        for statement in statements:
            execute = each if statement.kinds else one
            changed += execute(statement.sql, statement.values, False, {"connection": mine}).rowcount
    return changed


def _copied(statement: Statement) -> int:
    """Copy rows in past Django's cursor, which knows no COPY."""
    trees = [at for at, kind in enumerate(statement.kinds) if kind == "jsonb"]
    kinds = ["text" if kind == "jsonb" else kind for kind in statement.kinds]

    def copy(sql: str, rows: Sequence[Row]) -> int:
        with connection.connection.cursor() as cursor:
            with cursor.copy(sql) as copied:
                copied.set_types(kinds)
                for row in rows:
                    copied.write_row(_in_binary(row, trees) if trees else row)
            return int(cursor.rowcount)

    with connection.wrap_database_errors:
        rows_changed: int = _watched(connections[DEFAULT_DB_ALIAS], copy)(
            statement.sql, statement.values, False, {"connection": connection}
        )
    return rows_changed


def _in_binary(row: Row, trees: Iterable[int]) -> Row:
    """Return a row whose JSON texts are marked as PostgreSQL's binary form has them: with the number of that form in front."""
    marked = list(row)
    for at in trees:
        if marked[at] is not None:
            marked[at] = f"\x01{marked[at]}"
    return marked


def _watched(mine: BaseDatabaseWrapper, execute: Callable[..., Any]) -> Callable[..., Any]:
    """Return what executes a statement in front of whoever watches the statements of this connection."""
    watched: Callable[..., Any] = lambda sql, values, _many, _context: execute(sql, values)  # noqa: E731 - in the form of a watcher's
    for wrapper in reversed(mine.execute_wrappers):
        watched = partial(wrapper, watched)
    return watched


def _said(columns: Mapping[str, str], rows: Sequence[Row]) -> tuple[str, list[Any]]:
    """
    Return the rows as PostgreSQL reads them, columns called `column1` and so on, with the parameters: one JSON text, which the driver quotes
    at once, where an array is quoted text by text. What JSON cannot hold comes as arrays.
    """
    names = [f"column{at}" for at in range(1, len(columns) + 1)]
    if "bytea" in columns.values():
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        return f"unnest({arrays}) AS said({', '.join(names)})", [list(values) for values in zip(*rows, strict=True)]
    trees = [at for at, kind in enumerate(columns.values()) if kind == "jsonb"]
    lines = [list(row) for row in rows]
    for line in lines if trees else ():
        for at in trees:
            line[at] = None if line[at] is None else msgspec.Raw(line[at].encode())
    typed = ", ".join(f"{name} {kind}" for name, kind in zip(names, columns.values(), strict=True))
    text = _json.encode([dict(zip(names, row, strict=True)) for row in lines]).decode()
    return f"json_to_recordset(%s::json) AS said({typed})", [text]


def rows(sql: str, values: Sequence[Any]) -> list[Any]:
    """Return the rows of a query as the driver gives them: on SQLite ids are hexadecimal and instants are texts, for `uuid` and `instant`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
    return found


def among(many: Sequence[Any]) -> str:
    """Return the list behind IN with a place for each value of a query that is said as in `one`; nothing is in the empty one."""
    return f"({', '.join(['{}'] * len(many)) or 'NULL'})"


def stored(*columns: str) -> str:
    """Return columns so that their values come out of `rows` as they are stored; Django would have SQLite's driver make something of each."""
    return ", ".join(columns if on_postgresql() else [f"+{column}" for column in columns])


def asked(sql: str, values: Sequence[tuple[str, Any]]) -> list[Any]:
    """Return the rows of a query that is said as in `one`, as `rows` does."""
    if on_postgresql():
        return rows(sql.replace("{}", "%s"), _adapted(values))
    mine = connections[DEFAULT_DB_ALIAS]
    mine.ensure_connection()
    with mine.wrap_database_errors:  # past Django's cursor, which takes longer to pass such a query on than SQLite to answer it
        execute = _watched(mine, mine.connection.execute)
        found: list[Any] = execute(sql.replace("{}", "?"), _adapted(values), False, {"connection": mine}).fetchall()
    return found


def uuid(value: UUID | str) -> UUID:
    """Return an id as it came out of `rows`."""
    return value if isinstance(value, UUID) else ids.of(int(value, 16))


def as_stored(value: UUID | str) -> UUID | str:
    """Return an id as it comes out of `rows`, and as `asked` takes it for a text: what is read by many ids is looked up by them as they are."""
    return value if isinstance(value, str) or on_postgresql() else value.hex


@lru_cache(4096)
def instant(value: datetime | str) -> datetime:
    """Return an instant as it came out of `rows`."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def mapping(value: Mapping[str, str] | str) -> Mapping[str, str]:
    """Return a JSON object as it came out of `rows`."""
    return _mapping.decode(value) if isinstance(value, str) else value


def _in_rows(rows: Sequence[Row], kinds: Sequence[str]) -> Sequence[Row]:
    """Return the rows as SQLite takes them; column by column is how they are changed quickest, unless there is only one."""
    if len(rows) == 1:
        return [[_ADAPTERS[kind](value) if kind in _ADAPTERS else value for kind, value in zip(kinds, rows[0], strict=True)]]
    values = list(zip(*rows, strict=True))
    for at, kind in enumerate(kinds):
        if kind in _ADAPTERS:
            first = values[at][0]
            same = all(map(is_, values[at], repeat(first)))
            values[at] = (_ADAPTERS[kind](first),) * len(rows) if same else tuple(map(_ADAPTERS[kind], values[at]))
    return list(zip(*values, strict=True))


@lru_cache(4096)
def _instant(at: datetime | None) -> str | None:
    """Return `at` as Django writes it to SQLite."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _hex(value: UUID | None) -> str | None:
    return None if value is None else f"{value.int:032x}"


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


_ADAPTERS: dict[str, Callable[[Any], Any]] = {"uuid": _hex, "timestamptz": _instant, "boolean": _flag}
