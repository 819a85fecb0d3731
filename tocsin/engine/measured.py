"""What was measured, in words: the trigger that fired last, its readings and thresholds, for texts that tell of it (DET-05, DET-10)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from tocsin.engine import terms as t
from tocsin.engine import texts
from tocsin.engine.expressions import Compare, Expression, Literal, SignalRead, Value, leaves, parts
from tocsin.engine.program import Program, Text
from tocsin.engine.spelling import spell

SLOTS: Final = ("firing.trigger", "firing.entry", "firing.value", "firing.threshold", "firing.since")
"""What a text may say of the trigger that fired last."""


def said(program: Program, state: t.State, name: str, locale: str) -> str:
    """Return what stands for a slot `firing.…` in this locale; empty where nothing has fired."""
    last = next(reversed(list(state.firings.values())), None)
    trigger = program.triggers.get(last.trigger) if last else None
    if last is None or trigger is None:
        return ""
    match name:
        case "firing.trigger":
            return _in(trigger.title, program, locale)
        case "firing.entry":
            return last.entry
        case "firing.value":
            return ", ".join(values(program, trigger.test, last.seen, locale))
        case "firing.threshold":
            return ", ".join(thresholds(program, trigger.test, locale))
        case "firing.since":
            return texts.spell(last.since, locale, program.timezone)
        case _:
            return ""


def values(program: Program, test: Expression, seen: Mapping[str, str], locale: str) -> Iterator[str]:
    """Yield each reading behind `test` with the name of its signal and its unit."""
    for leaf in dict.fromkeys(leaves(test)):
        if isinstance(leaf, SignalRead):
            yield f"{_called(program, leaf, locale)} {seen.get(spell(leaf), '?')} {_unit(program, leaf)}".rstrip()


def thresholds(program: Program, test: Expression, locale: str) -> Iterator[str]:
    """Yield each comparison in `test` of a reading with a constant."""
    match test:
        case Compare(op, SignalRead() as read, Literal(value)):
            yield f"{_called(program, read, locale)} {op} {_number(value)} {_unit(program, read)}".rstrip()
        case _:
            for part in parts(test):
                yield from thresholds(program, part, locale)


def _called(program: Program, read: SignalRead, locale: str) -> str:
    signal = program.signals[read.signal]
    window = read.window or signal.window
    name = _in(signal.title, program, locale)
    return f"{name} ({texts.spell(window, locale, program.timezone)})" if window else name


def _unit(program: Program, read: SignalRead) -> str:
    return "%" if read.measure in ("excess", "level") else program.signals[read.signal].unit


def _number(value: Value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _in(text: Text, program: Program, locale: str) -> str:
    return text.get(locale) or text.get(program.language) or ""
