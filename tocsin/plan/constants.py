"""Constants of a plan as the engine keeps values: a default, an implied value, what an effect sets."""

from decimal import Decimal
from enum import Enum
from typing import Final

from tocsin.engine import times
from tocsin.engine.expressions import Value
from tocsin.plan.names import Type


class Misfit(Enum):
    """What stands for a constant that is not of its fact's type."""

    MISFIT = "misfit"


MISFIT: Final = Misfit.MISFIT


def constant(type_: Type, value: object) -> Value | Misfit:
    """Return `value` as a value of this type. Pure."""
    match type_.name:
        case "bool":
            return value if isinstance(value, bool) else {"yes": True, "no": False}.get(str(value), MISFIT)
        case "decimal":
            return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else MISFIT
        case "duration":
            return _duration(value)
        case "list" if isinstance(value, list):
            return tuple(map(str, value)) if all(item in type_.of for item in value) else MISFIT
        case "string" if isinstance(value, str):
            return value if not type_.of or value in type_.of else MISFIT
        case "any":
            return str(value)
        case _:
            return MISFIT


def _duration(value: object) -> Value | Misfit:
    try:
        span = times.parse(str(value))
    except ValueError:
        return MISFIT
    return span.exact if span.is_exact else MISFIT
