"""Moments: recorded instants, what comes with them, and the phase derived from them (REG-17, language reference section 3)."""

from datetime import datetime
from typing import Final

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.rules import obligations, situations
from tocsin.engine.turn import Turn
from tocsin.engine.values import truth

PHASES: Final = ("declared", "warning", "responding", "recovering", "watching", "review", "closed", "cancelled")
"""From the first to the last; a moment leads forward, only `cleared` leads back."""


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
    generation = known.generation + (0 if correction else 1) if known else 1
    turn.emit(t.MomentRecorded(at=turn.at, by=turn.by, moment=moment, happened_at=at, generation=generation, correction=correction))
    if not correction:
        turn.fresh.add(moment)
        _follow(turn, moment, at, rule.phase)


def _follow(turn: Turn, moment: str, at: datetime, phase: str) -> None:
    if phase:
        _enter(turn, moment, phase)
    for other in turn.program.moments.values():
        if other.with_ == moment:
            record(turn, other.id, at)
    situations.on_moment(turn, moment)
    obligations.meet(turn, "reach", moment, happened_at=at)


def _enter(turn: Turn, moment: str, phase: str) -> None:
    now = turn.state.phase
    if moment == "cleared" and now == "warning":
        turn.emit(t.PhaseEntered(at=turn.at, by=turn.by, phase="declared"))
    elif moment != "cleared" and (not now or PHASES.index(phase) > PHASES.index(now)):
        turn.emit(t.PhaseEntered(at=turn.at, by=turn.by, phase=phase))


def settle(turn: Turn) -> None:
    """Record the moments whose expression has turned true."""
    for rule in turn.program.moments.values():
        if rule.when is None:
            continue
        value = truth(turn.program, turn.state, rule.when, turn.instant)
        if value != turn.state.turned.get(rule.id):
            turn.emit(t.ExpressionTurned(at=turn.at, by=turn.by, subject=rule.id, value=value))
            if value and (rule.repeats or rule.id not in turn.state.moments):
                record(turn, rule.id)


def mark(turn: Turn, command: t.Mark) -> t.Refused | None:
    """Record a moment by hand."""
    rule = turn.program.moments.get(command.moment)
    if rule is None:
        return t.Refused("E103", f"this plan has no moment {command.moment}", hint="see the plan's list of moments")
    allowed = rule.recorded_by or (turn.program.commander,)
    if not any(owners.answers_for(turn.program, turn.state, turn.actor, role) for role in allowed):
        return t.Refused("E101", f"{command.moment} is recorded by {', '.join(allowed)}", hint="ask one of them to record it")
    if command.happened_at and command.happened_at > command.at:
        return t.Refused("E104", "a moment cannot lie in the future", hint="give the time at which it happened")
    record(turn, command.moment, command.happened_at, correct=True)
    return None
