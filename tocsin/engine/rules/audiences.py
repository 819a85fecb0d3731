"""One report for two plans: whom both owe a report again and again is told once, so the shorter interval decides (X-62)."""

from collections.abc import Iterator

from tocsin.engine.namespaces import part_of
from tocsin.engine.program import Obligation, Program


def served_by(program: Program, rule: Obligation) -> Iterator[str]:
    """Yield the messages of other plans that serve `rule` as well: recurring reports to the same audience."""
    if not (program.parts and rule.every and rule.object in program.messages):
        return
    audience = program.messages[rule.object].audience
    for other in program.obligations.values():
        told = program.messages.get(other.object)
        if other.every and told and told.audience == audience and part_of(other.id) != part_of(rule.id):
            yield other.object
