"""Effects: what a decision, an entry, a lateness or a situation causes, carried out one by one."""

from collections.abc import Mapping

from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.namespaces import part_of, within
from tocsin.engine.program import Effect
from tocsin.engine.rules import facts, levels, messages, moments, registers, roles, situations
from tocsin.engine.rules.deadlines import tell
from tocsin.engine.turn import Turn
from tocsin.engine.values import truth


def carry_out(turn: Turn, effect: Effect, cause: str, entry: Mapping[str, Value]) -> None:
    """Carry out one effect, unless its condition says no (or is unknown)."""
    if effect.when is not None and truth(turn.program, turn.state, effect.when, turn.instant, entry) is not True:
        return
    match effect.kind:
        case "tell" | "alert" | "call":
            tell(turn, effect.targets, cause, urgent=effect.kind != "tell", accept=effect.kind == "call")
        case "send":
            for template in effect.targets:
                messages.send_by_rule(turn, template, {})
        case "draft":
            for template in effect.targets:
                messages.offer(turn, turn.program.messages[template])
        case "open":
            for name in effect.targets:
                situations.open_(turn, turn.program.situations[name])
        case "set":
            _set(turn, effect)
        case "mark":
            for moment in effect.targets:
                moments.record(turn, moment)
        case "assign":
            _assign(turn, effect)
        case "propose":
            for decision in effect.targets:
                turn.emit(t.DecisionProposed(at=turn.at, by=t.SYSTEM, decision=decision, option=effect.to, because=cause))
        case "apply":
            _apply(turn, part_of(effect.targets[0]))
        case "mark_entry" | "mark_register":
            for word in effect.targets:
                registers.mark(turn, word, cause, whole=effect.kind == "mark_register")
        case "file":
            for inbox in effect.targets:
                turn.emit(t.Filed(at=turn.at, by=turn.by, inbox=inbox, cause=cause))


def _set(turn: Turn, effect: Effect) -> None:
    for name in effect.targets:
        fact = turn.program.facts[name]
        value = effect.to == "true" if fact.type == "yes_no" else effect.to
        if facts.fits(fact, value):
            facts.say(turn, {name: value}, source="implied")


def _assign(turn: Turn, effect: Effect) -> None:
    """Give each role to whom the roster names now, and ask for acceptance."""
    for role in effect.targets:
        person = turn.state.seats.get(role)
        if person and role not in turn.state.roles and not roles.kept_apart(turn, role, person):
            roles.seat(turn, role, person, accepted=False)
            roles.ask(turn, role, person)


def _apply(turn: Turn, part: str) -> None:
    """Put the proposal into force provisionally; the decision is still owed."""
    classify, standing = turn.program.part(within(part, "")).classify, turn.state.standing(part)
    proposal = standing.proposal
    if classify is None or proposal is None or standing.level:
        return
    with turn.as_system():
        levels.decide(turn, proposal.level, "")
        decision = turn.program.decisions[classify.decision]
        for moment in decision.marks:
            moments.record(turn, moment)
        turn.queue(decision.then, f"applied:{decision.id}")
