"""
Adds a line to `golden_events.jsonl` for every type and version of event that has none: `python -m tests.incidents.golden`.

Lines of released versions are never changed: they are what stands in people's databases. Before the first release the form of an event
may change in place: `python -m tests.incidents.golden PlanMoved …` writes the lines of these types anew.
"""

import hashlib
import itertools
import json
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from tocsin.incidents import canonical
from tocsin.incidents.sealing import Sealed

FILE = Path(__file__).with_name("golden_events.jsonl")
AT = datetime(2026, 10, 12, 9, 12, 4, 123456, tzinfo=UTC)
VALUES = ("calls", True, Decimal("70.50"), timedelta(hours=2, microseconds=7), AT, ("calls", "web"))
SCALARS: Mapping[Any, Any] = {bool: True, int: 3, datetime: AT, Decimal: Decimal("70.50")}


def lines() -> list[dict[str, Any]]:
    """Return what the file holds. Only a line feed ends a line: bodies may contain the other line breaks of Unicode."""
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").split("\n") if line] if FILE.exists() else []


def line(kind: str) -> dict[str, Any]:
    """Return the line of the present version of `kind`, the same every time."""
    turn: Iterator[Any] = itertools.cycle(VALUES)
    salts = (hashlib.sha256(f"{kind} {number}".encode()).digest() for number in itertools.count())
    encoded = canonical.encode(sample(canonical.KINDS[kind], kind, turn), lambda text: Sealed(next(salts), text))
    sealed = {place: [one.salt.hex(), one.text] for place, one in encoded.sealed.items()}
    return {"type": encoded.type, "version": encoded.version, "body": encoded.body, "sealed": sealed}


def sample(hint: Any, name: str, turn: Iterator[Any]) -> Any:
    """Return one value of the type `hint`, with everything in it that is hard to write."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return f'{name}: Анна, 陈 and Łucja\u2028"said" \\ so'
    if origin in (Union, types.UnionType):
        some = [argument for argument in arguments if argument is not type(None)]
        return next(turn) if len(some) > 1 else sample(some[0], name, turn)
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return tuple(sample(arguments[0], f"{name} {number}", turn) for number in (1, 2))
    if origin is Mapping:
        return {key: sample(arguments[1], f"{name} {key}", turn) for key in ((2, 1) if arguments[0] is int else ("z/y", "a~b"))}
    if is_dataclass(hint):
        hints = get_type_hints(hint, include_extras=True)
        return hint(**{field.name: sample(hints[field.name], field.name, turn) for field in fields(hint)})
    return name if hint is str else SCALARS[hint]


def main(renewed: list[str]) -> None:
    """Add what is missing, and write what is `renewed` anew, in the order of the types."""
    known = {(one["type"], one["version"]): one for one in lines() if one["type"] not in renewed}
    for kind in canonical.KINDS:
        known.setdefault((kind, canonical.version_of(kind)), line(kind))
    FILE.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for _, one in sorted(known.items())), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
