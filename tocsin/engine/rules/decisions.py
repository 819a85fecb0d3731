"""Decisions: only named roles take them, on conditions, with reasons, perhaps through a chain; and what follows (AUD-01, AUD-02, CLS-15)."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from tocsin.engine import laid_before, owners, texts
from tocsin.engine import terms as t
from tocsin.engine.addressed import roles_of
from tocsin.engine.expressions import Name, evaluate
from tocsin.engine.namespaces import bare, part_of
from tocsin.engine.program import Decision, Link, Option
from tocsin.engine.rules import apart, chains, conditions, facts, levels, meetings, messages, moments, obligations, records, roles
from tocsin.engine.turn import Turn
from tocsin.engine.values import lookup

CONFIRMED: Final = "proposal"
"""What a decision on the level says it has confirmed, where the plan asks to look twice at its proposal (CLS-13)."""


def decide(turn: Turn, command: t.Decide) -> t.Refused | None:
    """Take a decision, or apply for one that needs a chain."""
    decision = turn.program.decisions.get(command.decision)
    if decision is None:
        return t.Refused("E103", f"this plan has no decision {command.decision}", hint="see the plan's decisions")
    if turn.state.phase_of(decision.id) in t.OVER:
        return t.Refused(
            "E102",
            "the incident is closed" if not turn.program.parts else f"{turn.program.part(decision.id).program.id} is closed here",
            hint="declare a new one",
        )
    option = next((option for option in decision.options if option.id == command.option), None)
    if (command.option and option is None) or (decision.options and option is None):
        names = ", ".join(option.id for option in decision.options) or "nothing to choose"
        return t.Refused("E104", f"{decision.id} offers {names}", hint="choose one of them")
    asked = {name: value for name, value in command.facts.items() if name in decision.asks}
    links = decision.links(command.option)
    refused = (
        _rights(turn, decision, command, option)
        or meetings.subject(turn, decision, command)
        or facts.check(turn, asked, command.reason)
        or _grounds(turn, decision, command, option)
        or _evidence(turn, decision, command)
        or meetings.attended(turn, decision, command)
        or _running(turn, decision, command.entry)
        or conditions.unmet(turn, decision.needs)
        or (chains.missing_attachments(links[0], command.attach) if links else None)
    )
    if refused:
        return refused
    facts.say(turn, asked, source="person", reason=command.reason)
    if links:
        return _apply(turn, decision, command, links[0])
    return _take(turn, decision, command, option)


def who(turn: Turn, decision: Decision, option: Option | None, given: Mapping[str, object]) -> tuple[str, ...]:
    """Return the roles that may take the decision in the present case: of the level being decided, or of a fact being stated with it."""
    by = getattr(decision.who, "by", "")
    case = bare(option.level) if option and option.level and bare(by) == "level" else str(given.get(by, "")) if by else ""
    roles = roles_of(turn.program, turn.state, decision.who, turn.instant, case=case)
    passed = turn.state.passed.get(decision.id)
    return tuple(passed.target if passed and role == passed.source else role for role in roles)


def _rights(turn: Turn, decision: Decision, command: t.Decide, option: Option | None) -> t.Refused | None:
    allowed = who(turn, decision, option, command.facts)
    if any(owners.speaks_for(turn.program, turn.state, turn.actor, role) for role in allowed):
        return None
    names = ", ".join(allowed) or "nobody before the level is known"
    return t.Refused("E101", f"{decision.id} is taken by {names}", hint="ask that role or its deputy", details=allowed)


def _grounds(turn: Turn, decision: Decision, command: t.Decide, option: Option | None) -> t.Refused | None:
    proposal = turn.state.standing(part_of(decision.id)).proposal
    differs = decision.sets_level and option is not None and bool(option.level) and option.level != (proposal.level if proposal else "")
    needed = decision.reason == "always" or (decision.reason == "when_differs" and differs) or (option is not None and option.needs_reason)
    if needed and not command.reason.strip():
        why = (
            f"{option.id if option else decision.id} is not what is proposed" if differs else f"{decision.id} is not taken without a reason"
        )
        return t.Refused("E105", why, hint="say why in a sentence")
    if decision.sets_level and option is not None and option.level and not differs and CONFIRMED not in command.confirmed:
        asked = levels.questions(turn.program, turn.state, turn.instant, part_of(decision.id))
        if asked:
            says = "; ".join(text.get(turn.program.language) or "no rule speaks, the fallback does" for text in asked)
            return t.Refused("E107", f"{option.id} is confirmed first: {says}", hint="look at it again, then confirm", details=(CONFIRMED,))
    if decision.assigns and not command.assignee:
        return t.Refused("E104", f"{decision.id} names a person", hint="say whom")
    if decision.takes_over and command.assignee not in ("", turn.by):
        return t.Refused("E104", f"whoever takes {decision.id} takes {decision.takes_over} over", hint="let that person take it")
    return apart.refused(turn, decision.assigns or decision.takes_over, _assignee(turn, decision, command))


def _evidence(turn: Turn, decision: Decision, command: t.Decide) -> t.Refused | None:
    """Return what is wrong with the evidence: it is missing, or a reading is put forward that is unknown or does not lie before it."""
    shown = laid_before.readings(turn.program, decision)
    strange = tuple(name for name in command.cites if name not in shown)
    if strange:
        return t.Refused("E103", f"{', '.join(strange)} does not lie before {decision.id}", hint="see what does", details=strange)
    unknown = tuple(name for name in command.cites if name not in command.readings)
    if unknown:
        return t.Refused("E106", f"{', '.join(unknown)} is unknown now", hint="name other evidence, or wait for its data", details=unknown)
    if decision.evidence and not (command.evidence or command.cites):
        return t.Refused("E106", f"{decision.id} is taken on evidence", hint="name the report, picture or log that shows it")
    return None


def _cited(command: t.Decide) -> dict[str, str]:
    """Return what is put forward as evidence of what signals read now, by name."""
    return {name: _spelled(command.readings[name]) for name in command.cites}


def _spelled(value: Decimal) -> str:
    return f"{value:.2f}"


def _running(turn: Turn, decision: Decision, entry: str) -> t.Refused | None:
    about = [chain for chain in turn.state.chains.values() if chain.subject == decision.id and chain.entry == entry]
    waiting = [chain.chain for chain in about if chain.status == "running"]
    if waiting:
        return t.Refused("E102", f"{waiting[0]} already waits for signatures", hint="sign it, or send it back first")
    return None


# ------------------------------------------------------------------ through a chain


def _apply(turn: Turn, decision: Decision, command: t.Decide, link: Link) -> t.Refused | None:
    """Submit the application, which is the signature of the first link."""
    name = f"{decision.id}-{turn.state.counters.get(f'applied:{decision.id}', 0) + 1}"
    turn.emit(
        t.DecisionApplied(
            at=turn.at,
            by=turn.by,
            decision=decision.id,
            chain=name,
            option=command.option,
            reason=command.reason,
            evidence=command.evidence,
            content_hash=_content(command),
            main=owners.owner(turn.program, turn.state, decision.main).person if decision.main else "",
            coordinates=owners.owner(turn.program, turn.state, decision.coordinates).person if decision.coordinates else "",
            entry=command.entry,
            cited=_cited(command),
            assignee=_assignee(turn, decision, command),
        )
    )
    chain = turn.state.chains[name]
    refused = chains.may_sign(turn, chain, link)
    if refused:
        return refused
    chains.sign(turn, chain, link, command.attach)
    if turn.state.chains[name].status == "complete":
        take_effect(turn, decision, turn.state.chains[name])
    return None


def _content(command: t.Decide) -> str:
    """Return the hash of what is signed: option, reason, evidence with the readings among it, attachments, who is named."""
    attached = {name: dict(fields) for name, fields in command.attach.items()}
    more = filter(None, (command.entry, _cited(command), command.assignee))
    content = [command.option, command.reason, list(command.evidence), attached, *more]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _assignee(turn: Turn, decision: Decision, command: t.Decide) -> str:
    """Return who gets the role that the decision gives: whoever is named, or takes the decision."""
    return command.assignee or (turn.by if decision.takes_over else "")


def kept_apart(turn: Turn, chain: t.ChainState) -> t.Refused | None:
    """Return why whoever is to get the role of the decision cannot, where they have got another role meanwhile; or None."""
    decision = turn.program.decisions[chain.subject]
    return apart.refused(turn, decision.assigns or decision.takes_over, chain.assignee)


def take_effect(turn: Turn, decision: Decision, chain: t.ChainState) -> None:
    """Let a decision whose chain is signed to the end take effect: only the last signature does."""
    option = next((option for option in decision.options if option.id == chain.option), None)
    role = chain.signatures[-1].role if chain.signatures else ""
    command = t.Decide(decision=decision.id, reason=chain.reason, evidence=chain.evidence, entry=chain.entry, assignee=chain.assignee)
    _make(turn, decision, option, command, role=role, cited=chain.cited)


# ------------------------------------------------------------------ at once


def _take(turn: Turn, decision: Decision, command: t.Decide, option: Option | None) -> t.Refused | None:
    message = ""
    if decision.sends:
        fields = {name: _words(turn, decision, value) for name, value in command.facts.items()}
        template = turn.program.messages[decision.sends]
        slots = {field.id for field in template.fields}
        given = {bare(name): words for name, words in fields.items() if bare(name) in slots}
        sent = messages.send_by_decision(turn, decision.sends, given, command.confirmed)
        if isinstance(sent, t.Refused):
            return sent
        message = sent if turn.state.messages[sent].awaits else ""  # the decision takes effect when the message counts as sent
    role = next(filter(None, (_speaks(turn, name) for name in who(turn, decision, option, command.facts))), "")
    if message:
        _wait(turn, decision, command, role, message)
    else:
        _make(turn, decision, option, command, role=role, cited=_cited(command))
    return None


def _wait(turn: Turn, decision: Decision, command: t.Decide, role: str, message: str) -> None:
    turn.emit(
        t.DecisionWaits(
            at=turn.at,
            by=turn.by,
            decision=decision.id,
            message=message,
            option=command.option,
            role=role,
            reason=command.reason,
            evidence=command.evidence,
            assignee=command.assignee,
            entry=command.entry,
            attendance=dict(command.attendance),
            cited=_cited(command),
        )
    )


def sent(turn: Turn, message: str) -> None:
    """Let the decision that waited for `message` take effect: by whoever took it."""
    name, waits = next(((name, waits) for name, waits in turn.state.waiting.items() if waits.message == message), ("", None))
    decision = turn.program.decisions.get(name)
    if waits is None or decision is None:
        return
    command = t.Decide(
        decision=decision.id,
        reason=waits.reason,
        evidence=waits.evidence,
        assignee=waits.assignee,
        entry=waits.entry,
        attendance=waits.attendance,
    )
    option = next((option for option in decision.options if option.id == waits.option), None)
    with turn.as_person(waits.by):
        _make(turn, decision, option, command, role=waits.role, cited=waits.cited)


def by_itself(turn: Turn, decision: Decision, level: str) -> None:
    """Let the proposal of a level decide: the answer that gave rise to it is the decision, and whoever gave it the decider (CLS-04)."""
    option = next(option for option in decision.options if option.level == level)
    with turn.as_person(turn.person):
        _make(turn, decision, option, t.Decide(decision=decision.id, option=option.id), role="", cited={})


def _speaks(turn: Turn, role: str) -> str:
    return owners.speaks_for(turn.program, turn.state, turn.actor, role)


def _words(turn: Turn, decision: Decision, value: object) -> str:
    plan = turn.program.part(decision.id).program
    return value if isinstance(value, str) else texts.spell(value, plan.language, plan.timezone)  # type: ignore[arg-type]


def _seen(turn: Turn, decision: Decision, readings: Mapping[str, Decimal]) -> dict[str, str]:
    """Return the data that lie before the decider: what it asks and uses, for a level every known value that the rules and the signals read."""
    look = lookup(turn.program, turn.state, turn.instant)
    found = {name: str(evaluate(Name(name), look)) for name in (*decision.asks, *decision.uses) if name in turn.state.facts}
    if decision.sets_level:
        for rule in levels.propose(turn.program, turn.state, turn.instant, part_of(decision.id)).rules:
            found |= {name: value for name, value in rule.seen.items() if value != "unknown"}
    return found | {name: _spelled(readings[name]) for name in laid_before.readings(turn.program, decision) if name in readings}


def _make(turn: Turn, decision: Decision, option: Option | None, command: t.Decide, *, role: str, cited: Mapping[str, str]) -> None:
    """Record the decision with the data then seen, and everything it marks, sets, assigns and causes."""
    seen = _seen(turn, decision, command.readings) | dict(cited)
    assignee = _assignee(turn, decision, command)
    turn.emit(
        t.DecisionMade(
            at=turn.at,
            by=turn.by,
            decision=decision.id,
            option=option.id if option else "",
            role=role,
            reason=command.reason,
            evidence=command.evidence,
            seen=seen,
            assignee=assignee,
            entry=command.entry,
            attendance=dict(command.attendance),
            cited=dict(cited),
        )
    )
    if option and option.level:
        levels.decide(turn, option.level, command.reason)
    if option and option.stamps:
        given = {option.stamps: turn.instant.isoformat()}
        amends = t.Enter(record=decision.about, entry=command.entry, fields=given, by=turn.actor, at=turn.at)
        records.write(turn, turn.program.records[decision.about], amends, given)
    if decision.hands_over:
        roles.pass_on(turn, decision.hands_over, command.reason)
    filled = decision.assigns or decision.takes_over
    if filled and not roles.kept_apart(turn, filled, assignee):  # while it waited for a message they may have got another role
        roles.seat(turn, filled, assignee, accepted=True, reason=command.reason)
    # An option that declines marks its own moments instead of those of the decision.
    for moment in _marks(turn, decision, option):
        moments.record(turn, moment)
    for moment in dict.fromkeys((f"{decision.id}.made", *((f"{decision.id}.{option.id}",) if option else ()))):
        moments.record(turn, moment)
    obligations.meet(turn, "decide", decision.id, entries=(command.entry,) if command.entry else None)
    declined = option is not None and bool(option.marks)
    turn.queue(option.then if option else (), f"decided:{decision.id}")
    turn.queue(() if declined else decision.then, f"decided:{decision.id}")


def _marks(turn: Turn, decision: Decision, option: Option | None) -> tuple[str, ...]:
    level = turn.program.levels.get(option.level) if option else None
    if level and level.leaves_plan:
        return (turn.program.part(level.id).moments.get("cancelled", "cancelled"),)
    return option.marks if option and option.marks else decision.marks
