"""When two expressions are two readings of one sentence: the same form, and other constants or comparators."""

from datetime import datetime, timedelta
from decimal import Decimal

from tocsin.engine.expressions import All, AtLeast, Call, Compare, Expression, Literal, Not, Some, parts


def same_but_constants(one: Expression, other: Expression) -> bool:
    """Return whether the two differ, and only in measured constants or in whether a comparison takes its constant. Pure."""
    return one != other and _alike(one, other)


def _alike(one: Expression, other: Expression) -> bool:
    match one, other:
        case Literal(left), Literal(right):
            return left == right or (type(left) is type(right) and isinstance(left, Decimal | timedelta | datetime))
        case Compare(op), Compare(another) if op[0] != another[0]:
            return False
        case (Not(), Not()) | (All(), All()) | (Some(), Some()) | (Compare(), Compare()):
            left_parts, right_parts = parts(one), parts(other)
            return len(left_parts) == len(right_parts) and all(map(_alike, left_parts, right_parts))
        case AtLeast(number, operands), AtLeast(another, others):
            return number == another and len(operands) == len(others) and all(map(_alike, operands, others))
        case Call(), Call():
            return one == other
        case _:
            return one == other
