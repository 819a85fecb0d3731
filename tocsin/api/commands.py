"""The commands of the engine as bodies of requests: one schema each, made from their dataclasses, told apart by `command`."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Union, get_args, get_type_hints

from ninja import Schema
from pydantic import ConfigDict, create_model
from pydantic import Field as Described

from tocsin.api import facts
from tocsin.api.wire import Instant, Name, Text
from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.program import Program

NOT_FOR_PROGRAMS: Final = (t.Declare, t.Observe, t.Reckon, t.ReportDelivery, t.Tick)
"""Declaring has an address of its own; the others are the server's."""
_STAMPED: Final = ("by", "at", "seats", "readings", "item", "brings", "lists")
_WORDY: Final = ("words", "reason", "duty", "evidence", "texts", "fields", "attach", "result", "contact")


class Given(Schema):
    """What every command body has in common: no field that is not known."""

    model_config = ConfigDict(extra="forbid")


FactValues = dict[Name, Any]


def name_of(kind: type) -> str:
    """Return what a command is called in a body: `HandOver` is `hand_over`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def _type_of(hint: Any, *, wordy: bool) -> Any:
    text = Text if wordy else Name
    known = {
        str: text,
        int: int,
        bool: bool,
        datetime: Instant,
        datetime | None: Instant | None,
        tuple[str, ...]: list[text],  # type: ignore[valid-type]
        tuple[int, ...]: list[int],
        Mapping[str, str]: dict[Name, text],  # type: ignore[valid-type]
        Mapping[str, Mapping[str, str]]: dict[Name, dict[Name, text]],  # type: ignore[valid-type]
        Mapping[str, Value]: FactValues,
    }
    return known[hint]


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        made = field.default
    elif field.default_factory is not MISSING:
        made = field.default_factory()
    else:
        return ...
    return list(made) if isinstance(made, tuple) else made


def _schema(kind: type) -> type[Given]:
    hints = get_type_hints(kind)
    given: dict[str, Any] = {"command": (Literal[name_of(kind)], ...)}
    given |= {
        field.name: (_type_of(hints[field.name], wordy=field.name in _WORDY), _default(field))
        for field in fields(kind)
        if field.name not in _STAMPED
    }
    made = create_model(kind.__name__, __base__=Given, **given)
    made.__doc__ = kind.__doc__
    return made


KINDS: Final[Mapping[str, type]] = {name_of(kind): kind for kind in get_args(t.Command) if kind not in NOT_FOR_PROGRAMS}
SCHEMAS: Final[Mapping[str, type[Given]]] = {name: _schema(kind) for name, kind in KINDS.items()}
Body = Annotated[Union[tuple(SCHEMAS.values())], Described(discriminator="command")]  # type: ignore[valid-type]  # noqa: UP007


def command(program: Program, body: Any) -> t.Command:
    """
    Return the command that a body asks for; the desk stamps who and when.

    :raises problems.Problem: 422 for facts that are not of their type.
    """
    kind = KINDS[body.command]
    given = {field.name: getattr(body, field.name) for field in fields(kind) if field.name not in _STAMPED}
    if "facts" in given:
        given["facts"] = facts.read(program, given["facts"])
    if "about" in given:
        given["about"] = facts.of_client(given["about"])
    made: t.Command = kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})
    return made
