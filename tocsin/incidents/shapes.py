"""Frozen dataclasses as plain JSON trees and back, driven by their type hints alone: what the journal, the states and the API read and write."""

import re
import types
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from typing import Annotated, Any, Literal, Never, Union, get_args, get_origin, get_type_hints

from tocsin.engine.copies import maker
from tocsin.engine.expressions import Value
from tocsin.engine.terms import Words

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E[+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a tree: where (a JSON pointer), and what."""

    place: str
    problem: str


class Malformed(ValueError):  # noqa: N818 - named like the other outcomes
    """A tree that is not of the shape asked for. All faults at once."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.place or '/'}: {fault.problem}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Pen:
    """How a writer treats texts that are sealed (place, text), and whether it leaves out what is as by default, for a lenient reader."""

    sealed: Callable[[str, str], Plain]
    sparing: bool = False


@dataclass(frozen=True, slots=True)
class Eye:
    """How a reader treats sealed texts, and whether a field that has a default may be missing."""

    sealed: Callable[[str, Plain], str]
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """
    How values of one type are written and read. `place` is where in the tree one is; who `seals` nothing need not know.

    `settle` returns a value as it is read again once it was written in canonical form: the same object where nothing is to be changed. It
    refuses what could not be read (Malformed, or ValueError as `write` does).

    What is `written_as_is` needs no call to be written, what is exactly of the type `read_as_is` none to be read: most of a record is.
    """

    write: Callable[[Any, Pen, str], Plain]
    read: Callable[[Plain, Eye, str], Any]
    settle: Callable[[Any], Any]
    seals: bool = False
    written_as_is: bool = False
    read_as_is: type | None = None


_NOBODY = Eye(sealed=lambda _place, _tree: "")


def below(place: str, key: str) -> str:
    """Return the JSON pointer (RFC 6901) to `key` under `place`."""
    return f"{place}/{key.replace('~', '~0').replace('/', '~1')}"


def follow(tree: Plain, place: str) -> Plain:
    """Return what stands at the JSON pointer `place` in `tree`. LookupError if nothing does."""
    for part in place.split("/")[1:]:
        if isinstance(tree, list):
            if not part.isdecimal():
                raise KeyError(place)
            tree = tree[int(part)]
        elif isinstance(tree, dict):
            tree = tree[part.replace("~1", "/").replace("~0", "~")]
        else:
            raise KeyError(place)
    return tree


@cache
def shape(hint: Any) -> Shape:
    """Return how values of the type `hint` are written and read. TypeError for a type that no record may contain."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return shape(arguments[0])
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin is Literal:
        return _literal(arguments)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _sequence(shape(arguments[0]))
    if origin is Mapping:
        return _mapping(arguments[0], shape(arguments[1]))
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        return _record(hint)
    raise TypeError(f"{hint!r} has no canonical form")


# ------------------------------------------------------------------ single values


def _kept(kind: type, name: str) -> Shape:
    def read(tree: Plain, _eye: Eye, place: str) -> Any:
        return tree if type(tree) is kind else _fail(place, f"{name} was expected")

    return Shape(_as_is, read, lambda value: read(value, _NOBODY, ""), written_as_is=True, read_as_is=kind)


def _as_is(value: Any, _pen: Pen, _place: str) -> Any:
    return value


def _spelled(name: str, spell: Callable[[Any], str], parse: Callable[[str], Any]) -> Shape:
    def read(tree: Plain, _eye: Eye, place: str) -> Any:
        try:
            return parse(_read_text(tree, _eye, place))
        except (ArithmeticError, ValueError):
            return _fail(place, f"{name} was expected")

    def settle(value: Any) -> Any:
        return parse(spell(value))

    return Shape(lambda value, _pen, _place: spell(value), read, settle)


def _read_text(tree: Plain, _eye: Eye, place: str) -> str:
    return tree if isinstance(tree, str) else _fail(place, "a text was expected")


def nfc(text: str) -> str:
    """Return `text` in the one spelling that open texts have in a record."""
    return text if text.isascii() and type(text) is str else unicodedata.normalize("NFC", text)


@lru_cache(4096)
def spell_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _settle_instant(value: datetime) -> datetime:
    return value if value.tzinfo is UTC and not value.fold else _parse_instant(spell_instant(value))


@lru_cache(4096)
def _parse_instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)


def _spell_number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("a number must be finite")
    return str(value)


def _parse_number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _spell_seconds(value: timedelta) -> str:
    whole, micros = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    sign = "-" if value < timedelta() else ""
    return f"{sign}{whole}" + (f".{micros:06}" if micros else "")


def _parse_seconds(text: str) -> timedelta:
    return timedelta(microseconds=int((_parse_number(text) * 1_000_000).to_integral_exact()))


def _fail(place: str, problem: str) -> Never:
    raise Malformed(Fault(place, problem))


# ------------------------------------------------------------------ the union of fact values

_TEXT = Shape(_as_is, _read_text, nfc, written_as_is=True, read_as_is=str)
_INSTANTS = replace(_spelled("an instant such as 2026-10-12T09:12:04.000000Z", spell_instant, _parse_instant), settle=_settle_instant)
_TAGS: Mapping[type, tuple[str, Shape]] = {
    Decimal: ("number", _spelled("a decimal number", _spell_number, _parse_number)),
    timedelta: ("seconds", _spelled("a number of seconds", _spell_seconds, _parse_seconds)),
    datetime: ("instant", _INSTANTS),
}
_BY_TAG: Mapping[str, Shape] = dict(_TAGS.values())


def _write_value(value: Value, pen: Pen, place: str) -> Plain:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, tuple):
        return list(value)
    tag, form = _TAGS[type(value)]
    return {tag: form.write(value, pen, place)}


def _read_value(tree: Plain, eye: Eye, place: str) -> Value:
    match tree:
        case bool() | str():
            return tree
        case list():
            return tuple(_read_text(item, eye, below(place, str(index))) for index, item in enumerate(tree))
        case dict() if len(tree) == 1 and next(iter(tree)) in _BY_TAG:
            ((tag, content),) = tree.items()
            value: Value = _BY_TAG[tag].read(content, eye, below(place, tag))
            return value
        case _:
            return _fail(place, 'a text, true, false, a list, {"number": "…"}, {"seconds": "…"} or {"instant": "…"} was expected')


def _settle_value(value: Value) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return nfc(value)
    settled: Value = tuple(map(nfc, value)) if isinstance(value, tuple) else _TAGS[type(value)][1].settle(value)
    return settled


VALUE = Shape(_write_value, _read_value, _settle_value)

_SIMPLE: Mapping[Any, Shape] = {
    Words: Shape(
        lambda value, pen, place: pen.sealed(place, value),
        lambda tree, eye, place: eye.sealed(place, tree),
        lambda value: _read_text(value, _NOBODY, ""),
        seals=True,
    ),
    str: _TEXT,
    bool: _kept(bool, "true or false"),
    int: _kept(int, "a whole number"),
    datetime: _INSTANTS,
    Decimal: _spelled("a decimal number", _spell_number, _parse_number),
    Value: VALUE,
}


# ------------------------------------------------------------------ what holds others


def _union(arguments: tuple[Any, ...]) -> Shape:
    some = tuple(argument for argument in arguments if argument is not type(None))
    if len(some) > 1 and set(some) != set(get_args(Value)):
        raise TypeError(f"{some!r} has no canonical form")
    form = shape(some[0]) if len(some) == 1 else VALUE
    return Shape(
        lambda value, pen, place: None if value is None else form.write(value, pen, place),
        lambda tree, eye, place: None if tree is None else form.read(tree, eye, place),
        lambda value: None if value is None else form.settle(value),
        form.seals,
        form.written_as_is,
        form.read_as_is,
    )


def _literal(allowed: tuple[Any, ...]) -> Shape:
    def read(tree: Plain, _eye: Eye, place: str) -> Any:
        return tree if tree in allowed else _fail(place, f"one of {', '.join(map(str, allowed))} was expected")

    return Shape(_as_is, read, lambda value: read(value, _NOBODY, ""), written_as_is=True)


def _sequence(form: Shape) -> Shape:
    def write(value: tuple[Any, ...], pen: Pen, place: str) -> Plain:
        if form.written_as_is:
            return list(value)
        return [form.write(item, pen, f"{place}/{index}") for index, item in enumerate(value)] if value else []

    def read(tree: Plain, eye: Eye, place: str) -> Any:
        if not isinstance(tree, list):
            return _fail(place, "a list was expected")
        return tuple(_all(((f"{place}/{index}", item, form) for index, item in enumerate(tree)), eye)) if tree else ()

    def settle(value: tuple[Any, ...]) -> tuple[Any, ...]:
        settled = tuple(map(form.settle, value))
        return value if _same(settled, value) else settled

    return Shape(write, read, settle, form.seals)


def _mapping(key: type, form: Shape) -> Shape:
    def write(value: Mapping[Any, Any], pen: Pen, place: str) -> Plain:
        if form.written_as_is:
            return {str(name): item for name, item in value.items()}
        return {str(name): form.write(item, pen, below(place, str(name)) if form.seals else place) for name, item in value.items()}

    def read(tree: Plain, eye: Eye, place: str) -> Any:
        if not isinstance(tree, dict):
            return _fail(place, "an object was expected")
        if key is int and not all(re.fullmatch(r"0|-?[1-9]\d*", name, re.ASCII) for name in tree):
            _fail(place, "whole numbers were expected as keys")
        if not form.seals:
            try:  # mostly nothing is wrong, and nobody needs to know of a place
                return {key(name): form.read(item, eye, "") for name, item in tree.items()}
            except Malformed:
                pass
        values = _all(((below(place, name), item, form) for name, item in tree.items()), eye)
        return dict(zip(map(key, tree), values, strict=True))

    def settle(value: Mapping[Any, Any]) -> Mapping[Any, Any]:
        if not value:
            return value
        names = [name if key is int else nfc(name) for name in value]
        settled = {name: form.settle(item) for name, item in sorted(zip(names, value.values(), strict=True), key=lambda pair: str(pair[0]))}
        if len(settled) < len(value):
            _fail("", "two keys are the same text")
        return value if _same(settled, value) and _same(settled.values(), value.values()) else settled

    return Shape(write, read, settle, form.seals)


def _same(some: Collection[Any], others: Collection[Any]) -> bool:
    """Return whether these are the very same objects in the same order."""
    return all(one is other for one, other in zip(some, others, strict=True))


def _record(kind: type) -> Shape:
    hints = get_type_hints(kind, include_extras=True)
    forms = {one.name: shape(hints[one.name]) for one in fields(kind)}
    defaults = {one.name: one.default if one.default_factory is MISSING else one.default_factory() for one in fields(kind)}
    required = {name for name, default in defaults.items() if default is MISSING}
    made, values_of = maker(kind, {name: defaults[name] for name in forms if name not in required}), _values_of(tuple(forms))
    writes = [(name, None if form.written_as_is else form.write, f"/{name}" if form.seals else "") for name, form in forms.items()]
    reads = {name: (form.read_as_is, form.read, f"/{name}" if form.seals else "") for name, form in forms.items()}
    settles = [(name, form.settle) for name, form in forms.items()]
    usual_of = [MISSING] * len(forms), list(defaults.values())

    def write(value: Any, pen: Pen, place: str) -> Plain:
        return {
            name: write_part(part, pen, place + under) if write_part else part
            for (name, write_part, under), part, usual in zip(writes, values_of(value), usual_of[pen.sparing], strict=True)
            if part is not usual and part != usual
        }

    def read(tree: Plain, eye: Eye, place: str) -> Any:
        if not isinstance(tree, dict):
            return _fail(place, "an object was expected")
        absent = (required if eye.lenient else forms.keys()) - tree.keys()
        if not absent and tree.keys() <= forms.keys():
            try:  # mostly nothing is wrong, and nobody needs to know of a place
                found = {}
                for name, item in tree.items():
                    as_is, read_part, under = reads[name]
                    found[name] = item if type(item) is as_is else read_part(item, eye, place + under)
                return made(found)
            except Malformed:
                pass
        wrong = [Fault(below(place, name), "no such field") for name in tree if name not in forms]
        wrong += [Fault(below(place, name), "missing") for name in forms if name in absent]
        given = [name for name in forms if name in tree]
        values = _all(((f"{place}/{name}", tree[name], forms[name]) for name in given), eye, wrong)
        return made(dict(zip(given, values, strict=True)))

    def settle(value: Any) -> Any:
        known = zip(settles, values_of(value), strict=True)
        changed = {name: fresh for (name, settle_part), part in known if (fresh := settle_part(part)) is not part}
        return replace(value, **changed) if changed else value

    return Shape(write, read, settle, any(form.seals for form in forms.values()))


def _values_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the values of these fields of a record, all at once."""
    return attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, name) for name in names)


def _all(parts: Iterable[tuple[str, Plain, Shape]], eye: Eye, wrong: Iterable[Fault] = ()) -> list[Any]:
    """Return what every (place, tree, shape) reads as, or raise with the faults of all of them and `wrong` together."""
    values, faults = [], list(wrong)
    for place, tree, form in parts:
        try:
            values.append(form.read(tree, eye, place))
        except Malformed as problem:
            faults += problem.faults
    if faults:
        raise Malformed(*faults)
    return values
