"""Looking into expressions for what a check wants to see."""

from collections.abc import Iterator
from typing import Final

from tocsin.engine.expressions import Compare, Expression, Literal, Not, parts

_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def within(tree: Expression) -> Iterator[Expression]:
    """Yield `tree` and every part of it."""
    yield tree
    for part in parts(tree):
        yield from within(part)


def limits(tree: Expression, *, denied: bool = False) -> Iterator[Compare]:
    """Yield every comparison with a constant, the constant on its right, as it must be true for `tree` to be: a denied one turned round."""
    match tree:
        case Not(operand):
            yield from limits(operand, denied=not denied)
        case Compare(op, left, right):
            if isinstance(left, Literal) and not isinstance(right, Literal):
                op, left, right = _FLIPPED[op], right, left
            if isinstance(right, Literal):
                yield Compare(_OPPOSITE[op] if denied else op, left, right)
        case _:
            for part in parts(tree):
                yield from limits(part, denied=denied)
