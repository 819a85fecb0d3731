"""
Whose moment is whose: what every plan has (restored, closed …) is one moment for all, unless a plan says itself how it comes about.

A plan that does not takes the moment from the first plan that does: without a rule for the restoration it goes by the other's. Its phase
follows its own moments alone; only a plan that has no end of its own ends with the other.
"""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.engine.compose.renaming import rewrite
from tocsin.engine.namespaces import bare, part_of, within
from tocsin.engine.program import Effect, Program
from tocsin.engine.terms import OVER

OF_THE_WORLD: Final = ("occurred", "reported", "registered")
"""What happened to the incident itself, whichever plans it runs by."""
ENDS: Final = OVER
"""A plan that says how it is closed is not cancelled by another's false alarm."""


def shared(parts: Mapping[str, Program]) -> dict[str, dict[str, str]]:
    """Return for each plan, by its name in the whole, which moment it means by each common one."""
    own = {name: brought_about(program) for name, program in parts.items()}
    common = dict.fromkeys(moment.id for program in parts.values() for moment in program.moments.values() if moment.common)
    first = {moment: next((within(name, moment) for name in parts if moment in own[name]), moment) for moment in common}
    return {name: {moment: within(name, moment) if moment in own[name] else first[moment] for moment in common} for name in parts}


def brought_about(program: Program) -> frozenset[str]:
    """Return the common moments that some rule of `program` brings about."""
    marked: set[str] = set()

    def note(holder: Any, field: str, word: str) -> str:
        if field in ("marks", "marks_change") or (isinstance(holder, Effect) and holder.kind == "mark" and field == "targets"):
            marked.add(word)
        return word

    for kind in (program.facts, program.conditions, program.situations, program.obligations, program.decisions, program.records):
        rewrite(kind, note)
    rewrite(program.messages, note)
    rules = [moment for moment in program.moments.values() if moment.common]
    marked |= {rule.id for rule in rules if rule.with_ and rule.with_ not in {each.id for each in rules}}  # with one of the plan's own
    marked |= {rule.id for rule in rules if rule.when is not None or (rule.recorded_by and rule.cite)}
    marked |= {"cancelled"} if any(level.leaves_plan for level in program.levels.values()) else set()
    marked |= set(ENDS) if marked & set(ENDS) else set()
    marked = _with_company(marked, {rule.id: rule.with_ for rule in rules if rule.with_})
    return frozenset(rule.id for rule in rules if rule.id in marked and rule.id not in OF_THE_WORLD)


def _with_company(marked: set[str], company: Mapping[str, str]) -> set[str]:
    """A moment that comes with another is brought about by whoever brings about that one."""
    while True:
        more = {moment for moment, other in company.items() if other in marked or other in OF_THE_WORLD} - marked
        if not more:
            return marked
        marked = marked | more


def changes_phase_of(parts: Mapping[str, Program], meant: Mapping[str, Mapping[str, str]], moment: str) -> tuple[str, ...]:
    """Return the plans whose phase follows `moment`; a role set has no course of its own."""
    plans = [name for name, program in parts.items() if program.kind == "plan"]
    own = {name for name in plans if part_of(moment) == name and meant[name].get(bare(moment)) == moment}
    if moment in OF_THE_WORLD or (bare(moment) in ENDS and own):
        own |= {name for name in plans if meant[name].get(bare(moment)) == moment}
    return tuple(name for name in plans if name in own)
