"""Which plans are for what happened: those in force whose scope speaks of it (PLN-04)."""

from dataclasses import dataclass
from uuid import UUID

from tocsin.incidents import plans
from tocsin.incidents.models import Plan


@dataclass(frozen=True, slots=True)
class Match:
    """A plan and the words of its scope that stand in the line."""

    plan: Plan
    words: tuple[str, ...]


def proposed(organisation_id: UUID, line: str) -> list[Match]:
    """Return the plans in force of whose scope `line` speaks, those with the most to say first. A role set is for no kind of incident."""
    found = []
    for plan in plans.in_force(organisation_id).values():
        program = plans.compiled(plan)
        words = program.scope.found_in(line) if program.kind == "plan" else ()
        if words:
            found.append(Match(plan, words))
    return sorted(found, key=lambda match: -len(match.words))
