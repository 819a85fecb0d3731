"""What a simulation is asked: a plan's text, who holds what, how long people take, one change. Made into what the engine is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tocsin.engine.program import Program
from tocsin.engine.simulate import Change, Given, Times, cast_of, changed
from tocsin.engine.simulate.chance import GIVEN, LEARNED_MIN, learn
from tocsin.plan import read
from tocsin.plan.simulation.script import with_story

RUNS_MAX = 100_000
HOURS_MAX = 24 * 30


class UnanswerableError(ValueError):
    """The question cannot be simulated. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a role takes: as given in minutes, or what past times in seconds teach where there are enough."""

    median_min: float = GIVEN.median.total_seconds() / 60
    nine_in_ten_min: float = GIVEN.nine_in_ten.total_seconds() / 60
    past: tuple[float, ...] = ()

    def times(self) -> Times:
        """Return the times that the engine draws from."""
        return learn(self.past, Times(timedelta(minutes=self.median_min), timedelta(minutes=self.nine_in_ten_min)))

    @property
    def learned(self) -> int:
        """Return from how many past times this is learned; 0 where it is given."""
        return len(self.past) if len(self.past) >= LEARNED_MIN else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: everything that a process needs to answer its part of it."""

    source: str
    runs: int = 1000
    seed: int = 1
    hours: float = 3.0
    level: str = ""
    scenario: str = ""
    """A scenario file that says what is reported, measured, said and decided."""
    cast: Mapping[str, str] = field(default_factory=dict)
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    paces: Mapping[str, Pace] = field(default_factory=dict)
    otherwise: Pace = Pace()
    at_min: tuple[float, ...] = (0.0,)
    apart_min: float = 0.0
    change: Mapping[str, Any] | None = None
    """`kind`, `subject`, and for a limit or a time its minutes."""


def program_of(source: str) -> Program:
    """
    Return the program of a plan's text.

    :raises UnanswerableError: it has errors.
    """
    program = read.read(source.encode(), "plan.yaml").program
    if program is None:
        raise UnanswerableError("the plan has errors; check it first")
    return program


def given_of(asked: Asked, program: Program | None = None) -> Given:
    """
    Return what the engine is given.

    :raises UnanswerableError: there is no such level, role, obligation or limit.
    """
    program = program or program_of(asked.source)
    if asked.level and asked.level not in program.levels:
        raise UnanswerableError(f"this plan has no level {asked.level}; it has {', '.join(program.levels)}")
    if not (0 < asked.runs <= RUNS_MAX and 0 < asked.hours <= HOURS_MAX):
        raise UnanswerableError(f"a simulation has 1 to {RUNS_MAX} runs of at most {HOURS_MAX} hours")
    given = Given(
        program=program,
        hours=asked.hours,
        level=asked.level,
        cast=cast_of(program, asked.cast),
        deputies=asked.deputies,
        times={role: pace.times() for role, pace in asked.paces.items()},
        otherwise=asked.otherwise.times(),
        arrivals=tuple(timedelta(minutes=minutes) for minutes in sorted(asked.at_min)),
        apart=timedelta(minutes=asked.apart_min),
    )
    if asked.scenario:
        given = with_story(given, Path(asked.scenario))
    return _changed(given, asked.change) if asked.change else given


def _changed(given: Given, change: Mapping[str, Any]) -> Given:
    kind, subject = change["kind"], change["subject"]
    minutes = float(change.get("minutes") or 0)
    if kind in ("limit", "time") and minutes <= 0:
        raise UnanswerableError(f"{kind} needs a number of minutes")
    times = Times(timedelta(minutes=minutes), timedelta(minutes=3 * minutes))
    try:
        return changed(given, Change(kind, subject, timedelta(minutes=minutes), times))
    except KeyError as error:
        raise UnanswerableError(f"this plan has nothing called {subject} that {kind} could change") from error
