"""Values of facts as they are written outside the engine, in one spelling for programs, forms and routes. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from tocsin.engine import times
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact, Program
from tocsin.incidents.shapes import VALUE, Eye, Malformed

_EYE = Eye(lambda _place, _part: "")


def value(fact: Fact, given: Any) -> Value:
    """
    Return `given` as a value of `fact`: plain, or tagged as the journal and the API write it (`{"number": "99.5"}`).

    :raises ValueError: it is none.
    """
    if isinstance(given, dict):
        return _tagged(fact, given)
    match fact.type, given:
        case "yes_no", bool():
            return given
        case "number", int() | float() | str() | Decimal() if not isinstance(given, bool):
            return _number(given)
        case "duration", str():
            return times.parse(given).length()
        case "time", str():
            return times.stamped(given)
        case "choice", list() if fact.many and all(isinstance(one, str) for one in given):
            return tuple(given)
        case "choice" | "text", str():
            return (given,) if fact.many else given
        case _:
            raise ValueError(given)


def stated(program: Program, written: Mapping[str, Any]) -> tuple[dict[str, Value], list[str]]:
    """Return what is written as values of the plan's facts, and a sentence for each that is none: for a route, which nothing may block."""
    facts: dict[str, Value] = {}
    left_out: list[str] = []
    for name, one in written.items():
        fact = program.facts.get(name)
        if fact is None:
            left_out.append(f"the plan has no fact {name}")
            continue
        try:
            facts[name] = value(fact, one)
        except ValueError:
            left_out.append(f"{one!r} is no value of {name}")
    return facts, left_out


def plain(given: Value) -> Any:
    """Return a value as JSON holds it; `value` reads it back."""
    match given:
        case bool() | str():
            return given
        case Decimal():
            return f"{given.normalize():f}"
        case timedelta():
            return str(times.Span(exact=given))
        case datetime():
            return given.isoformat()
        case _:
            return list(given)


def _tagged(fact: Fact, given: dict[str, Any]) -> Value:
    try:
        found: Value = VALUE.read(given, _EYE, "")
    except Malformed as problem:
        raise ValueError(given) from problem
    wanted = {"number": Decimal, "duration": timedelta, "time": datetime}.get(fact.type)
    if wanted is None or not isinstance(found, wanted):
        raise ValueError(given)
    return found


def _number(given: float | str | Decimal) -> Decimal:
    try:
        number = Decimal(str(given))
    except InvalidOperation as problem:
        raise ValueError(given) from problem
    if not number.is_finite():
        raise ValueError(given)
    return number
