"""Roles that the plan holds apart: one person may not have both (declared by either of them)."""

from collections.abc import Mapping

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.program import Program
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
    """Return why `person` cannot be given `role`: a role that is held apart from it is theirs, or waits for their answer; or None."""
    if not person:
        return None
    base = split(role)[0]
    kept = next((other for other in pairs(turn.program).get(base, ()) if _has(turn, other, person)), "")
    if not kept:
        return None
    words = f"{person} has {kept}, which one person may not hold together with {base}"
    return t.Refused("E305", words, hint="name somebody else, or hand the other role over first", details=(kept, base))


def _has(turn: Turn, role: str, person: str) -> bool:
    if any(seat.person == person for name, seat in turn.state.roles.items() if split(name)[0] == role):
        return True
    found = owners.owner(turn.program, turn.state, role)
    return role not in turn.state.roles and found.person == person and found.via in ("directory", "marked")
