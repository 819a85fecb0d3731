"""One report for two plans: whom both owe a report again and again is told once, so the shorter interval decides (X-62)."""

from collections.abc import Iterator

from tocsin.engine.namespaces import bare, part_of
from tocsin.engine.program import Cases, Message, Obligation, Program


def served_by(program: Program, rule: Obligation) -> Iterator[str]:
    """Yield the messages of other plans that serve `rule` as well: recurring reports to the same audience that reach everybody it is for."""
    if not (program.parts and rule.every and rule.object in program.messages):
        return
    owed = program.messages[rule.object]
    for other in program.obligations.values():
        told = program.messages.get(other.object)
        if other.every and told and part_of(other.id) != part_of(rule.id) and told.audience == owed.audience and meant(owed) <= meant(told):
            yield other.object


def meant(message: Message) -> set[str]:
    """Return everybody a message may be for, by the names that plans share: what two plans call alike is the same to them."""
    to = message.to
    named = (name for roles in (*to.cases.values(), to.otherwise or ()) for name in roles) if isinstance(to, Cases) else to
    return {bare(name) for name in named}
