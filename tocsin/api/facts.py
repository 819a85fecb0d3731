"""Values of facts as programs send them, read by the type that the plan gives each fact. All faults are said at once."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tocsin.api.problems import Fault, invalid
from tocsin.engine.expressions import Value
from tocsin.engine.program import Program
from tocsin.incidents.facts import value

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
            values[name] = value(fact, given) if fact else str(given)
        except ValueError:
            faults.append({"place": f"{place}/{name}", "problem": _EXPECTED[fact.type] if fact else "a text was expected"})
    if faults:
        raise invalid(faults)
    return values


def known(program: Program, facts: Mapping[str, Any]) -> dict[str, Value]:
    """
    Return `facts` as `read` does, where nobody refuses later what the plan does not have.

    :raises problems.Problem: 422 with every fact that the plan does not have, or every value that is not of its fact's type.
    """
    faults: list[Fault] = [
        {"place": f"/facts/{name}", "problem": "the plan has no such fact"} for name in facts if name not in program.facts
    ]
    if faults:
        raise invalid(faults)
    return read(program, facts)


def of_client(about: Mapping[str, Any]) -> dict[str, Value]:
    """
    Return what the register says of an affected party as the engine takes it; what it does not know is refused there.

    :raises problems.Problem: 422 with every value that is neither true, false nor a number.
    """
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for name, given in about.items():
        try:
            values[name] = given if isinstance(given, bool) else Decimal(given)
        except (ArithmeticError, TypeError, ValueError):
            faults.append({"place": f"/about/{name}", "problem": "true, false or a number was expected"})
    if faults:
        raise invalid(faults)
    return values
