"""Roles that the plan holds apart: one person may not have both (declared by either of them)."""

from collections.abc import Mapping

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.program import HeldBy, Program
from tocsin.engine.role_names import split
from tocsin.engine.turn import Turn


def pairs(program: Program) -> Mapping[str, tuple[str, ...]]:
    """Return by role every other from which it is held apart, whichever of the two says so. Pure."""
    return program.once("apart", _pairs)


def _pairs(program: Program) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for role in program.roles.values():
        for other in role.apart_from:
            for one, another in ((role.id, other), (other, role.id)):
                found[one] = tuple(dict.fromkeys((*found.get(one, ()), another)))
    return found


def refused(turn: Turn, role: str, person: str) -> t.Refused | None:
    """
    Return why `person` cannot be given `role`: a role that is held apart from it, or from one that falls to whoever holds it, is theirs or
    waits for their answer; or None.
    """
    for given in _given_with(turn, split(role)[0]) if person else ():
        kept = next((other for other in pairs(turn.program).get(given, ()) if _has(turn, other, person)), "")
        if kept:
            words = f"{person} has {kept}, which one person may not hold together with {given}"
            return t.Refused("E305", words, hint="name somebody else, or hand the other role over first", details=(kept, given))
    return None


def _given_with(turn: Turn, role: str) -> list[str]:
    """Return `role` and the roles that fall to whoever holds it (`held_by: {role: …}`), as long as nobody was given them in this incident."""
    found = [role]
    for name in found:  # grows while it is read
        held_by = (each.id for each in turn.program.roles.values() if each.held_by == HeldBy("role", name))
        found += [each for each in held_by if each not in turn.state.roles and each not in found]
    return found


def _has(turn: Turn, role: str, person: str) -> bool:
    """Return whether `role`, or a part of it, is theirs: given in this incident, or by the directory where nobody was given it."""
    if any(seat.person == person for name, seat in turn.state.roles.items() if split(name)[0] == role):
        return True
    if any(known == person for name, known in turn.state.seats.items() if split(name)[0] == role and name not in turn.state.roles):
        return True
    found = owners.owner(turn.program, turn.state, role)
    return role not in turn.state.roles and found.person == person and found.via in ("directory", "marked")
