"""Conditions: measured, held without interruption, attested, waived (TRM-01, TRM-04, TRM-08, CLK-09)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from tocsin.engine import clocks, owners
from tocsin.engine import terms as t
from tocsin.engine.collections import COLLECTIONS
from tocsin.engine.expressions import Leaf, Name, WatchRef
from tocsin.engine.program import Condition, Program, Waiver
from tocsin.engine.reads import Read, of_condition, of_expression
from tocsin.engine.rules import moments, obligations
from tocsin.engine.spelling import spell
from tocsin.engine.times import Span, add
from tocsin.engine.turn import Turn
from tocsin.engine.values import attested, holding_since, holds, prepared, truth

NOUN: Final = "conditions"


def reads(program: Program) -> Iterator[tuple[Condition, Iterator[Read]]]:
    """Yield every condition, with what its truth depends on and the clocks that wait for it."""
    for condition in program.conditions.values():
        yield condition, _reads(program, condition)


def _reads(program: Program, condition: Condition) -> Iterator[Read]:
    yield from of_condition(program, condition)
    yield from of_expression(program, condition.measure)
    yield from of_expression(program, condition.denied_by)
    yield "turned", f"{condition.id}.met"
    for moment in condition.marks:
        yield from (("moments", moment), ("withdrawn", moment))
    yield from obligations.waiting_for(program, "reach", condition.id)


def settle(turn: Turn) -> None:
    """Follow every measured condition as it turns, matures, or is denied."""
    for condition in turn.stale(NOUN):
        if condition.measure is not None:
            _turn(turn, condition)
        if condition.hold:
            _mature(turn, condition)
        _lapse(turn, condition)
        _met(turn, condition)


def _turn(turn: Turn, condition: Condition) -> None:
    assert condition.measure is not None
    value = truth(turn.program, turn.state, condition.measure, turn.instant)
    known = turn.state.conditions.get(condition.id)
    since = _since(turn, condition)
    if known is None or known.since is None or known.value != value or (since is not None and since < known.since):
        turn.emit(t.ConditionTurned(at=turn.at, by=turn.by, condition=condition.id, value=value, since=since or turn.instant))


def _since(turn: Turn, condition: Condition) -> datetime | None:
    """
    Return since when the measure is what it is: since the last thing that it reads turned; None where one of them does not tell.

    Late samples can move it back: where all edges stand for longer, so does what is made of them.
    """
    assert condition.measure is not None
    turned: list[datetime] = []
    for leaf in prepared(turn.program, condition.measure).leaves:
        instants = _turned(turn, leaf)
        if instants is None:
            return None
        turned += instants
    return max(turned, default=None)


def _turned(turn: Turn, leaf: Leaf) -> tuple[datetime, ...] | None:
    """Return when what `leaf` reads last turned, none if it never has; a watch tells it by sample time. None: it does not tell."""
    match leaf:
        case WatchRef(watch) if watch in turn.state.edges:
            return (turn.state.edges[watch].since,)
        case Name("trigger_firing"):
            return () if turn.state.firing_turned is None else (turn.state.firing_turned,)
        case Name(path) if path in turn.program.facts and path in turn.state.facts:
            return (turn.state.facts[path].at,)
        case _:
            return None


def _mature(turn: Turn, condition: Condition) -> None:
    since = holding_since(turn.state, condition)
    subject = f"held:{condition.id}"
    # A breach is followed one tick before the instant at which it is seen: a hold that was complete then stays so.
    until = turn.known_until + clocks.TICK if turn.state.turned.get(subject) else turn.known_until
    matured = bool(since and condition.hold and until - since >= condition.hold)
    if matured != bool(turn.state.turned.get(subject)):
        turn.emit(t.ExpressionTurned(at=turn.at, by=turn.by, subject=subject, value=matured))


def _lapse(turn: Turn, condition: Condition) -> None:
    """An attestation lapses when what denies it turns true."""
    held = turn.state.conditions.get(condition.id)
    if held is None or not (held.attested_by or held.attested_each) or condition.denied_by is None:
        return
    if truth(turn.program, turn.state, condition.denied_by, turn.instant):
        turn.emit(t.AttestationLapsed(at=turn.at, by=turn.by, condition=condition.id, entry="", reason=""))


def _met(turn: Turn, condition: Condition) -> None:
    held = holds(turn.program, turn.state, condition, turn.instant) is True
    name = f"{condition.id}.met"
    if name in turn.program.moments and held != bool(turn.state.turned.get(name)):
        turn.emit(t.ExpressionTurned(at=turn.at, by=turn.by, subject=name, value=held))
        if held:
            moments.record(turn, name)
    if held and not turn.state.conditions.get(condition.id, t.Holding()).waived:
        for moment in condition.marks:
            moments.record(turn, moment)
    if held:
        obligations.meet(turn, "reach", condition.id, since=_came(turn, condition))


def _came(turn: Turn, condition: Condition) -> datetime | None:
    """Return when a condition came to hold by its measurements, which may be learned later; None where something else brought it about."""
    since = holding_since(turn.state, condition)
    held = turn.state.conditions.get(condition.id, t.Holding())
    if since is None or held.waived or condition.attest or condition.when is not None:
        return None
    return since + (condition.hold or timedelta())


def attest(turn: Turn, command: t.Attest) -> t.Refused | None:
    """Let a holder of the role say that the condition holds."""
    condition = turn.program.conditions.get(command.condition)
    if condition is None or not condition.attest:
        return t.Refused(
            "E103", f"{command.condition} is not attested by anybody", hint="wait for its measurements, or waive it where the plan lets you"
        )
    if not _speaks(turn, condition):
        return t.Refused("E101", f"{condition.id} is attested by {condition.attest}", hint="ask that role")
    if condition.evidence and not command.evidence:
        return t.Refused("E106", f"{condition.id} is attested with evidence", hint="name the report, picture or log that shows it")
    if condition.denied_by is not None and truth(turn.program, turn.state, condition.denied_by, turn.instant):
        return t.Refused("E201", f"{condition.id} is denied by what is known", hint="correct the facts first if they are wrong")
    refused = _entry(turn, condition, command.entry)
    if refused:
        return refused
    held = turn.state.conditions.get(condition.id, t.Holding())
    if not (held.attested_each.get(command.entry) if command.entry else held.attested_by):
        turn.emit(t.Attested(at=turn.at, by=turn.by, condition=condition.id, entry=command.entry, evidence=command.evidence))
    return None


def _entry(turn: Turn, condition: Condition, entry: str) -> t.Refused | None:
    """A condition that each entry of a collection must attest is attested for one of them at a time."""
    known = [each.key for each in COLLECTIONS[condition.each](turn.state)] if condition.each else []
    if entry in known or (not entry and not known):
        return None
    names = ", ".join(known) or "no entry"
    return t.Refused("E103", f"{condition.id} is attested for {names}", hint="say for which", details=tuple(known))


def _speaks(turn: Turn, condition: Condition) -> bool:
    if condition.attest == "anyone":
        return owners.takes_part(turn.state, turn.actor)
    return bool(owners.speaks_for(turn.program, turn.state, turn.actor, condition.attest))


def take_back(turn: Turn, command: t.TakeBack) -> t.Refused | None:
    """Withdraw an attestation."""
    condition = turn.program.conditions.get(command.condition)
    if condition is None or not condition.attest:
        return t.Refused("E103", f"{command.condition} is not attested by anybody", hint="see the plan's conditions")
    if not _speaks(turn, condition):
        return t.Refused("E101", f"{condition.id} is attested by {condition.attest}", hint="ask that role")
    held = turn.state.conditions.get(condition.id)
    if held and (command.entry in held.attested_each if command.entry else held.attested_by):
        turn.emit(t.AttestationLapsed(at=turn.at, by=turn.by, condition=condition.id, entry=command.entry, reason=command.reason))
    return None


def waive(turn: Turn, command: t.WaiveCondition) -> t.Refused | None:
    """Waive a condition under its own terms: a reason, and the word of each the plan names (TRM-04, TRM-14)."""
    condition = turn.program.conditions.get(command.condition)
    if condition is None:
        return t.Refused("E103", f"this plan has no condition {command.condition}", hint="see the plan's conditions")
    if condition.waive is None:
        return t.Refused(
            "E203", f"{condition.id} cannot be waived under this plan", hint="bring it about, or correct the facts that deny it"
        )
    if not command.reason:
        return t.Refused("E105", f"{condition.id} is not waived without a reason", hint="say why in a sentence")
    held = turn.state.conditions.get(condition.id, t.Holding())
    if held.waived or turn.by in held.waived_by:
        return None
    first = not held.waived_by
    wanted = condition.waive.by if first else condition.waive.approve
    if not any(owners.speaks_for(turn.program, turn.state, turn.actor, role) for role in wanted):
        return t.Refused("E101", f"{condition.id} is waived by {', '.join(wanted)}", hint="ask that role")
    refused = _not_open(turn, condition, condition.waive)
    if refused:
        return refused
    complete = not first or not condition.waive.approve
    turn.emit(t.ConditionWaived(at=turn.at, by=turn.by, condition=condition.id, reason=command.reason, complete=complete))
    if complete:
        turn.emit(t.Filed(at=turn.at, by=turn.by, inbox=condition.waive.into, cause=f"waived:{condition.id}"))
    return None


def _not_open(turn: Turn, condition: Condition, waiver: Waiver) -> t.Refused | None:
    """Return why the waiver's own terms are not met yet, or None (STP-14)."""
    if waiver.needs is not None and truth(turn.program, turn.state, waiver.needs, turn.instant) is not True:
        return t.Refused("E203", f"{condition.id} is waived once {spell(waiver.needs)}", hint="do that first")
    known = turn.state.moments.get(waiver.of) if waiver.of else None
    if waiver.after is None:
        return None
    opens = add(known.at, waiver.after, turn.program.reckons(condition.id)) if known else None
    if opens is None or turn.instant < opens:
        return t.Refused("E203", f"{condition.id} is waived {waiver.after} after {waiver.of}", hint="wait until then")
    return None


def unmet(turn: Turn, names: tuple[str, ...]) -> t.Refused | None:
    """Return the refusal that lists which of the conditions `names` do not hold now, and for how long they have; None if all hold."""
    program, state = turn.program, turn.state
    missing = [name for name in names if holds(program, state, program.conditions[name], turn.instant) is not True]
    if not missing:
        return None
    details = tuple(describe(turn, program.conditions[name]) for name in missing)
    return t.Refused(
        "E201", "conditions do not hold: " + "; ".join(details), hint="wait, attest, or waive where the plan lets", details=details
    )


def describe(turn: Turn, condition: Condition) -> str:
    """Return how far `condition` is, such as `no_anomaly held 48h of 72h`."""
    since = holding_since(turn.state, condition)
    if condition.hold:
        held = turn.instant - since if since else timedelta()
        return f"{condition.id} held {Span(exact=held)} of {Span(exact=condition.hold)}"
    known = turn.state.conditions.get(condition.id, t.Holding())
    if condition.attest and not attested(turn.state, condition):
        return f"{condition.id} not attested by {condition.attest}"
    return f"{condition.id} {'unknown' if known.value is None else 'not met'}"
