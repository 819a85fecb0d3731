"""Guards: the typical errors of a document, each standing where people see it from the moment it happens until it is made good (STP-15)."""

from collections.abc import Mapping
from datetime import datetime

from tocsin.engine.program import Guard, Program


def standing(program: Program, moments: Mapping[str, datetime]) -> tuple[Guard, ...]:
    """Return the guards that stand now, from the latest instants of the moments, in the order of the plan. Pure."""
    return tuple(guard for guard in program.help.errors if _stands(guard, moments))


def _stands(guard: Guard, moments: Mapping[str, datetime]) -> bool:
    fired = [moments[name] for name in guard.fires if name in moments]
    ended = [moments[name] for name in guard.until if name in moments]
    return bool(fired) and not (ended and max(ended) >= max(fired))
