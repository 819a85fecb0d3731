"""What if: one change to what a simulation is given."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from tocsin.engine.simulate.chance import GIVEN, Times
from tocsin.engine.simulate.given import Given
from tocsin.engine.times import Span


@dataclass(frozen=True, slots=True)
class Change:
    """
    One change. `deputy`: `subject`, a role, has a deputy more; `person`: it is held by somebody who holds nothing else; `time`: it takes
    `times`; `limit`: the obligation `subject` has the limit `span`.
    """

    kind: Literal["deputy", "person", "time", "limit"]
    subject: str
    span: timedelta = timedelta()
    times: Times = GIVEN


def changed(given: Given, change: Change) -> Given:
    """
    Return `given` with `change` made.

    :raises KeyError: the plan has no such role or obligation, or the obligation has no limit to change.
    """
    if change.kind == "limit":
        return _limited(given, change)
    if change.subject not in {*given.program.roles, *given.program.departments}:
        raise KeyError(change.subject)
    match change.kind:
        case "deputy":
            known = given.deputies.get(change.subject, ())
            return replace(given, deputies={**given.deputies, change.subject: (*known, f"deputy:{change.subject}:{len(known) + 1}")})
        case "person":
            return replace(given, cast={**given.cast, change.subject: f"person:{change.subject}"})
        case _:
            return replace(given, times={**given.times, change.subject: change.times})


def _limited(given: Given, change: Change) -> Given:
    rule = given.program.obligations[change.subject]
    if rule.within is None and rule.every is None:
        raise KeyError(change.subject)
    span = Span(exact=change.span)
    rule = replace(rule, every=span) if rule.every is not None else replace(rule, within=span)
    return replace(given, program=replace(given.program, obligations={**given.program.obligations, rule.id: rule}))
