"""Many rows of a model at once: what the models say of columns and defaults, without an object and a statement for each row."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState

from tocsin.kit import bulk

Values = Mapping[str, Any]
"""What a row says, by attribute (`incident_id`, not `incident`)."""

T = TypeVar("T", bound=models.Model)
_KINDS: Final = {
    "BigAutoField": "bigint",
    "BigIntegerField": "bigint",
    "BooleanField": "boolean",
    "CharField": "text",
    "DateTimeField": "timestamptz",
    "FloatField": "double precision",
    "IntegerField": "integer",
    "JSONField": "jsonb",
    "PositiveBigIntegerField": "bigint",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "smallint",
    "TextField": "text",
    "UUIDField": "uuid",
}


def insert(model: type[models.Model], rows: Sequence[Values], on_conflict: str = "") -> list[bulk.Statement]:
    """Return the statements that insert rows which say the same attributes; any other is what the model has by default."""
    if not rows:
        return []
    form = _form(model, tuple(rows[0]), defaults=True)
    return list(bulk.insert(form.table, form.columns, form.rows(rows), on_conflict))


def put(model: type[models.Model], keys: Sequence[str], rows: Sequence[Values]) -> list[bulk.Statement]:
    """Return those that insert rows, or change to them the rows that have the same `keys`, which are said, too."""
    if not rows:
        return []
    columns = {name: _quoted(_fields(model)[name]) for name in rows[0]}
    what = ", ".join(f"{column} = excluded.{column}" for name, column in columns.items() if name not in keys)
    which = ", ".join(columns[name] for name in keys)
    return insert(model, rows, f"ON CONFLICT ({which}) DO {f'UPDATE SET {what}' if what else 'NOTHING'}")


def change(model: type[models.Model], keys: Sequence[str], rows: Sequence[Values]) -> list[bulk.Statement]:
    """Return those that change the rows that have these `keys` to what is said. A row that is not there is left out."""
    if not rows:
        return []
    form = _form(model, tuple(rows[0]), defaults=False)
    which = [_quoted(_fields(model)[name]) for name in keys]
    return list(bulk.update(form.table, which, form.columns, form.rows(rows)))


def select(model: type[T], where: str, values: Sequence[tuple[str, Any]], but: tuple[str, ...] = ()) -> list[T]:
    """
    Return the rows of which `where` is true, with what is behind it; it and `values` are as those of `bulk.one`. The attributes `but` are read
    once somebody asks for them.

    For what is asked thousands of times: Django builds such a statement in ten times the time in which SQLite answers it.
    """
    columns, makers = _read(model, but, postgresql=bulk.on_postgresql())
    rows = bulk.asked(f'SELECT {columns} FROM "{model._meta.db_table}" {where}', values)  # noqa: S608
    return _made(model, [name for name in _fields(model) if name not in but], makers, rows)


def columns(model: type[models.Model]) -> str:
    """Return all columns of a model, as a query names whose rows `made` takes."""
    return _read(model, (), postgresql=bulk.on_postgresql())[0]


def names(model: type[models.Model]) -> list[str]:
    """Return the attributes of a model in the order of its columns."""
    return list(_fields(model))


def made(model: type[T], rows: Iterable[bulk.Row]) -> list[T]:
    """Return the objects of rows that hold all columns of a model as the driver gives them."""
    return _made(model, names(model), _read(model, (), postgresql=bulk.on_postgresql())[1], rows)


def _made(model: type[T], attributes: Sequence[str], makers: Sequence[Callable[[Any], Any] | None], rows: Iterable[bulk.Row]) -> list[T]:
    """
    Return the objects of rows that hold these attributes.

    They are made as unpickled ones are: Django's way, attribute by attribute and past signals that nobody hears, takes twice as long.
    """
    objects = []
    for row in rows:
        one = model.__new__(model)
        one.__dict__.update(
            zip(attributes, [value if make is None else make(value) for make, value in zip(makers, row, strict=True)], strict=True)
        )
        one._state = state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        objects.append(one)
    return objects


class Sheaf:
    """
    Rows of many tables, collected while things are decided and written together. What is put twice under the same keys is written once, as
    it was said last.
    """

    def __init__(self) -> None:
        self._added: defaultdict[tuple[type[models.Model], tuple[str, ...]], list[Values]] = defaultdict(list)
        self._put: dict[tuple[type[models.Model], tuple[str, ...], tuple[Any, ...]], _Pending] = {}
        self._adapted: defaultdict[Form, list[list[Any]]] = defaultdict(list)

    def made(self) -> Iterator[tuple["Form", list[Any]]]:
        """Yield the rows that are to be written, as the statements take them. All of them are new: a mere change makes no row (ValueError)."""
        for (model, names), rows in self._added.items():
            form = _form(model, names, defaults=True)
            yield from ((form, row) for row in form.rows(rows))
        for (model, _, _), pending in self._put.items():
            if pending.change:
                raise ValueError(f"a row of {model.__name__} is only changed")
            form = _form(model, tuple(pending.values), defaults=True)
            yield from ((form, row) for row in form.rows([pending.values]))

    def add_adapted(self, form: "Form", row: list[Any]) -> None:
        """Let a new row be written whose values are as the driver takes them (`bulk.adapted`)."""
        self._adapted[form].append(row)

    def add(self, model: type[models.Model], values: Values) -> None:
        """Let a new row be written; the database refuses one that is there already."""
        self._added[model, tuple(values)].append(values)

    def put(self, model: type[models.Model], keys: Values, values: Values, *, change: bool = False) -> None:
        """Let these values be written in the row with these keys. One that is a mere `change` is there already."""
        name = model, tuple(keys), tuple(keys.values())
        known = self._put.get(name)
        if known is None:
            self._put[name] = _Pending({**keys, **values}, change)
        else:
            known.values.update(values)
            known.change = known.change and change

    def write(self) -> None:
        """Write everything. Within the caller's transaction."""
        bulk.run(self.statements())

    def statements(self) -> Iterator[bulk.Statement]:
        """Yield what writes everything, a few statements for each table, and forget it. What others refer to comes first."""
        for form in sorted(self._adapted, key=lambda form: _refers_only(form.model)):
            yield from bulk.insert(form.table, form.columns, self._adapted[form], adapted=True)
        for name in sorted(self._added, key=lambda name: _refers_only(name[0])):
            yield from insert(name[0], self._added[name])
        alike: defaultdict[tuple[type[models.Model], tuple[str, ...], tuple[str, ...], bool], list[Values]] = defaultdict(list)
        for (model, keys, _), pending in self._put.items():
            alike[model, keys, tuple(pending.values), pending.change].append(pending.values)
        for (model, keys, _, changed), rows in alike.items():
            yield from (change if changed else put)(model, keys, rows)
        self._adapted.clear()
        self._added.clear()
        self._put.clear()


