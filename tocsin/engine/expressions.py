"""Expressions as trees: total, three-valued, and able to say why. `tocsin.plan.conditions` makes them, everything else reads them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Final, TypeVar


class Unknown(Enum):
    """The third truth value, and the value of whatever nobody has said or measured yet."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("unknown is neither true nor false; compare with `is`")


UNKNOWN: Final = Unknown.UNKNOWN

Value = str | bool | Decimal | timedelta | datetime | tuple[str, ...]
Known = Value | Unknown


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant of the plan."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A value looked up in the state: a fact, `level`, `phase`, `proposed.by`, `recovery.at_decision`, `loans.open` …"""

    path: str


@dataclass(frozen=True, slots=True)
class SignalRead:
    """A reading of a signal: `measure` is now, mean, excess, level, avg, min, max or sum, over `window` (the signal's own if none)."""

    signal: str
    measure: str
    window: timedelta | None = None


@dataclass(frozen=True, slots=True)
class WatchRef:
    """A watch whose latest edge is the truth here; `test` is what it watches, kept for explanation."""

    watch: str
    test: "Expression"


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class All:
    """`a && b && …`: false if one is false, else unknown if one is unknown."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """`a || b || …`: true if one is true, else unknown if one is unknown."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`at_least(2, a, b, …)`: true once so many are true whatever the others are, false once too few are left, else unknown."""

    number: int
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` with op one of == != < <= > >=."""

    op: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Within:
    """`item in list`; the list is a literal list or a name that holds a set of choices."""

    item: "Expression"
    list: "Expression"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left op right` with op one of + - * /; division by zero is unknown."""

    op: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Choose:
    """`test ? then : otherwise`; unknown while the test is."""

    test: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """
    A function of the closed list: happened, done, holds, is_open, all_begun, answered, missed, sent, share_done, lead_time, mean_time, ratio,
    least, most, worse_than_mean.
    """

    function: str
    arguments: tuple["Expression", ...]


Expression = Literal | Name | SignalRead | WatchRef | Not | All | Some | AtLeast | Compare | Within | Arithmetic | Choose | Call
Leaf = Name | SignalRead | WatchRef | Call
Lookup = Callable[[Leaf], Known]
S = TypeVar("S")
Reader = Callable[[S], Known]
"""What reads a value from a scene: from whatever the leaves are read from."""

_COMPARES: Final = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def evaluate(tree: Expression, lookup: Lookup) -> Known:
    """
    Return the value of `tree`, or UNKNOWN. Pure and total: operands that do not fit each other are unknown, never an exception.

    `lookup` answers for names, signal readings, watches and calls. Whoever asks again and again keeps what `compiled` returns instead.
    """
    return compiled(tree, by_lookup)(lookup)


def by_lookup(leaf: Leaf) -> Reader[Lookup]:
    """Return what reads `leaf` where the scene is itself what answers for leaves."""
    return lambda lookup: lookup(leaf)


def compiled(tree: Expression, reader: Callable[[Leaf], Reader[S]]) -> Reader[S]:
    """Return what reads the value of `tree` from a scene; `reader` says once for every leaf how it is read from one."""
    match tree:
        case Literal(value):
            return lambda scene: value
        case Name() | SignalRead() | WatchRef():
            return reader(tree)
        case Call(function, arguments):
            return _called(tree, function, arguments, reader)
        case Not(operand):
            return _denied(compiled(operand, reader))
        case All(operands):
            return _connected([compiled(operand, reader) for operand in operands], decisive=False)
        case Some(operands):
            return _connected([compiled(operand, reader) for operand in operands], decisive=True)
        case AtLeast(number, operands):
            return _counted(number, [compiled(operand, reader) for operand in operands])
        case Compare(op, left, right):
            return _compared(op, compiled(left, reader), compiled(right, reader))
        case Within(item, among):
            return _joined(_within, compiled(item, reader), compiled(among, reader))
        case Arithmetic(op, left, right):
            return _joined(partial(_calculate, op), compiled(left, reader), compiled(right, reader))
        case Choose(test, then, otherwise):
            return _chosen(compiled(test, reader), compiled(then, reader), compiled(otherwise, reader))


def _denied(operand: Reader[S]) -> Reader[S]:
    def read(scene: S) -> Known:
        value = operand(scene)
        return (not value) if isinstance(value, bool) else UNKNOWN

    return read


def _connected(operands: list[Reader[S]], *, decisive: bool) -> Reader[S]:
    def read(scene: S) -> Known:
        result: Known = not decisive
        for operand in operands:
            value = operand(scene)
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                result = UNKNOWN
        return result

    return read


def _counted(number: int, operands: list[Reader[S]]) -> Reader[S]:
    def read(scene: S) -> Known:
        wanted, spare = number, len(operands) - number
        for operand in operands:
            value = operand(scene)
            wanted -= value is True
            spare -= value is False
            if wanted <= 0:
                return True
            if spare < 0:
                return False
        return UNKNOWN

    return read


def _joined(join: Callable[[Known, Known], Known], left: Reader[S], right: Reader[S]) -> Reader[S]:
    return lambda scene: join(left(scene), right(scene))


def _compared(op: str, left: Reader[S], right: Reader[S]) -> Reader[S]:
    if op not in ("==", "!="):
        return _joined(partial(_compare, op), left, right)
    equal = op == "=="

    def read(scene: S) -> Known:
        one, other = left(scene), right(scene)
        if type(one) is str and type(other) is str:  # what most comparisons of a plan compare
            return (one == other) is equal
        return _compare(op, one, other)

    return read


def _chosen(test: Reader[S], then: Reader[S], otherwise: Reader[S]) -> Reader[S]:
    def read(scene: S) -> Known:
        chosen = test(scene)
        return (then if chosen else otherwise)(scene) if isinstance(chosen, bool) else UNKNOWN

    return read


def _called(tree: Call, function: str, arguments: tuple[Expression, ...], reader: Callable[[Leaf], Reader[S]]) -> Reader[S]:
    if function not in ("ratio", "least", "most"):
        return reader(tree)
    left, right = (compiled(argument, reader) for argument in arguments)
    return _joined(partial(_measure, function), left, right)


def _compare(op: str, left: Known, right: Known) -> Known:
    if left is UNKNOWN or right is UNKNOWN or type(left) is not type(right):
        return UNKNOWN
    if op not in ("==", "!=") and not isinstance(left, Decimal | timedelta | datetime):
        return UNKNOWN
    try:
        return bool(_COMPARES[op](left, right))
    except (ArithmeticError, TypeError):  # not a number; an instant without its zone
        return UNKNOWN


def _within(item: Known, among: Known) -> Known:
    if not isinstance(item, str) or not isinstance(among, tuple):
        return UNKNOWN
    return item in among


def _calculate(op: str, left: Known, right: Known) -> Known:
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        return UNKNOWN
    try:
        match op:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                return left / right
    except ArithmeticError:
        return UNKNOWN


def _measure(function: str, left: Known, right: Known) -> Known:
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        left, right = (Decimal(str(span.total_seconds())) for span in (left, right))
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        return UNKNOWN
    if function == "ratio":
        return _calculate("/", left, right)
    left_is_less = _compare("<=", left, right)
    if left_is_less is UNKNOWN:
        return UNKNOWN
    return left if left_is_less == (function == "least") else right


def leaves(tree: Expression) -> Iterator[Leaf]:
    """Yield every name, signal reading, watch and call of `tree`, left to right; a watch is one leaf, its test is not entered."""
    match tree:
        case Name() | SignalRead() | WatchRef():
            yield tree
        case Call(_, arguments):
            yield tree
            for argument in arguments:
                yield from leaves(argument)
        case _:
            for part in parts(tree):
                yield from leaves(part)


def parts(tree: Expression) -> tuple[Expression, ...]:
    """Return the direct operands of `tree`, left to right; a watch has none."""
    match tree:
        case Not(operand):
            return (operand,)
        case All(operands) | Some(operands) | AtLeast(_, operands) | Call(_, operands):
            return operands
        case Compare(_, left, right) | Within(left, right) | Arithmetic(_, left, right):
            return (left, right)
        case Choose(test, then, otherwise):
            return (test, then, otherwise)
        case _:
            return ()
