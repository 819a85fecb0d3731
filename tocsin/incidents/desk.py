"""The desk: the one way into an incident. Lock, stamp the time, load, decide, append, project, wish, commit, give notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from tocsin.accounts import directory
from tocsin.engine import restricted
from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due
from tocsin.engine.compose import versions
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program
from tocsin.incidents import (
    answers,
    counters,
    elsewhere,
    journal,
    leaps,
    logged,
    lookouts,
    notices,
    plans,
    refusals,
    scopes,
    stamping,
    states,
    wishes,
)
from tocsin.incidents.answers import Request
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.declaration import Declaration
from tocsin.incidents.models import Head, Incident, Plan
from tocsin.incidents.projection.projector import Projector
from tocsin.incidents.times import incident_time, server_time, set_drill
from tocsin.kit import clock, ids, numbers
from tocsin.kit.transactions import retry

__all__ = ["NUMBERS", "Answer", "Declaration", "Done", "Overtaken", "declare", "establish", "foresee", "handle"]

NUMBERS: Final = "incident"
"""The counter that numbers incidents. Whoever holds it is alone in declaring."""

_WRITTEN: Final = (
    "state",
    "state_hash",
    "state_seq",
    "last_at",
    "plan_hash",
    "next_due",
    "wake_at",
    "down_since",
    "leapt_since",
    "leapt_until",
)
"""What the desk alone writes on a running incident; leases and faults are the ticker's."""

_commands = numbers.counter("tocsin_commands_total", "Commands handled by the desk", ["command", "outcome"])


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did: the events from `first` to `seq` of the journal, none if nothing changed."""

    incident: UUID
    number: str
    first: int
    seq: int
    events: tuple[t.AnyEvent, ...]


Answer = Done | t.Refused


class Overtaken(Exception):  # noqa: N818 - it names what happened to the worker
    """The worker's lease ran out and another one has the incident: whatever this one wanted to write is void (F-13)."""


def declare(organisation_id: UUID, plan_hash: str, declaration: Declaration, *, actor: t.Actor, key: str = "") -> Answer:
    """
    Begin an incident under a plan in force and return its first events, or why not (E501).

    :raises answers.KeyReused: the key belongs to another request (422).
    :raises Plan.DoesNotExist: the organisation has no plan with this hash (404).
    """
    path, body = "incidents", answers.body_hash(plan_hash, declaration)
    request = Request(organisation_id, actor.person, path, key or str(ids.new()), body)
    return retry(lambda: _declare(request, plan_hash, declaration, actor))


def handle(incident_id: UUID, command: t.Command, *, actor: t.Actor, key: str = "", fence: int | None = None) -> Answer:
    """
    Let `actor` command the incident; return the events that followed, or the refusal.

    The desk stamps who and when. A worker hands in the `fence` of its claim.

    :raises answers.KeyReused: the key belongs to another request (422).
    :raises Incident.DoesNotExist: no such incident (404).
    :raises Overtaken: another worker has claimed the incident since.
    """
    # A key of its own lets a command find out whether a commit whose answer was lost did happen. Time may pass twice without harm.
    own_key = "" if isinstance(command, t.Tick) else str(ids.new())
    return retry(lambda: _handle(incident_id, command, actor, key or own_key, fence))


# ------------------------------------------------------------------ within the transaction


def foresee(incident_id: UUID, command: t.Command, *, actor: t.Actor) -> tuple[t.AnyEvent, ...] | t.Refused:
    """Return what `command` would cause now. Nothing is locked and nothing is written: when it is commanded, it may be otherwise."""
    incident = Incident.objects.get(pk=incident_id)
    try:
        case = _open(incident, clock.now())
        program = _moved(case, command)
    except UnknownEvent as problem:
        return t.Refused("E502", f"the incident is read-only: {problem}", hint="run the release of Tocsin that wrote it")
    except plans.Uncompilable as problem:
        return problem.refusal()
    except Plan.DoesNotExist:
        return t.Refused("E103", "there is no plan with this hash", hint="load the plan first")
    state = case.state
    if program is not case.program:
        passed = decide(case.program, state, t.Tick(by=t.Actor(t.SYSTEM), at=case.at))
        state = state if isinstance(passed, t.Refused) else reduce(evolve, passed, state)
    return decide(program, state, stamping.stamped(case.incident, program, command, actor, case.at))


@dataclass(slots=True)
class _Case:
    """One locked incident with everything the desk needs to decide and to write. `program` is the plan in force before the command."""

    incident: Incident
    head: Head
    program: Program
    state: t.State
    at: datetime


def _handle(incident_id: UUID, command: t.Command, actor: t.Actor, key: str, fence: int | None) -> Answer:
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident_id)
        if fence is not None and incident.fence != fence:
            raise Overtaken
        now = clock.now()
        path = f"incidents/{incident.id}/commands"
        request = Request(incident.organisation_id, actor.person, path, key, answers.body_hash(type(command).__name__, command))
        known = answers.recall(request, now)
        if known is not None:
            return _again(known)
        answer = _answer(incident, command, actor, now)
        answers.remember(request, _kept(answer), now)
        if fence is not None:
            _let_go(incident, well=isinstance(answer, Done) and bool(answer.events))
    return answer


