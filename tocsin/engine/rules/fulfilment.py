"""What a person does about what is owed: fulfils it, or waives it as the commander."""

from collections.abc import Iterator

from tocsin.engine import asking, owners
from tocsin.engine import terms as t
from tocsin.engine.expressions import Name, Unknown, Value
from tocsin.engine.program import Obligation
from tocsin.engine.rules import apart, facts, happened, obligations, roles
from tocsin.engine.turn import Turn
from tocsin.engine.values import holds, lookup


def fulfil(turn: Turn, command: t.Fulfil) -> t.Refused | None:
    """Fulfil what one owes by doing it."""
    rule = turn.program.obligations.get(command.obligation)
    if rule is None:
        return t.Refused("E103", f"this plan has no obligation {command.obligation}", hint="see what the incident owes")
    if rule.met_by_all:
        waits = [name for name in rule.met_by_all if obligations.running(turn.state, name)] or rule.met_by_all
        return t.Refused("E102", f"{rule.id} is done once {', '.join(waits)} are", hint="do those; that meets it")
    if rule.verb == "close":
        return t.Refused("E102", f"{rule.id} is done by closing the entry of {rule.object}", hint="close that; it meets this")
    if rule.verb != "do":
        return t.Refused("E102", f"{rule.id} asks to {rule.verb} {rule.object}", hint=f"{rule.verb} {rule.object}; that meets it")
    candidates = obligations.running(turn.state, rule.id, command.entry)
    if not candidates:
        met = any(clock.obligation == rule.id and clock.entry == command.entry and clock.met_at for clock in turn.state.clocks.values())
        return None if met else _not_open(rule.id)
    refused = _may_fulfil(turn, rule, command, candidates[0])
    if refused:
        return refused
    happened_at = command.happened_at or turn.instant
    turn.emit(
        t.Fulfilled(
            at=turn.at,
            by=turn.by,
            obligation=rule.id,
            entry=command.entry,
            words=command.words,
            evidence=command.evidence,
            checks=command.checks,
            happened_at=happened_at,
        )
    )
    facts.say(turn, _answers(turn, rule, command), source="person", reason=command.words)
    for role, person in command.roles.items():
        roles.give(turn, role, person)
    obligations.meet(turn, "do", rule.id, entries=(command.entry,), happened_at=happened_at)
    return None


def _not_open(obligation: str) -> t.Refused:
    return t.Refused("E102", f"{obligation} is not open", hint="see what the incident owes now, or note what was done")


def _may_fulfil(turn: Turn, rule: Obligation, command: t.Fulfil, clock: t.Clock) -> t.Refused | None:
    if not owners.answers_for(turn.program, turn.state, turn.actor, clock.owes):
        return t.Refused("E101", f"{rule.id} is owed by {clock.owes}", hint="ask that role, or take it over")
    refused = happened.misdated(turn, command.happened_at, clock.began_at)
    if refused:
        return refused
    missing = tuple(str(index) for index in range(len(rule.checks)) if index not in command.checks)
    if missing and rule.met_by == "done":
        return t.Refused("E202", f"parts {', '.join(missing)} of {rule.id} are not ticked", hint="tick each part", details=missing)
    strange = tuple(name for name in (*command.facts, *command.roles) if name not in (*rule.fields, *rule.assigns))
    if strange:
        return t.Refused("E103", f"{rule.id} does not ask for {', '.join(strange)}", hint="say that in its own place", details=strange)
    for role, person in command.roles.items():
        if not person:
            return t.Refused("E104", f"nobody is named for {role}", hint="name who takes it, or leave it out", details=(role,))
        refused = roles.by_decision(turn, role) or apart.refused(turn, role, person)
        if refused:
            return refused
    open_ = tuple(_unanswered(turn, rule, command))
    if open_:
        return t.Refused("E202", f"{rule.id} leaves {', '.join(open_)} open", hint="answer it, or name who takes it", details=open_)
    refused = facts.check(turn, command.facts, command.words)
    if refused:
        return refused
    if rule.evidence and not command.evidence:
        return t.Refused("E106", f"{rule.id} is fulfilled with evidence", hint="name what shows that it is done")
    for name in rule.needs:
        condition = turn.program.conditions[name]
        if holds(turn.program, turn.state, condition, turn.instant) is not True:
            return t.Refused("E201", f"{rule.id} cannot begin: {name} does not hold", hint="see what it needs", details=(name,))
    return None


