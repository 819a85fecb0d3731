"""Who sees a restricted incident, and for whom alone parts of a plan are kept (AUD-05)."""

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.role_names import split


def readers(program: Program, state: t.State) -> frozenset[str]:
    """
    Return who sees the incident: persons, and standings such as `deputy:lead` for whom the directory records; nobody named means everybody.

    Whoever answers for a role sees it, and so does whoever was asked to take it. A drill hides nothing.
    """
    if not state.restricted or state.drill:
        return frozenset()
    found = {reader for name in state.restricted for reader in _of_name(program, state, name)}
    return frozenset(found - {"", t.SYSTEM})


def in_part(program: Program, state: t.State) -> frozenset[str]:
    """Return the persons who see a restricted incident through nothing but a role with a limited view (COM-30)."""
    if not state.restricted or state.drill:
        return frozenset()
    limited = [name for name in state.restricted if name in program.roles and program.roles[name].limited]
    invited = {person for name in limited for person in _seated(state, name)}
    others = {reader for name in state.restricted if name not in limited for reader in _of_name(program, state, name)}
    return frozenset(invited - others)


def _seated(state: t.State, role: str) -> set[str]:
    return {state.seats.get(role, ""), *(seat.person for name, seat in state.roles.items() if split(name)[0] == role)} - {""}


def _of_name(program: Program, state: t.State, name: str) -> set[str]:
    if name in program.departments:
        return {owners.owner(program, state, name).person, f"department:{name}"}
    found = {owners.owner(program, state, role).person for role in owners.roles_in(program, name)}
    found |= set(owners.persons(program, state, (name,)))
    for role in owners.roles_in(program, name):
        found |= {f"deputy:{role}", *(seat.person for known, seat in state.roles.items() if split(known)[0] == role)}
    return found


def kept_for(program: Program, name: str) -> tuple[str, ...]:
    """Return for whom alone a decision, its links, or a record is kept; nothing means everybody."""
    subject = name.partition(".")[0]
    rule = program.decisions.get(subject) or program.records.get(subject)
    return rule.visible_to if rule else ()
