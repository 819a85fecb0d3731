"""Several plans made into one Program: the plans of an incident beside each other, role sets laid over them (PLN-08, TRM-13)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from tocsin.engine import terms as t
from tocsin.engine.compose import maps, moments
from tocsin.engine.compose.renaming import Renaming, names_of, registries, rewrite
from tocsin.engine.namespaces import within
from tocsin.engine.program import Part, Parties, Program, Watch


def compose(programs: Sequence[Program]) -> Program:
    """
    Return one program of several plan versions, the first of them a plan. One alone is returned as it is. Pure.

    The first plan's names stand; those of every other begin with its id. Moments that all plans have are shared unless a plan brings its
    own about; phases and levels stay apart. A role set takes over what its map says of each plan.

    :raises ValueError: two are versions of the same plan, or there is none.
    """
    if len({program.id for program in programs}) < len(programs) or not programs:
        raise ValueError("an incident runs by at least one plan, and by each only once")
    if len(programs) == 1:
        return programs[0]
    named = {"" if index == 0 else program.id: program for index, program in enumerate(programs)}
    meant = moments.shared(named)
    whole: dict[str, dict[str, Any]] = {kind: {} for kind, _ in registries(programs[0])}
    parts = []
    for name, program in named.items():
        renaming = Renaming(name, names_of(program), meant[name], _commander(name, program, named))
        laid = _laid(name, program, named)
        for kind, rules in registries(program):
            renamed = _renamed(renaming, kind, rules)
            for over in laid:
                renamed = maps.apply(over, kind, renamed)
            whole[kind] |= renamed
        parts.append(_part(renaming, program))
    whole["moments"] = {
        moment: replace(rule, plans=moments.changes_phase_of(named, meant, moment)) for moment, rule in whole["moments"].items()
    }
    made: dict[str, Any] = {**whole, **_listed(named, meant)}
    return replace(
        programs[0],
        **made,
        hash=hash_of([program.hash for program in programs]),
        watches={watch.id: watch for part in parts for watch in _watches(part, meant)},
        classify=parts[0].classify,
        parties=_parties(programs),
        parts=tuple(parts),
    )


def _parties(programs: Sequence[Program]) -> Parties:
    """Return what all plans together keep of an affected party: what two of them call alike is one thing, as the first has it."""
    found = Parties()
    for program in programs:
        found = Parties({**program.parties.kinds, **found.kinds}, {**program.parties.marks, **found.marks})
    return found


def hash_of(hashes: Sequence[str]) -> str:
    """Return the hash that names several plan versions in this order; that of one alone is its own."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def versions(program: Program) -> tuple[str, tuple[t.PlanRef, ...]]:
    """Return the hash of the first plan version of `program`, and the versions beside it."""
    first, *others = program.plans
    return first.program.hash, tuple(t.PlanRef(part.program.id, part.program.hash, part.program.kind) for part in others)


def strangers(programs: Sequence[Program]) -> tuple[tuple[str, str, str], ...]:
    """Return what maps of role sets speak of and the plans they are laid over do not have: role set, plan, name."""
    sets = [program for program in programs if program.kind == "role-set"]
    return tuple(
        (laid.id, program.id, name)
        for laid in sets
        for program in programs
        for name in maps.strangers(program, laid.maps.get(program.id, {}))
    )


def _commander(name: str, program: Program, named: Mapping[str, Program]) -> str:
    """Return who commands under this plan: the commander of a set laid over it, else its own."""
    for other, laid in named.items():
        if program.id in laid.maps and laid.commander:
            return within(other, laid.commander)
    return within(name, program.commander) if program.commander else ""


def _laid(name: str, program: Program, named: Mapping[str, Program]) -> list[maps.Laid]:
    return [maps.lay(name, own, other.maps[program.id], program) for own, other in named.items() if program.id in other.maps]


def _renamed(renaming: Renaming, kind: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules of one kind under their names in the whole. A common moment that is another plan's is left to that plan."""
    renamed: dict[str, Any] = rewrite(dict(rules), renaming)
    if kind != "moments":
        return renamed
    own = {within(renaming.part, moment) for moment, rule in rules.items()}
    return {moment: rule for moment, rule in renamed.items() if moment in own or not rule.common}


def _part(renaming: Renaming, program: Program) -> Part:
    return Part(
        name=renaming.part,
        program=program,
        commander=renaming.commander,
        classify=rewrite(program.classify, renaming),
        levels=tuple(within(renaming.part, level) for level in program.levels),
        moments=renaming.moments,
    )


def _watches(part: Part, meant: Mapping[str, Mapping[str, str]]) -> list[Watch]:
    renaming = Renaming(part.name, names_of(part.program), meant[part.name], part.commander)
    return [rewrite(watch, renaming) for watch in part.program.watches.values()]


def _listed(named: Mapping[str, Program], meant: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[Any, ...]]:
    """Return every list of rules that programs hold, those of all plans one after another."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, program in named.items():
        renaming = Renaming(name, names_of(program), meant[name], "")
        for each in fields(program):
            rules = getattr(program, each.name)
            if each.init and each.name != "parts" and isinstance(rules, tuple):
                found[each.name] = (*found.get(each.name, ()), *rewrite(rules, renaming))
    return found
