"""What a simulation is given: who holds what, how long people take, and what they say and decide when it is their turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.program import Decision, Fact, Field, Option, Program
from tocsin.engine.simulate.chance import GIVEN, Times

START: Final = datetime(2025, 6, 3, 1, tzinfo=UTC)
WORDS: Final = "simulated"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a decision is taken: its option, and what is said with it."""

    option: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    assignee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Everything a run rests on but chance."""

    program: Program
    hours: float = 3.0
    start: datetime = START
    level: str = ""
    """The level that is set when one is decided; what is proposed if empty."""
    cast: Mapping[str, str] = field(default_factory=dict)
    """Who holds each role and department."""
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    times: Mapping[str, Times] = field(default_factory=dict)
    """By role; `otherwise` for roles not listed."""
    otherwise: Times = GIVEN
    facts: Mapping[str, Value] = field(default_factory=dict)
    """What is said of a fact when it is asked for."""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """By decision."""
    happens: tuple[tuple[timedelta, t.Command], ...] = ()
    """What the world does, after the report: samples turn, things come about."""
    arrivals: tuple[timedelta, ...] = (timedelta(),)
    """When each incident is reported; several share the people."""
    apart: timedelta = timedelta()
    """If set, incidents after the first come by chance, on average so far apart, until the hours are over."""

    @property
    def until(self) -> datetime:
        """Return the end of the simulated time."""
        return self.start + timedelta(hours=self.hours)


def cast_of(program: Program, held: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return who holds each role and department: as `held` says, else somebody of its own, called like the role."""
    known = dict(held or {})
    for role in program.roles.values():
        if role.held_by.kind != "role" or not role.held_by.name:
            known.setdefault(role.id, role.id)
    for department in program.departments:
        known.setdefault(department, department)
    return known


def value_of(given: Given, fact: Fact, at: datetime) -> Value:
    """Return what is said of `fact` when it is asked for: as given, else the mildest that its type allows."""
    if fact.id in given.facts:
        return given.facts[fact.id]
    match fact.type:
        case "choice":
            return fact.of[:1] if fact.many else fact.of[0]
        case "yes_no":
            return False
        case "number":
            return Decimal(1)
        case "duration":
            return timedelta(hours=1)
        case "time":
            return at
        case _:
            return WORDS


PROMISED: Final = timedelta(days=1)
"""How far ahead a simulated message promises a time: beyond what the plan itself asks, as nobody is known to promise less."""


def filled(fields: tuple[Field, ...], at: datetime) -> dict[str, str]:
    """Return every field of a form filled in."""
    return {one.id: one.of[0] if one.of else _words(one, at) for one in fields}


def _words(one: Field, at: datetime) -> str:
    match one.type:
        case "yes_no":
            return "yes"
        case "number":
            return "1"
        case "duration":
            return "1h"
        case "time":
            return (at + PROMISED if one.promises else at).isoformat()
        case "table":
            return "\n".join([";".join(WORDS for _ in one.columns)] * max(1, one.rows_min))
        case _:
            return WORDS


def option_of(given: Given, decision: Decision, proposed: str) -> Option | None:
    """Return what is chosen: as given, the level for a decision on the level, else the first thing there is to choose."""
    options = {option.id: option for option in decision.options}
    answer = given.answers.get(decision.id, Answer())
    if answer.option in options:
        return options[answer.option]
    if decision.sets_level:
        wanted = given.level or proposed
        return next((option for option in decision.options if option.level == wanted), decision.options[0] if options else None)
    return decision.options[0] if options else None
