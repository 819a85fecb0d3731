"""What is asked now: facts and fields that the plan asks for only in some case, or while one of its situations is open. Pure."""

from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.program import Fact, Field, Program
from tocsin.engine.values import truth


def asks(program: Program, state: t.State, fact: Fact, at: datetime) -> bool:
    """Return whether `fact` is asked, or was said already and can be corrected."""
    if fact.id in state.facts:
        return True
    known = state.situations.get(fact.situation)
    if fact.situation and not (known and known.open):
        return False
    return fact.when is None or truth(program, state, fact.when, at) is True


def depends(fact: Fact) -> bool:
    """Return whether it depends on the incident if a fact is asked."""
    return fact.when is not None or bool(fact.situation)


def may_be_empty(program: Program, state: t.State, field: Field, at: datetime) -> bool:
    """Return whether a field of a message can be left out now."""
    return field.optional or (field.when is not None and truth(program, state, field.when, at) is not True)