def _let_go(incident: Incident, *, well: bool) -> None:
    """End the worker's lease, and forget earlier faults if this time something happened."""
    fields: dict[str, Any] = {"leased_until": None}
    if well:
        fields |= {"fault": "", "fault_at": None, "faults": 0}
    Incident.objects.filter(pk=incident.pk, fence=incident.fence).update(**fields)


def _answer(incident: Incident, command: t.Command, actor: t.Actor, now: datetime) -> Answer:
    try:
        case = _open(incident, now)
        program = _moved(case, command)
    except UnknownEvent as problem:
        return t.Refused("E502", f"the incident is read-only: {problem}", hint="run the release of Tocsin that wrote it")
    except plans.Uncompilable as problem:
        return problem.refusal()
    except Plan.DoesNotExist:
        return t.Refused("E103", "there is no plan with this hash", hint="load the plan first")
    answer: Answer | None = None
    missed = () if isinstance(command, t.Observe) else lookouts.missed(incident, case.program, case.state.edges, now)
    leapt = leaps.of(incident, case.at)
    if incident.down_since is not None or leapt is not None or missed:
        answer = _catch_up(case, missed, leapt, now)
    if answer is None or not isinstance(command, t.Tick):
        if program is not case.program:  # what fell due until now fell due under the plan in force until now
            _decide(case, case.program, t.Tick(by=t.Actor(t.SYSTEM), at=case.at), now)
        answer = plans.not_in_force(incident.organisation_id, [command.plan_hash]) if isinstance(command, t.AddPlan) else None
        answer = answer or _decide(case, program, stamping.stamped(case.incident, program, command, actor, case.at), now)
    return answer


def _moved(case: _Case, command: t.Command) -> Program:
    """Return the program that the command is decided by: with another version of the first plan, with one more plan, or as it is."""
    hashes = plans.hashes_of(case.state)
    match command:
        case t.MovePlan(plan_hash=wanted):
            hashes = [wanted, *hashes[1:]]
        case t.AddPlan(plan_hash=wanted) if not plans.is_one_of(case.incident.organisation_id, wanted, case.program):
            hashes = [*hashes, wanted]
        case _:
            return case.program
    return plans.of(case.incident, hashes)


def _catch_up(case: _Case, missed: tuple[t.Edge, ...], leapt: t.Leapt | None, now: datetime) -> Answer:
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
        return _decide(case, case.program, t.Observe(edges=missed, down_since=since, leapt=leapt, by=system, at=case.at), now)
    return _decide(case, case.program, t.Tick(down_since=since, leapt=leapt, by=system, at=case.at), now)


def _open(incident: Incident, now: datetime) -> _Case:
    head = Head.objects.get(pk=incident.pk)
    return _Case(
        incident=incident,
        head=head,
        program=plans.of(incident),
        state=states.load(incident, head),
        at=max(incident_time(incident, now), incident.last_at),
    )


def _decide(case: _Case, program: Program, command: t.Command, now: datetime) -> Answer:
    """Decide by `program`: the plan in force, or the one that the command moves to."""
    outcome = decide(program, case.state, command)
    name = type(command).__name__
    if isinstance(outcome, t.Refused):
        _commands.labels(name, outcome.code).inc()
        refusals.record(case.incident, command, outcome)
        return outcome
    _commands.labels(name, "done" if outcome else "nothing").inc()
    first = case.head.seq + 1
    events = _write(case, program, outcome, now) if outcome else ()
    return Done(case.incident.pk, case.incident.number, first, case.head.seq, events)


def _write(case: _Case, program: Program, events: tuple[t.AnyEvent, ...], now: datetime) -> tuple[t.AnyEvent, ...]:
    incident = case.incident
    projector = Projector(incident, case.program, case.state)
    journalled = journal.append(incident, case.head, events)
    after = []
    for written in journalled:
        projector.add(written.seq, written.event)
        after.append(projector.state)
    kept, in_part = restricted.readers(program, projector.state), restricted.in_part(program, projector.state)
    for before, written in zip((case.state, *after), journalled, strict=False):
        logged.count(incident, program, before, written.event)
    for state, written in zip(after, journalled, strict=True):
        wishes.grant(incident, program, state, written, kept, in_part=in_part)
    topics = projector.save()
    case.state = projector.state
    states.keep(incident, case.state, case.head)
    incident.last_at = events[-1].at
    incident.plan_hash = plans.together(incident.organisation_id, plans.hashes_of(case.state))
    incident.next_due = next_due(program, case.state)
    incident.wake_at = server_time(incident, incident.next_due)
    incident.save(update_fields=_WRITTEN)
    notices.note(incident, topics, now)
    return tuple(written.event for written in journalled)


