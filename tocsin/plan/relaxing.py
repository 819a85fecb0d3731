"""What is nearly true: an expression with every threshold of it relaxed by a part, so that coming near it can be watched."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tocsin.engine.expressions import All, AtLeast, Choose, Compare, Expression, Literal, Not, Some, Value

_UPWARD: Final = (">", ">=")
_MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_PLACES: Final = Decimal("0.000001")


def relax(tree: Expression, share: Fraction) -> Expression:
    """
    Return `tree` with `x > 50.0` as `x > 40.0` (at a share of 80 %), and `x < 50.0` as `x < 62.5`; what has no threshold stays as it is.

    Pure. Behind a `!` a threshold is moved the other way, so that the whole is never harder to meet than before. Source: EWS-01.
    """
    match tree:
        case Compare(op, left, Literal(value)) if op in _MIRRORED:
            return Compare(op, left, Literal(_scaled(value, share if op in _UPWARD else 1 / share)))
        case Compare(op, Literal(value), right) if op in _MIRRORED:
            return Compare(op, Literal(_scaled(value, share if _MIRRORED[op] in _UPWARD else 1 / share)), right)
        case Not(operand):
            return Not(relax(operand, 1 / share))
        case All(operands):
            return All(tuple(relax(operand, share) for operand in operands))
        case Some(operands):
            return Some(tuple(relax(operand, share) for operand in operands))
        case AtLeast(number, operands):
            return AtLeast(number, tuple(relax(operand, share) for operand in operands))
        case Choose(_, then, otherwise):
            return replace(tree, then=relax(then, share), otherwise=relax(otherwise, share))
        case _:
            return tree


def _scaled(value: Value, by: Fraction) -> Value:
    match value:
        case Decimal():
            exact = value * by.numerator / by.denominator
            tidy = exact.quantize(_PLACES).normalize()
            return tidy if tidy.as_tuple().exponent < 0 else tidy.quantize(Decimal("0.1"))  # type: ignore[operator]
        case timedelta():
            return value * by.numerator / by.denominator
        case _:
            return value
