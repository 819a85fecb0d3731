"""Values of facts as programs send them, read by the type that the plan gives each fact. All faults are said at once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tocsin.api.problems import Fault, invalid
from tocsin.engine import times
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact, Program
from tocsin.incidents.shapes import VALUE, Eye, Malformed

_EYE = Eye(lambda _place, _part: "")
_EXPECTED: Mapping[str, str] = {
    "choice": "one of the values of the plan was expected, as text",
    "yes_no": "true or false was expected",
    "number": 'a number was expected, such as 99.5 or "99.5"',
    "duration": 'a duration was expected, such as "90m" or "3d4h"',
    "time": 'an instant with its zone was expected, such as "2026-10-12T09:12:00Z"',
    "text": "a text was expected",
}


def read(program: Program, facts: Mapping[str, Any], place: str = "/facts") -> dict[str, Value]:
    """
    Return `facts` as the engine takes them. A fact that the plan does not have is handed on: the engine refuses it by its own code.

    Each value may be plain, or tagged as the API itself writes it (`{"number": "99.5"}`).

    :raises problems.Problem: 422 with every value that is not of its fact's type.
    """
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for name, given in facts.items():
        fact = program.facts.get(name)
        try:
            values[name] = _value(fact, given) if fact else str(given)
        except (ArithmeticError, TypeError, ValueError):
            faults.append({"place": f"{place}/{name}", "problem": _EXPECTED[fact.type] if fact else "a text was expected"})
    if faults:
        raise invalid(faults)
    return values


def _value(fact: Fact, given: Any) -> Value:
    if isinstance(given, dict):
        return _tagged(fact, given)
    match fact.type, given:
        case "yes_no", bool():
            return given
        case "number", int() | str() | Decimal() if not isinstance(given, bool):
            return _finite(Decimal(given))
        case "duration", str():
            span = times.parse(given)
            if span.months:
                raise ValueError("a month is not a length of time")
            return span.exact + timedelta(days=span.days)
        case "time", str():
            return _instant(given)
        case "choice", list() if fact.many and all(isinstance(one, str) for one in given):
            return tuple(given)
        case "choice" | "text", str():
            return (given,) if fact.many else given
        case _:
            raise ValueError(given)


def _tagged(fact: Fact, given: dict[str, Any]) -> Value:
    """Return a value spelled as in the journal, if it is of the fact's type."""
    try:
        value: Value = VALUE.read(given, _EYE, "")
    except Malformed as problem:
        raise ValueError(given) from problem
    wanted = {"number": Decimal, "duration": timedelta, "time": datetime}.get(fact.type)
    if wanted is None or not isinstance(value, wanted):
        raise ValueError(given)
    return value


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError(number)
    return number


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC)