def _declare(request: Request, plan_hash: str, declaration: Declaration, actor: t.Actor) -> Answer:
    with transaction.atomic():
        now = clock.now()
        number = counters.take(request.organisation_id, NUMBERS)  # also the lock under which the key is looked up
        known = answers.recall(request, now)
        if known is not None:
            again = _again(known)
            transaction.set_rollback(True)  # the number was not needed
            return again
        registered = elsewhere.incident(request.organisation_id, declaration.record)
        if registered is not None:
            transaction.set_rollback(True)
            return Done(registered.pk, registered.number, 1, 0, ())
        hashes = [plan_hash, *declaration.beside]
        refused = plans.not_in_force(request.organisation_id, hashes)
        if refused:
            transaction.set_rollback(True)
            return refused
        case = _begin(request.organisation_id, hashes, f"INC-{number}", declaration, now)
        answer = _decide(case, case.program, _command(case, declaration, actor), now)
        if isinstance(answer, t.Refused):
            transaction.set_rollback(True)
            return answer
        answer = _follow(case, declaration, answer, actor, now)
        answers.remember(request, _kept(answer), now)
    return answer


def _follow(case: _Case, declaration: Declaration, done: Done, actor: t.Actor, now: datetime) -> Done:
    """Let what else was said at the declaration follow it; what the plan does not take stands in the way of nothing (REG-04)."""
    for command in declaration.further(case.incident.organisation_id, case.program):
        more = _decide(case, case.program, replace(command, by=actor, at=case.at), now)
        done = replace(done, seq=more.seq, events=(*done.events, *more.events)) if isinstance(more, Done) else done
    return done


def establish(organisation_id: UUID, plan: Plan, *, seats: Mapping[str, str]) -> UUID:
    """Begin the record of what an organisation owes between incidents under a plan, unless it has begun; return it."""
    return retry(lambda: _establish(organisation_id, plan, seats))


def _establish(organisation_id: UUID, plan: Plan, seats: Mapping[str, str]) -> UUID:
    with transaction.atomic():
        counters.hold(organisation_id, NUMBERS)
        known = Incident.objects.filter(organisation_id=organisation_id, standing=plan.plan_id).first()
        if known is not None:
            return known.pk
        now = clock.now()
        declaration = Declaration(words="", means="standing", seats=seats)
        case = _begin(organisation_id, [plan.hash], plan.plan_id, declaration, now, standing=plan.plan_id)
        answer = _decide(case, case.program, _command(case, declaration, t.Actor(t.SYSTEM)), now)
        assert isinstance(answer, Done), answer
    return answer.incident


def _begin(
    organisation_id: UUID, hashes: Sequence[str], number: str, declaration: Declaration, now: datetime, *, standing: str = ""
) -> _Case:
    incident = Incident(
        organisation_id=organisation_id,
        number=number,
        plan_hash=plans.together(organisation_id, hashes),
        standing=standing,
        drill=declaration.drill,
        declared_at=now,
        last_at=now,
    )
    if declaration.drill:
        set_drill(incident, at=declaration.drill_at or now, now=now, speed=declaration.drill_speed)
    incident.declared_at = incident.last_at = incident_time(incident, now)
    incident.save(force_insert=True)
    return _Case(incident, journal.begin(incident), plans.of(incident, hashes), t.State(), incident.declared_at)


def _command(case: _Case, declaration: Declaration, actor: t.Actor) -> t.Declare:
    plan_hash, beside = versions(case.program)
    return t.Declare(
        incident=ids.typed("inc", case.incident.pk),
        number=case.incident.number,
        plan=case.program.id,
        plan_hash=plan_hash,
        beside=beside,
        means=declaration.means,
        words=declaration.words,
        seats=directory.seats(case.incident.organisation_id, case.program) if declaration.seats is None else declaration.seats,
        facts=declaration.facts,
        happened_at=declaration.happened_at,
        reported=declaration.reported,
        proposed=_proposed(case, declaration, actor),
        reason=declaration.reason,
        drill=declaration.drill,
        by=actor,
        at=case.at,
    )


def _proposed(case: _Case, declaration: Declaration, actor: t.Actor) -> str:
    """Return the plan whose scope speaks of it, if none such was taken; what begins by itself or as a drill is asked nothing."""
    if actor.person == t.SYSTEM or declaration.drill:
        return ""
    found = scopes.proposed(case.incident.organisation_id, declaration.words)
    taken = {part.program.id for part in case.program.plans}
    return "" if not found or taken & {each.plan.plan_id for each in found} else found[0].plan.plan_id


# ------------------------------------------------------------------ answers as they are kept


def _kept(answer: Answer) -> dict[str, Any]:
    match answer:
        case Done(incident, number, first, seq, _):
            return {"incident": str(incident), "number": number, "first": first, "seq": seq}
        case t.Refused(code, message, hint, details):
            return {"code": code, "message": message, "hint": hint, "details": list(details)}


def _again(kept: Mapping[str, Any]) -> Answer:
    if "code" in kept:
        return t.Refused(kept["code"], kept["message"], kept["hint"], tuple(kept["details"]))
    incident = Incident.objects.get(pk=kept["incident"])
    events = tuple(written.event for written in journal.read(incident, kept["first"] - 1, kept["seq"]))
    return Done(incident.pk, kept["number"], kept["first"], kept["seq"], events)