def _answers(turn: Turn, rule: Obligation, command: t.Fulfil) -> dict[str, Value]:
    """Return the facts that the fulfilment states: what was said, else the default that it was done with and so stands by."""
    look = lookup(turn.program, turn.state, turn.instant)
    found: dict[str, Value] = dict(command.facts)
    for name in rule.fields:
        if name not in turn.state.facts and name not in found:
            value = look(Name(name))
            if not isinstance(value, Unknown):
                found[name] = value
    return found


def _unanswered(turn: Turn, rule: Obligation, command: t.Fulfil) -> Iterator[str]:
    """Yield the facts nobody has answered and the roles nobody holds, once this is done."""
    answered = _answers(turn, rule, command)
    for name in rule.fields:
        fact = turn.program.facts[name]
        if name not in turn.state.facts and name not in answered and asking.asks(turn.program, turn.state, fact, turn.instant):
            yield name
    for role in rule.assigns:
        if not command.roles.get(role) and owners.owner(turn.program, turn.state, role).role != role:
            yield role


def not_needed(turn: Turn, command: t.NotNeeded) -> t.Refused | None:
    """End what the plan asks for only if it is needed, as whoever owes it. Not needed is not met."""
    rule = turn.program.obligations.get(command.obligation)
    if rule is None:
        return t.Refused("E103", f"this plan has no obligation {command.obligation}", hint="see what the incident owes")
    if not rule.optional:
        return t.Refused("E102", f"{rule.id} is needed in any case", hint="fulfil it, or let the commander waive it with a reason")
    candidates = obligations.running(turn.state, rule.id, command.entry)
    if not candidates:
        known = [clock for clock in turn.state.clocks.values() if clock.obligation == rule.id and clock.entry == command.entry]
        return None if any(clock.ended == "not_needed" for clock in known) else _not_open(rule.id)
    for clock in candidates:
        if not owners.answers_for(turn.program, turn.state, turn.actor, clock.owes):
            return t.Refused("E101", f"{rule.id} is owed by {clock.owes}", hint="ask that role, or take it over")
        turn.emit(t.ClockEnded(at=turn.at, by=turn.by, clock=clock.clock, reason="not_needed"))
    return None


def waive(turn: Turn, command: t.WaiveClock) -> t.Refused | None:
    """Waive what is owed, as the commander, with a reason. Waived is not met."""
    commander = turn.program.part(command.obligation).commander or turn.program.commander
    if not owners.speaks_for(turn.program, turn.state, turn.actor, commander):
        return t.Refused("E101", f"only {commander} waives what is owed", hint="ask that role")
    if not command.reason:
        return t.Refused("E105", "nothing is waived without a reason", hint="say why in a sentence")
    candidates = obligations.running(turn.state, command.obligation, command.entry)
    if not candidates:
        return _not_open(command.obligation)
    for clock in candidates:
        turn.emit(t.ClockWaived(at=turn.at, by=turn.by, clock=clock.clock, reason=command.reason))
    return None


def bring_forward(turn: Turn, command: t.BringForward) -> t.Refused | None:
    """Let what is owed be due earlier, as whoever owes it or stands above, with a reason: shortened, never put back beyond the plan's limit."""
    candidates = [clock for clock in obligations.running(turn.state, command.obligation, command.entry) if clock.status == "open"]
    if not candidates:
        return _not_open(command.obligation)
    clock = candidates[0]
    if not owners.answers_for(turn.program, turn.state, turn.actor, clock.owes):
        return t.Refused("E101", f"{command.obligation} is owed by {clock.owes}", hint="ask that role, or whoever commands")
    if not command.reason.strip():
        return t.Refused("E105", "no due time is moved without a reason", hint="say why in a sentence")
    if clock.due_at is None:
        return t.Refused("E102", f"{command.obligation} has no due time", hint="do it whenever you can; it is owed without a limit")
    if command.due_at > clock.due_at:
        return t.Refused("E104", "a due time is brought forward, never put back", hint="name an earlier time")
    if command.due_at <= turn.instant:
        return t.Refused("E104", "that time has passed", hint="name a time to come")
    obligations.bring_forward(turn, clock, command.due_at, "by_hand", command.reason)
    return None
