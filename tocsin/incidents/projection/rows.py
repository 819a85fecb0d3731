"""What the parts of the projector speak in: a scene to look at, rows to write, plain words for JSON columns."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import UniqueConstraint

from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.program import Program, Rule
from tocsin.incidents.models.row import Row as RowModel
from tocsin.incidents.shapes import VALUE, Pen, Plain, shape

_PEN = Pen(sealed=lambda _place, text: text)
"""Rows show words as they are: what is sealed in the chain is open here."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The state after an event (or after all of them), the plan in force then, and the phase that the event met."""

    program: Program
    state: t.State
    seq: int
    phase_before: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """
    Values for the row of `model` with this key. A `change` is for a row that exists already; a `new` one cannot, since its key is of this
    very event; anything else makes it where it is missing.

    Values not given stay as they are.
    """

    model: type[RowModel]
    key: tuple[str | int, ...]
    values: Mapping[str, Any]
    change: bool = False
    new: bool = False


FromEvent = Callable[[Scene, t.AnyEvent], Iterator[Row]]
"""The rows that one event makes or changes, for good: history."""
FromState = Callable[[Scene], Iterator[Row]]
"""The rows as the state alone gives them, whatever led to it. The projector writes those that differ from before."""


_KINDS: dict[FromEvent, tuple[type, ...]] = {}


def of(*kinds: type) -> Callable[[FromEvent], FromEvent]:
    """Say of which events a part may have rows; of all, if it says nothing."""

    def known(part: FromEvent) -> FromEvent:
        _KINDS[part] = kinds
        return part

    return known


@cache
def concerned(parts: tuple[FromEvent, ...], kind: type) -> tuple[FromEvent, ...]:
    """Return which of these parts may have rows of an event of this kind."""
    return tuple(part for part in parts if issubclass(kind, _KINDS.get(part, (object,))))


@cache
def keys_of(model: type[RowModel]) -> tuple[str, ...]:
    """Return the fields that name a row within its incident."""
    (once,) = model._meta.constraints
    assert isinstance(once, UniqueConstraint)
    return tuple(field for field in once.fields if field != "incident")


def titled(rule: Rule | None) -> dict[str, Any]:
    """Return the title and citations of a rule as a row has them; empty for what the plan does not know."""
    return {"title": dict(rule.title), "cite": list(rule.cite)} if rule else {"title": {}, "cite": []}


def plain_value(value: Value | None) -> Plain:
    """Return a fact's value for a JSON column, in its canonical form."""
    return None if value is None else VALUE.write(value, _PEN, "")


def plain_event(event: t.AnyEvent) -> dict[str, Any]:
    """Return the fields of an event, except when and by whom, for a JSON column."""
    kind: Any = type(event)
    tree: Any = shape(kind).write(event, _PEN, "")
    return {name: value for name, value in tree.items() if name not in ("at", "by")}
