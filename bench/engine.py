"""The engine against folding its own events and against a bare loop: ratios of one run, so that they mean something on any machine."""

import os
import time
from dataclasses import asdict, dataclass
from functools import reduce

from bench.figures import Report
from bench.scale import Scale
from tocsin.engine import simulate
from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.plan import read, shipped
from tocsin.plan.scenarios import story
from tocsin.plan.scenarios.play import play
from tocsin.plan.simulation.crew import Crew

PLAN = "hotline-outage"
SCENARIO = "first-ten-minutes.yaml"


@dataclass(frozen=True, slots=True)
class Measured:
    """Events and runs a second: decided in a simulation, folded by `evolve` alone, counted by a loop that does nothing else."""

    decided: float
    folded: float
    counted: float
    runs: float
    """The first three hours at the gravest level, on one processor."""
    runs_together: float
    """On all of them, as the command shares them out, with the time the processes take to begin."""


def measure(runs: int) -> Measured:
    """Return what the engine does in a second of processor time, and for `runs_together` of the clock."""
    source = shipped.sources()[PLAN]
    program = read.read(source.read_bytes(), "plan.yaml").program
    if program is None:
        raise SystemExit(f"{source} has errors")
    given = simulate.Given(program=program, cast=simulate.cast_of(program), level=next(iter(program.levels), ""))
    simulate.run(given, 1, 2)
    began = time.process_time()
    tally = simulate.run(given, 1, runs)
    took = time.process_time() - began
    events = play(program, story.load(source.parent / "scenarios" / SCENARIO, program)).events
    folded = _per_second(lambda: reduce(evolve, events, t.State()), len(events))
    counted = _per_second(lambda: _count(events), len(events))
    began = time.perf_counter()
    shared = runs * (os.cpu_count() or 1)
    Crew(given, 1, shared).answer()
    together = shared / (time.perf_counter() - began)
    return Measured(tally.events / took, folded, counted, runs / took, together)


def _count(events: list[t.AnyEvent]) -> int:
    number = 0
    for event in events:
        if event.at:
            number += 1
    return number


def _per_second(work: object, events: int) -> float:
    assert callable(work)
    began, times = time.process_time(), 0
    while time.process_time() - began < 1.0:
        work()
        times += 1
    return times * events / (time.process_time() - began)


def say(scale: Scale, report: Report) -> None:
    """Report what the engine does in a second."""
    found = measure(scale.simulated)
    report.say(f"engine: {found.decided:,.0f} events/s decided, {found.decided / found.folded:.2f} of folding events alone")
    report.say(f"engine: {found.folded:,.0f} events/s folded, {found.folded / found.counted:.3f} of a loop that only counts them")
    report.say(f"simulation: {found.runs:,.0f} runs/s on one processor, {found.runs_together:,.0f} runs/s on {os.cpu_count()}")
    report.keep("engine", asdict(found))
