"""What falls to people, and the commands with which they do it: read from the plan alone, for any plan."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING, link_of
from tocsin.engine.program import Decision, Link, Program
from tocsin.engine.rules.chains import plan_of
from tocsin.engine.rules.delivery import BY_HAND
from tocsin.engine.rules.obligations import duties_to, running
from tocsin.engine.simulate.given import WORDS, Answer, Given, filled, option_of, value_of
from tocsin.engine.turn import Turn


@dataclass(frozen=True, slots=True)
class Duty:
    """
    Something that a `role` can take up from `ready` on: meet a clock, decide, sign, publish, accept a role; or that the server does at once.

    `name` is its own among the duties of an incident; the same one again (the next occurrence of a clock) has another. `subject` says what
    it is about, `place` where it stands in the state.
    """

    kind: str
    name: str
    subject: str
    role: str
    ready: datetime
    place: str = ""
    link: str = ""
    due: datetime | None = None


def duties(turn: Turn, event: t.AnyEvent) -> Iterable[Duty]:
    """Return what falls to somebody because of `event`."""
    fall = _FALL.get(type(event))
    return fall(turn, event) if fall else ()


def _clock(turn: Turn, event: t.ClockOpened | t.ClockMet | t.OccurrenceMissed) -> Iterator[Duty]:
    program, clock, at = turn.program, turn.state.clocks[event.clock], event.at
    if clock.status not in RUNNING:
        return
    rule = program.obligations.get(clock.obligation)
    name = f"{clock.clock}:{clock.generation}:{clock.occurrence}"
    if rule is None:
        channel = clock.obligation.rpartition(".")[2]
        if clock.obligation in program.records:
            yield Duty("complete", name, clock.obligation, clock.owes, at, clock.clock)
        elif link_of(program, clock.obligation) is None and channel in BY_HAND:
            yield Duty("confirm", name, clock.obligation, clock.owes, at, clock.clock)
        elif link_of(program, clock.obligation) is None:
            yield Duty("deliver", name, clock.obligation, t.SYSTEM, at, clock.clock)
        return
    if clock.owes == t.SYSTEM or rule.optional:
        return
    ready = max(at, clock.remind_at or at) if clock.recurring else at  # what recurs is begun when its owner is reminded
    verb = "complete" if rule.verb == "close" else rule.verb
    yield Duty(verb, name, rule.object or rule.id, clock.owes, ready, clock.clock, due=clock.due_at)


def _proposed(turn: Turn, event: t.DecisionProposed) -> Iterator[Duty]:
    return _decision(turn.program, turn.state, event.decision, event.at)


def _level(turn: Turn, event: t.LevelProposed) -> Iterable[Duty]:
    classify = turn.program.classify
    asked = event.level and not turn.state.level and classify
    return _decision(turn.program, turn.state, classify.decision, event.at) if asked and classify else ()


def _decision(program: Program, state: t.State, name: str, at: datetime) -> Iterator[Duty]:
    decision = program.decisions.get(name)
    owed = any(running(state, rule.id) for rule in duties_to(program, "decide", name))
    if decision is not None and not owed:
        who = decision.who if isinstance(decision.who, tuple) else (program.commander,)
        yield Duty("decide", f"decide:{name}:{state.counters.get(f'made:{name}', 0)}", name, who[0] if who else program.commander, at)


def _signature(turn: Turn, event: t.DecisionApplied | t.LinkSigned | t.MessageDrafted) -> Iterator[Duty]:
    """Yield the next signature that a chain waits for, or the sending of a message that is signed to the end."""
    name, at = event.chain, event.at
    chain = turn.state.chains.get(name)
    if chain is None or chain.status == "sent_back":
        return
    plan = plan_of(turn, chain)
    if chain.status == "complete":
        if chain.kind == "message":
            template = turn.program.messages[plan.subject]
            yield Duty("publish", f"publish:{chain.subject}", plan.subject, template.publisher or turn.program.commander, at, chain.subject)
        return
    signed = {signature.link for signature in chain.signatures}
    link = next((link for link in plan.links if link.does not in signed), None)
    ready = chain.kind == "decision" or turn.state.messages[chain.subject].ready
    if link is not None and ready:
        version = chain.content_hash[:8]
        yield Duty("sign", f"sign:{name}:{link.does}:{version}", plan.subject, link.role, at, name, f"{plan.subject}.{link.does}")


def _accept(turn: Turn, event: t.RoleAssigned) -> Iterable[Duty]:
    if event.accepted or not event.person:
        return ()
    return (Duty("accept", f"accept:{event.role}:{event.person}", event.role, event.role, event.at),)


_FALL: Final[Mapping[type[t.AnyEvent], Callable[[Turn, Any], Iterable[Duty]]]] = {
    t.ClockOpened: _clock,
    t.ClockMet: _clock,
    t.OccurrenceMissed: _clock,
    t.DecisionProposed: _proposed,
    t.LevelProposed: _level,
    t.DecisionApplied: _signature,
    t.LinkSigned: _signature,
    t.MessageDrafted: _signature,
    t.RoleAssigned: _accept,
}
"""By kind of event: what falls to somebody because of it. Most events are nobody's duty."""


def stands(turn: Turn, duty: Duty) -> bool:
    """Return whether `duty` is still to be done."""
    state = turn.state
    match duty.kind:
        case "sign":
            chain = state.chains[duty.place]
            return chain.status == "running" and all(f"{duty.subject}.{one.link}" != duty.link for one in chain.signatures)
        case "publish":
            return state.messages[duty.place].status == "draft"
        case "accept":
            seat = state.roles.get(duty.subject)
            return seat is not None and not seat.accepted
        case "decide" if not duty.place:
            return duty.name == f"decide:{duty.subject}:{state.counters.get(f'made:{duty.subject}', 0)}"
        case _:
            clock = state.clocks[duty.place]
            return clock.status in RUNNING and duty.name == f"{clock.clock}:{clock.generation}:{clock.occurrence}"


