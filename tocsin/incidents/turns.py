"""Turns at the desk: what one command does to one incident, within a sitting."""

from dataclasses import dataclass
from functools import reduce
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program
from tocsin.incidents import counted, leaps, lookouts, plans, stamping
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.models import Incident, Plan
from tocsin.incidents.sitting import Case, Sitting
from tocsin.incidents.times import incident_time


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did: the events from `first` to `seq` of the journal, none if nothing changed."""

    incident: UUID
    number: str
    first: int
    seq: int
    events: tuple[t.AnyEvent, ...]


Answer = Done | t.Refused


def take(sitting: Sitting, incident: Incident, command: t.Command, actor: t.Actor) -> Answer:
    """Let `command` happen to a locked incident, after whatever should have happened to it before."""
    opened = _opened(sitting, incident, command)
    if isinstance(opened, t.Refused):
        return opened
    case, program = opened
    answer: Answer | None = None
    missed = () if isinstance(command, t.Observe) else _missed(sitting, case)
    leapt = leaps.of(incident, case.at)
    if incident.down_since is not None or leapt is not None or missed:
        answer = _catch_up(sitting, case, missed, leapt)
    if answer is None or not isinstance(command, t.Tick):
        if program is not case.program:  # what fell due until now fell due under the plan in force until now
            decided(sitting, case, case.program, t.Tick(by=t.Actor(t.SYSTEM), at=case.at))
        answer = plans.not_in_force(incident.organisation_id, [command.plan_hash]) if isinstance(command, t.AddPlan) else None
        answer = answer or decided(sitting, case, program, stamping.stamped(incident, program, command, actor, case.at))
    return answer


def foreseen(sitting: Sitting, incident: Incident, command: t.Command, actor: t.Actor) -> tuple[t.AnyEvent, ...] | t.Refused:
    """Return what `command` would cause now."""
    opened = _opened(sitting, incident, command)
    if isinstance(opened, t.Refused):
        return opened
    case, program = opened
    state = case.state
    if program is not case.program:
        passed = decide(case.program, state, t.Tick(by=t.Actor(t.SYSTEM), at=case.at))
        state = state if isinstance(passed, t.Refused) else reduce(evolve, passed, state)
    return decide(program, state, stamping.stamped(incident, program, command, actor, case.at))


def decided(sitting: Sitting, case: Case, program: Program, command: t.Command) -> Answer:
    """Decide by `program`, the plan in force or the one that the command moves to, and let it have happened."""
    outcome = decide(program, case.state, command)
    if isinstance(outcome, t.Refused):
        counted.command(type(command), outcome.code)
        sitting.refuse(case, command, outcome)
        return outcome
    counted.command(type(command), "done" if outcome else "nothing")
    first = case.head.seq + 1
    events = sitting.write(case, program, outcome) if outcome else ()
    return Done(case.incident.pk, case.incident.number, first, case.head.seq, events)


def _opened(sitting: Sitting, incident: Incident, command: t.Command) -> tuple[Case, Program] | t.Refused:
    """Return how the incident stands, and the program that the command is decided by; or why nobody can say."""
    try:
        case = sitting.case(incident)
        return case, _moved(sitting, case, command)
    except UnknownEvent as problem:
        return t.Refused("E502", f"the incident is read-only: {problem}", hint="run the release of Tocsin that wrote it")
    except plans.Uncompilable as problem:
        return problem.refusal()
    except Plan.DoesNotExist:
        return t.Refused("E103", "there is no plan with this hash", hint="load the plan first")


def _moved(sitting: Sitting, case: Case, command: t.Command) -> Program:
    """Return the program that the command is decided by: with another version of the first plan, with one more plan, or as it is."""
    hashes = plans.hashes_of(case.state)
    match command:
        case t.MovePlan(plan_hash=wanted):
            hashes = [wanted, *hashes[1:]]
        case t.AddPlan(plan_hash=wanted) if not plans.is_one_of(case.incident.organisation_id, wanted, case.program):
            hashes = [*hashes, wanted]
        case _:
            return case.program
    return sitting.program(case.incident, hashes)


def _missed(sitting: Sitting, case: Case) -> tuple[t.Edge, ...]:
    lookout = sitting.behind(case.incident)
    return lookouts.missed(lookout, case.program, case.state.edges, sitting.now) if lookout else ()


def _catch_up(sitting: Sitting, case: Case, missed: tuple[t.Edge, ...], leapt: t.Leapt | None) -> Answer:
    """
    Let the time of a downtime pass, or one that the server's clock left out, with what was measured in it, before anything else happens.

    What fell due in it says so.
    """
    incident, system = case.incident, t.Actor(t.SYSTEM)
    since = None if incident.down_since is None else min(incident_time(incident, incident.down_since), case.at)
    incident.down_since = None
    if leapt is not None:
        incident.leapt_since = incident.leapt_until = None
    if missed:
        return decided(sitting, case, case.program, t.Observe(edges=missed, down_since=since, leapt=leapt, by=system, at=case.at))
    return decided(sitting, case, case.program, t.Tick(down_since=since, leapt=leapt, by=system, at=case.at))
