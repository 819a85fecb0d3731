"""Moments: recorded instants, what comes with them, and the phase derived from them (REG-17, language reference section 3)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.namespaces import bare, within
from tocsin.engine.program import Moment, Program
from tocsin.engine.reads import Read, of_expression
from tocsin.engine.rules import happened, obligations, situations
from tocsin.engine.times import day, zone_of
from tocsin.engine.turn import Turn
from tocsin.engine.values import truth

PHASES: Final = ("declared", "warning", "responding", "recovering", "watching", "review", "closed", "cancelled")
"""From the first to the last; a moment leads forward, only `cleared` leads back."""


LASTING: Final = ("reported", "registered", "closed", "cancelled")
"""Moments that nobody takes back: with them the incident begins and ends."""


def record(turn: Turn, moment: str, at: datetime | None = None, *, correct: bool = False) -> None:
    """
    Record `moment` (at the turn's instant unless given) with everything that comes with it.

    One that does not repeat keeps its first time, unless this is to `correct` it. A name no rule refers to is nothing.
    """
    rule = turn.program.moments.get(moment)
    if rule is None:
        return
    at = at or turn.instant
    known = turn.state.moments.get(moment)
    if known and not rule.repeats and (known.at == at or not correct):
        return
    correction = known is not None and not rule.repeats
    generation = known.generation + (0 if correction else 1) if known else turn.state.withdrawn.get(moment, 0) + 1
    turn.emit(t.MomentRecorded(at=turn.at, by=turn.by, moment=moment, happened_at=at, generation=generation, correction=correction))
    if not correction:
        turn.fresh.add(moment)
        _follow(turn, moment, at, rule.phase)


def of_the_calendar(turn: Turn, *, year: bool) -> None:
    """Record the moments whose day the document says, and the start of the `year` in which a record begins."""
    for rule in turn.program.moments.values():
        if rule.dated and (year or rule.dated != "year"):
            zone = turn.program.zone(rule.id)
            words = f"{turn.instant.astimezone(zone_of(zone)).year}-01-01" if rule.dated == "year" else rule.dated
            record(turn, rule.id, day(words, zone), correct=True)


def _follow(turn: Turn, moment: str, at: datetime, phase: str) -> None:
    if phase:
        for part in turn.program.moments[moment].plans:
            enter(turn, part, moment, phase)
    for other in turn.program.once("moments_with", _with).get(moment, ()):
        record(turn, other, at)
    _gather(turn, moment)
    situations.on_moment(turn, moment)
    obligations.meet(turn, "reach", moment, happened_at=at)


def _with(program: Program) -> Mapping[str, tuple[str, ...]]:
    """Return the moments that come with another, by it."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in program.moments.values():
        if rule.with_:
            found[rule.with_] = (*found.get(rule.with_, ()), rule.id)
    return found


def _gather(turn: Turn, moment: str) -> None:
    """Bring the working groups together where the plan says so: each in its chat, all by video (ACT-13)."""
    every = turn.program.every_group
    if moment not in every.chat_at and moment not in every.video_at:
        return
    groups = tuple(turn.program.groups)
    chats = [(name,) for name in groups] if moment in every.chat_at else []
    conferences = [groups] if moment in every.video_at and groups else []
    for way, each in (*(("chat", each) for each in chats), *(("video", each) for each in conferences)):
        persons = owners.persons(turn.program, turn.state, each)
        turn.emit(t.Gathered(at=turn.at, by=turn.by, groups=each, persons=persons, way=way, moment=moment))


def enter(turn: Turn, part: str, moment: str, phase: str) -> None:
    """Let the plan called `part` follow `moment`; of several plans each has its own phase."""
    now, cleared = turn.state.phase_of(within(part, "")), bare(moment) == "cleared"
    if cleared and now == "warning":
        turn.emit(t.PhaseEntered(at=turn.at, by=turn.by, phase=within(part, "declared")))
    elif not cleared and (not now or PHASES.index(phase) > PHASES.index(now)):
        turn.emit(t.PhaseEntered(at=turn.at, by=turn.by, phase=within(part, phase)))


NOUN: Final = "moments"


def reads(program: Program) -> Iterator[tuple[Moment, Iterator[Read]]]:
    """Yield the moments that come when an expression turns true, with what it reads."""
    for rule in program.moments.values():
        if rule.when is not None:
            yield rule, _reads(program, rule)


def _reads(program: Program, rule: Moment) -> Iterator[Read]:
    yield from of_expression(program, rule.when)
    yield "turned", rule.id


def settle(turn: Turn) -> None:
    """Record the moments whose expression has turned true."""
    for rule in turn.stale(NOUN):
        value = truth(turn.program, turn.state, rule.when, turn.instant)
        if value != turn.state.turned.get(rule.id):
            turn.emit(t.ExpressionTurned(at=turn.at, by=turn.by, subject=rule.id, value=value))
            if value and (rule.repeats or rule.id not in turn.state.moments):
                record(turn, rule.id)


def withdraw(turn: Turn, command: t.Withdraw) -> t.Refused | None:
    """Take back a moment that did not last, with what came with it: the phase, and the situations it opened (CLK-08)."""
    refused = _may_record(turn, command.moment)
    if refused:
        return refused
    if command.moment not in turn.state.moments:
        return None  # the second click is harmless
    if bare(command.moment) in LASTING:
        return t.Refused("E102", f"{command.moment} cannot be taken back", hint="correct its time, or declare a new incident")
    if not command.reason.strip():
        return t.Refused("E105", "no moment is taken back without a reason", hint="say why in a sentence")
    _take_back(turn, command.moment, command.reason)
    return None


def _take_back(turn: Turn, moment: str, reason: str) -> None:
    """Take back `moment`, and after it what came with it or rests on it and is not true any more."""
    turn.emit(t.MomentWithdrawn(at=turn.at, by=turn.by, moment=moment, reason=reason))
    for rule in turn.program.moments.values():
        if rule.id in turn.state.moments and (rule.with_ == moment or _rested_on(turn, rule, moment)):
            _take_back(turn, rule.id, reason)
    _fall_back(turn, turn.program.moments[moment])
    situations.off_moment(turn, moment, reason)


def _rested_on(turn: Turn, rule: Moment, moment: str) -> bool:
    """Return whether `rule` came because of an expression that looks at `moment` and does not hold without it."""
    looks = ("moments", moment) in of_expression(turn.program, rule.when)
    return looks and rule.when is not None and truth(turn.program, turn.state, rule.when, turn.instant) is not True


def _fall_back(turn: Turn, withdrawn: Moment) -> None:
    """Go back to where the moments that are left lead, for each plan that stands where the one withdrawn had led."""
    for part in withdrawn.plans if withdrawn.phase else ():
        if turn.state.phase_of(within(part, "")) != withdrawn.phase:
            continue
        left = [rule for name in turn.state.moments if (rule := turn.program.moments.get(name)) is not None]
        phases = [rule.phase for rule in left if rule.phase and part in rule.plans]
        before = max(phases, key=PHASES.index, default="declared")
        if before != withdrawn.phase:
            turn.emit(t.PhaseEntered(at=turn.at, by=turn.by, phase=within(part, before)))


def _may_record(turn: Turn, moment: str) -> t.Refused | None:
    rule = turn.program.moments.get(moment)
    if rule is None:
        return t.Refused("E103", f"this plan has no moment {moment}", hint="see the plan's list of moments")
    allowed = rule.recorded_by or (turn.program.part(rule.id).commander,)
    if not any(owners.answers_for(turn.program, turn.state, turn.actor, role) for role in allowed):
        return t.Refused("E101", f"{moment} is recorded by {', '.join(allowed)}", hint="ask one of them to record it")
    return None


def mark(turn: Turn, command: t.Mark) -> t.Refused | None:
    """Record a moment by hand."""
    refused = _may_record(turn, command.moment)
    if refused:
        return refused
    refused = happened.misdated(turn, command.happened_at)
    if refused:
        return refused
    record(turn, command.moment, command.happened_at, correct=True)
    return None
