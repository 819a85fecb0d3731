"""The values of one thing that the expressions depend on, as regions between the constants it is compared with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

from tocsin.engine.expressions import UNKNOWN, Compare, Expression, Known, Leaf, Literal, Value, evaluate
from tocsin.plan.names import Type

_OTHER: Final = "\u2026"
"""Stands for every text that no expression mentions; no constant of a plan is this one character by itself."""
_STEPS: Final[Mapping[str, Decimal | timedelta]] = {
    "decimal": Decimal(1),
    "int": Decimal(1),
    "duration": timedelta(seconds=1),
    "time": timedelta(days=1),
}
_ZEROS: Final[Mapping[str, Value]] = {
    "decimal": Decimal(0),
    "int": Decimal(0),
    "duration": timedelta(),
    "time": datetime(2000, 1, 1, tzinfo=UTC),
}


@dataclass(frozen=True, slots=True)
class Region:
    """Values that no expression tells apart; `value` represents them. An end that is None is open to infinity; finite values have no ends."""

    value: Known
    low: Value | None = None
    high: Value | None = None
    low_in: bool = False
    high_in: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """One leaf and its regions; `ordered` if they follow each other as numbers do."""

    leaf: Leaf
    regions: tuple[Region, ...]
    ordered: bool


def axis(leaf: Leaf, kind: Type, atoms: Sequence[Expression], *, unknown: bool) -> Axis:
    """
    Return the axis of `leaf` as `atoms` (those that read it) cut it; with `unknown` its last region is the value that nobody knows.

    Neighbouring regions of numbers that no atom tells apart are one; every value of a choice stays its own.
    """
    ordered = kind.name in _STEPS
    regions = (
        list(_merged(_between(kind, _constants(leaf, atoms)), leaf, atoms))
        if ordered
        else [Region(value) for value in _values(leaf, kind, atoms)]
    )
    if unknown:
        regions.append(Region(UNKNOWN))
    return Axis(leaf, tuple(regions), ordered)


def _constants(leaf: Leaf, atoms: Iterable[Expression]) -> list[Value]:
    found = [atom.right.value for atom in atoms if isinstance(atom, Compare) and atom.left == leaf and isinstance(atom.right, Literal)]
    return list(dict.fromkeys(found))


def _values(leaf: Leaf, kind: Type, atoms: Iterable[Expression]) -> Iterable[Value]:
    if kind.name == "string":
        return kind.of or (*(value for value in _constants(leaf, atoms) if isinstance(value, str)), _OTHER)
    return (True, False)


def _between(kind: Type, constants: list[Value]) -> Iterator[Region]:
    """Yield every constant and every stretch between them, in order."""
    step, zero = _STEPS[kind.name], _ZEROS[kind.name]
    points: list[Any] = sorted(value for value in constants if type(value) is type(zero))
    if not points:
        yield Region(zero)
        return
    if kind.name not in ("int", "duration") or points[0] > zero:
        below = points[0] / 2 if kind.name == "duration" else _moved(points[0], -step)
        yield Region(below, high=points[0])
    for point, after in zip_longest(points, points[1:]):
        yield Region(point, point, point, low_in=True, high_in=True)
        if after is None:
            yield Region(_moved(point, step), low=point)
        elif kind.name != "int" or after - point > step:
            yield Region(point + (step if kind.name == "int" else (after - point) / 2), low=point, high=after)


def _moved(point: Any, by: Any) -> Any:
    """Return `point` moved, or itself at the end of the calendar, where nothing lies beyond it."""
    try:
        return point + by
    except OverflowError:
        return point


def _merged(regions: Iterable[Region], leaf: Leaf, atoms: Sequence[Expression]) -> Iterator[Region]:
    joined: Region | None = None
    as_before: tuple[Known, ...] = ()
    for region in regions:
        behaviour = tuple(evaluate(atom, lambda _, value=region.value: value) for atom in atoms)  # type: ignore[misc]
        if joined is not None and behaviour == as_before:
            joined = Region(joined.value, joined.low, region.high, joined.low_in, region.high_in)
        else:
            if joined is not None:
                yield joined
            joined, as_before = region, behaviour
    if joined is not None:
        yield joined