@dataclass(slots=True)
class _Pending:
    values: dict[str, Any]
    change: bool


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """
    How rows of a model that say certain attributes are written: the columns with their types, the attribute that each is, and where each
    value comes from. There is one for each such way.
    """

    model: type[models.Model]
    table: str
    names: tuple[str, ...]
    columns: Mapping[str, str]
    said: tuple[tuple[str, bool], ...]
    """The attributes, and whether each is kept as JSON."""
    defaults: tuple[tuple[Callable[[], Any], bool], ...]

    def rows(self, many: Iterable[Values]) -> list[list[Any]]:
        """Return rows as the statements take them."""
        text = _tree if bulk.on_postgresql() else _text
        rows = [[text(values[name]) if is_json else values[name] for name, is_json in self.said] for values in many]
        for row in rows if self.defaults else ():
            row += [text(default()) if is_json else default() for default, is_json in self.defaults]
        return rows


def _refers_only(model: type[models.Model]) -> bool:
    """
    Return whether no other table refers to a model's. A row that comes behind those that refer to it is looked for by SQLite in every one of
    their tables.
    """
    return not model._meta.related_objects


@cache
def _form(model: type[models.Model], names: tuple[str, ...], *, defaults: bool) -> Form:
    fields = _fields(model)
    others = [field for name, field in fields.items() if name not in names and not isinstance(field, models.AutoField)] if defaults else []
    columns = [*(fields[name] for name in names), *others]
    return Form(
        model,
        f'"{model._meta.db_table}"',
        tuple(field.attname for field in columns),
        {_quoted(field): _KINDS[_target(field).get_internal_type()] for field in columns},
        tuple((name, isinstance(fields[name], models.JSONField)) for name in names),
        tuple((_default(field), isinstance(field, models.JSONField)) for field in others),
    )


@cache
def _read(model: type[models.Model], but: tuple[str, ...], *, postgresql: bool) -> tuple[str, Sequence[Callable[[Any], Any] | None]]:
    """Return the columns but for some, and what makes of a value as the driver gives it what the model has."""
    fields = [field for name, field in _fields(model).items() if name not in but]
    kinds = [_KINDS[_target(field).get_internal_type()] for field in fields]
    makers = _FROM_POSTGRESQL if postgresql else _FROM_SQLITE
    return bulk.stored(*map(_quoted, fields)), [makers.get(kind) for kind in kinds]


def _or_none(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else make(value)


_FROM_POSTGRESQL: Final = {"jsonb": _or_none(json.loads)}
_FROM_SQLITE: Final = {
    "boolean": _or_none(bool),
    "jsonb": _or_none(json.loads),
    "timestamptz": _or_none(bulk.instant),
    "uuid": _or_none(bulk.uuid),
}


@cache
def _fields(model: type[models.Model]) -> Mapping[str, Any]:
    return {field.attname: field for field in model._meta.concrete_fields}


def _target(field: Any) -> Any:
    while field.remote_field:
        field = field.target_field
    return field


def _default(field: Any) -> Callable[[], Any]:
    """Return what gives a value that nobody says; where only the database has one, that."""
    if field.has_db_default() and not field.has_default():
        value = field.db_default
        return lambda: value
    default: Callable[[], Any] = field.get_default
    return default


def _quoted(field: Any) -> str:
    return f'"{field.column}"'


_NOTHING: Final[Mapping[type, str]] = {dict: "{}", list: "[]"}


def _text(value: Any) -> str | None:
    """Return a JSON value to the letter as Django writes it: on SQLite texts are compared."""
    if value is None:
        return None
    return json.dumps(value) if value else _NOTHING.get(type(value)) or json.dumps(value)


def _tree(value: Any) -> str | None:
    """Return a JSON value for PostgreSQL, which makes a tree of it whatever the spelling."""
    return None if value is None else _json.encode(value).decode()


_json = msgspec.json.Encoder(enc_hook=lambda value: json.loads(json.dumps(value)))  # kinds of texts of their own