# ------------------------------------------------------------------ commands


def act(given: Given, turn: Turn, duty: Duty, by: t.Actor, at: datetime) -> Iterator[t.Command]:
    """Yield the commands to try, one after another, until one is not refused."""
    program, state = turn.program, turn.state
    match duty.kind:
        case "do":
            rule = program.obligations[state.clocks[duty.place].obligation]
            checks = tuple(range(len(rule.checks)))
            entry = state.clocks[duty.place].entry
            facts = {name: value_of(given, program.facts[name], at) for name in rule.fields if name not in state.facts}
            roles = {role: state.seats.get(role) or by.person for role in rule.assigns if role not in state.roles}
            yield t.Fulfil(
                obligation=rule.id, entry=entry, words=WORDS, evidence=(WORDS,), checks=checks, facts=facts, roles=roles, by=by, at=at
            )
        case "decide":
            yield from _decide(given, turn, program.decisions[duty.subject], by, at)
        case "send":
            yield from _send(turn, duty.subject, by, at)
        case "record":
            yield t.Enter(record=duty.subject, fields=filled(program.records[duty.subject].fields, at), evidence=(WORDS,), by=by, at=at)
        case "reach" | "ensure":
            yield from _reach(program, duty.subject, by, at)
        case "sign":
            chain = state.chains[duty.place]
            link = next(link for link in plan_of(turn, chain).links if f"{duty.subject}.{link.does}" == duty.link)
            yield t.Sign(chain=chain.chain, link=link.does, attach=attached(program, link, at), by=by, at=at)
        case "publish":
            message = state.messages[duty.place]
            confirmed = program.messages[message.template].channels
            yield t.Publish(message=message.message, text_hash=message.text_hash, confirmed=confirmed, evidence=(WORDS,), by=by, at=at)
        case "complete":
            fields = filled(program.records[duty.subject].fields, at)
            yield t.Enter(record=duty.subject, fields=fields, evidence=(WORDS,), entry=state.clocks[duty.place].entry, by=by, at=at)
        case "confirm":
            clock = state.clocks[duty.place]
            yield t.Confirm(message=clock.entry, channel=clock.obligation.rpartition(".")[2], result=WORDS, by=by, at=at)
        case "deliver":
            clock = state.clocks[duty.place]
            yield t.ReportDelivery(message=clock.entry, channel=clock.obligation.rpartition(".")[2], outcome="delivered", by=by, at=at)
        case "accept":
            seat = state.roles[duty.subject]
            yield t.Accept(role=duty.subject, by=t.Actor(seat.person), at=at)


def attached(program: Program, link: Link, at: datetime) -> dict[str, dict[str, str]]:
    """Return what `link` wants attached, filled in."""
    forms = {name: message.fields for name, message in program.messages.items()}
    forms |= {name: record.fields for name, record in program.records.items()}
    return {name: filled(forms[name], at) for name in link.attach if name in forms}


def _decide(given: Given, turn: Turn, decision: Decision, by: t.Actor, at: datetime) -> Iterator[t.Command]:
    program, state = turn.program, turn.state
    running = [chain for chain in state.chains.values() if chain.subject == decision.id and chain.status == "running"]
    option = option_of(given, decision, state.proposal.level if state.proposal else "")
    answer = given.answers.get(decision.id, Answer())
    links = decision.links(option.id if option else "")
    asked = {name: value_of(given, program.facts[name], at) for name in decision.asks if name in program.facts and name not in state.facts}
    sends = program.messages.get(decision.sends)
    group = program.groups.get(decision.together)
    facts = {**asked, **(filled(sends.fields, at) if sends else {}), **answer.facts}
    if running:
        return
    yield t.Decide(
        decision=decision.id,
        option=option.id if option else "",
        facts=facts,
        reason=WORDS,
        evidence=(WORDS,),
        attach=attached(program, links[0], at) if links else {},
        confirmed=("proposal", "wording", *(sends.channels if sends else ())),
        assignee=answer.assignee or (state.seats.get(decision.assigns) or WORDS if decision.assigns else ""),
        entry=f"{decision.about}-{max(1, state.counters.get(f'entries:{decision.about}', 0))}" if decision.about else "",
        attendance={by.person: group.attendance[0]} if group and group.attendance else {},
        by=by,
        at=at,
    )


def _send(turn: Turn, template: str, by: t.Actor, at: datetime) -> Iterator[t.Command]:
    """Draft and send at once; where signatures are wanted, draft, and somebody publishes it once they are there."""
    message = turn.program.messages[template]
    drafts = [one for one in turn.state.messages.values() if one.template == template and one.status == "draft"]
    fields = filled(message.fields, at)
    if not message.approvals:
        yield t.Send(template=template, fields=fields, confirmed=("wording", *message.channels), evidence=(WORDS,), by=by, at=at)
    elif not drafts or not drafts[-1].ready:
        yield t.Draft(template=template, fields=fields, message=drafts[-1].message if drafts else "", by=by, at=at)


def _reach(program: Program, name: str, by: t.Actor, at: datetime) -> Iterator[t.Command]:
    condition = program.conditions.get(name)
    if condition is not None and condition.attest:
        yield t.Attest(condition=name, evidence=(WORDS,), by=by, at=at)
    elif condition is None and "." not in name:
        yield t.Mark(moment=name, by=by, at=at)
