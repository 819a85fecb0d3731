"""Outlines of records: what tells one form of a type from another, so that what was written in the one is not read as the other."""

from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from typing import Any, get_args, get_type_hints


def outline(kind: type) -> str:
    """Return of which fields, types and defaults the records of this type consist, and those within them: other ones have another outline."""
    said, waiting = {kind: ""}, [kind]
    while waiting:
        one = waiting.pop()
        hints = get_type_hints(one, include_extras=True)
        said[one] = "; ".join(f"{each.name}: {hints[each.name]}{_default(each)}" for each in fields(one))
        found = [each for name in hints for each in _records_in(hints[name]) if each not in said]
        waiting += found
        said |= dict.fromkeys(found, "")
    return "\n".join(f"{one.__name__}({parts})" for one, parts in said.items())


def _default(field: Field[Any]) -> str:
    """Return the default of a field in words that every process has for it: none is an object with an address of its own."""
    if field.default_factory is not MISSING:
        return f" = {field.default_factory()!r}"
    return "" if field.default is MISSING else f" = {field.default!r}"


def _records_in(hint: Any) -> Iterable[type]:
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        yield hint
    for argument in get_args(hint):
        yield from _records_in(argument)
