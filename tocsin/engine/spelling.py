"""Expressions put into words: the one spelling that parses back, and why an expression is what it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.engine.expressions import (
    All,
    Arithmetic,
    AtLeast,
    Call,
    Choose,
    Compare,
    Expression,
    Known,
    Literal,
    Lookup,
    Name,
    Not,
    SignalRead,
    Some,
    Value,
    WatchRef,
    Within,
    evaluate,
    leaves,
)
from tocsin.engine.times import Span

# How tightly each form binds, for brackets in `spell`.
_BINDS: Final = {Choose: 0, Some: 1, All: 2, Compare: 3, Within: 3, Not: 6}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an expression is what it is: its spelling, its value, and the reasons of the operands that decided."""

    text: str
    value: Known
    because: tuple["Reason", ...] = ()


def explain(tree: Expression, lookup: Lookup) -> Reason:
    """
    Return the value of `tree` with the operands that decided it: of a false `&&` only the false ones, of a true `||` only the true ones.

    Of what counts its operands, those that are as it is.
    """
    value = evaluate(tree, lookup)
    match tree:
        case WatchRef(_, test):
            return Reason(spell(test), value)
        case All(operands) | Some(operands) | AtLeast(_, operands):
            reasons = tuple(explain(operand, lookup) for operand in operands)
            decisive = tuple(reason for reason in reasons if reason.value is value)
            return Reason(spell(tree), value, decisive or reasons)
        case Not(operand):
            return Reason(spell(tree), value, (explain(operand, lookup),))
        case Compare() | Within():
            named = tuple(Reason(spell(leaf), evaluate(leaf, lookup)) for leaf in leaves(tree))
            return Reason(spell(tree), value, named)
        case _:
            return Reason(spell(tree), value)


def spell(tree: Expression) -> str:
    """Return the one spelling of `tree` that parses back to it."""
    match tree:
        case Literal(value):
            return _spell_value(value)
        case Name(path):
            return path
        case SignalRead(signal, measure, window):
            return f"{signal}.{measure}" + (f'("{_spell_span(window)}")' if window is not None else "")
        case WatchRef(_, test):
            return spell(test)
        case Call(function, arguments):
            return f"{function}({', '.join(spell(argument) for argument in arguments)})"
        case AtLeast(number, operands):
            return f"at_least({', '.join((str(number), *map(spell, operands)))})"
        case Not(operand):
            return "!" + _bracket(operand, 6)
        case All(operands):
            return " && ".join(_bracket(operand, 3) for operand in operands)
        case Some(operands):
            return " || ".join(_bracket(operand, 2) for operand in operands)
        case Compare(op, left, right):
            return f"{_bracket(left, 4)} {op} {_bracket(right, 4)}"
        case Within(item, among):
            return f"{_bracket(item, 4)} in {_bracket(among, 4)}"
        case Arithmetic(op, left, right):
            rank = 5 if op in "*/" else 4
            return f"{_bracket(left, rank)} {op} {_bracket(right, rank + 1)}"
        case Choose(test, then, otherwise):
            return f"{_bracket(test, 1)} ? {_bracket(then, 1)} : {_bracket(otherwise, 0)}"


def _bracket(tree: Expression, least: int) -> str:
    if isinstance(tree, WatchRef):
        tree = tree.test
    binds = (5 if tree.op in "*/" else 4) if isinstance(tree, Arithmetic) else _BINDS.get(type(tree), 9)
    return spell(tree) if binds >= least else f"({spell(tree)})"


def _spell_value(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case timedelta():
            return f'duration("{_spell_span(value)}")'
        case datetime():
            return f'timestamp("{value.isoformat()}")'
        case tuple():
            return "[" + ", ".join(_spell_value(item) for item in value) + "]"
        case _:
            return str(value)


def _spell_span(value: timedelta) -> str:
    return str(Span(exact=value))
