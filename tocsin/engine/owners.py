"""Who holds a role, owes an obligation or is meant by an audience, at this instant. Nothing is ever unowned (ROL-10, ROL-17)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from tocsin.engine import terms as t
from tocsin.engine.collections import PARTIES
from tocsin.engine.program import HeldBy, Program, Role
from tocsin.engine.role_names import split

Via = Literal["held", "unaccepted", "directory", "marked", "group", "commander", "declarer", "system"]


PERSON: Final = "person:"
"""Before the id of a person who owes something in person, through no role: a measure of a review."""


@dataclass(frozen=True, slots=True)
class Owner:
    """
    The person on whom something falls, and how: an accepted holder, whoever assigned a role not yet accepted, the directory, whoever
    marked a moment, the lead
    of the group, the commander, or (where nobody commands) whoever declared. `role` is the role that person answers through.
    """

    person: str
    via: Via
    role: str


@dataclass(slots=True)
class _Seating:
    """
    Who answers for what, found out once for as long as nobody's seat changes.

    Terms never change, so the same mappings mean the same people. Of each plan only the latest seating is kept.
    """

    roles: Mapping[str, t.Seat]
    seats: Mapping[str, str]
    declared_by: str
    marked: tuple[t.MomentState | None, ...]
    owners: dict[str, Owner] = field(default_factory=dict)
    persons: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    more: Mapping[str, list[str]] | None = None


def _seating(program: Program, state: t.State) -> _Seating:
    known: _Seating | None = program.worked_out.get("seating")
    marks = program.once("who_marked", _who_marked)
    marked = tuple(map(state.moments.get, marks)) if marks else ()
    if (
        known is None
        or known.roles is not state.roles
        or known.seats is not state.seats
        or known.declared_by != state.declared_by
        or known.marked != marked
    ):
        known = program.worked_out["seating"] = _Seating(state.roles, state.seats, state.declared_by, marked)
    return known


def _who_marked(program: Program) -> tuple[str, ...]:
    """Return the moments whose recording gives somebody a role."""
    return tuple(role.held_by.name for role in program.roles.values() if role.held_by.kind == "who_marked")


def owner(program: Program, state: t.State, who: str) -> Owner:
    """Return who answers now for a role, group or department. Total: there is always somebody."""
    known = _seating(program, state).owners
    found = known.get(who)
    if found is None:
        found = known[who] = _owner(program, state, who)
    return found


def _owner(program: Program, state: t.State, who: str) -> Owner:
    if who == t.SYSTEM:
        return Owner(t.SYSTEM, "system", who)
    if who.startswith(PERSON):
        return Owner(who.removeprefix(PERSON), "held", who)
    if who == "commander":
        who = program.commander
    if who in program.groups:
        who = program.groups[who].lead
    found = _holder(program, state, who)
    if found:
        return found
    base, _ = split(who)
    for group in program.groups.values():
        if base in group.members and group.lead != base:
            lead = _holder(program, state, group.lead)
            if lead:
                return Owner(lead.person, "group", group.lead)
    for role in dict.fromkeys((program.part(who).commander, program.commander)):
        commander = _holder(program, state, role)
        if commander:
            return Owner(commander.person, "commander", role)
    return Owner(state.declared_by, "declarer", program.commander)


def held(program: Program, state: t.State, role: str) -> bool:
    """Return whether a role has a holder of its own; what waits to be accepted, or falls to somebody else meanwhile, is not held."""
    found = _holder(program, state, role)
    return found is not None and found.via != "unaccepted"


def _holder(program: Program, state: t.State, role: str) -> Owner | None:
    seat = state.roles.get(role)
    if seat and seat.accepted:
        return Owner(seat.person, "held", role)
    if seat and seat.assigned_by != t.SYSTEM:  # a rule answers for nothing: what it assigned falls to whom the directory names
        return Owner(seat.assigned_by, "unaccepted", role)
    base, part = split(role)
    if part and role not in state.seats:
        return _holder(program, state, base)  # a part that nobody holds falls to whoever has the whole role
    rule = program.roles.get(role)
    if rule and rule.held_by.kind == "role" and rule.held_by.name != role:
        stand_in = _holder(program, state, rule.held_by.name)
        return Owner(stand_in.person, "directory", role) if stand_in else None
    if rule and rule.held_by.kind == "who_marked":
        marked = state.moments.get(rule.held_by.name)
        return Owner(marked.by, "marked", role) if marked and marked.by not in ("", t.SYSTEM) else None
    person = state.seats.get(role)
    return Owner(person, "directory", role) if person else None


def of_roster(program: Program, roster: str) -> list[Role]:
    """Return the roles that are held by whoever is on duty in a roster."""
    return [role for role in program.roles.values() if role.held_by == HeldBy("schedule", roster)]


def found(program: Program, state: t.State, role: str) -> bool:
    """Return whether somebody holds a role, rather than that it falls to whoever holds what nobody holds."""
    return _holder(program, state, role) is not None


def persons(program: Program, state: t.State, targets: tuple[str, ...]) -> tuple[str, ...]:
    """Return the persons meant by roles, groups, departments, `everyone`, `departments`; each once, in order, outside roles left out."""
    known = _seating(program, state).persons
    found = known.get(targets)
    if found is None:
        found = known[targets] = _persons(program, state, targets)
    return found


def _persons(program: Program, state: t.State, targets: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for target in targets:
        for person in _persons_of(program, state, target):
            found.setdefault(person)
    found.pop(t.SYSTEM, None)
    return tuple(found)


def _persons_of(program: Program, state: t.State, target: str) -> Iterable[str]:
    if target == "everyone":
        return sorted({*(seat.person for seat in state.roles.values()), *state.seats.values(), state.declared_by})
    if target == "departments":
        return [person for name in program.departments if (person := state.seats.get(name))]
    if target in PARTIES:
        return []  # they are outside; each is addressed by name
    return [person for role in roles_in(program, target) for person in _holders(program, state, role)]


def roles_in(program: Program, name: str) -> tuple[str, ...]:
    """Return the roles that `name` means: of a group its lead and its members."""
    group = program.groups.get(name)
    return (group.lead, *group.members) if group else (program.commander if name == "commander" else name,)


def _holders(program: Program, state: t.State, role: str) -> list[str]:
    """Return who holds a role, with its parts, streams and further seats; who answers for it where nobody does. Outside, nobody."""
    rule = program.roles.get(role)
    if rule and rule.outside:
        return []
    more = _more(program, state, role)
    of_each = rule is not None and rule.held_by.kind == "each" and role not in state.roles
    return more if of_each and more else [owner(program, state, role).person, *more]


def _more(program: Program, state: t.State, role: str) -> list[str]:
    """Return who holds the parts, streams and further seats of a whole role: who accepted, or whom the directory names for a part."""
    seating = _seating(program, state)
    if seating.more is None:
        seating.more = _further(state)
    return seating.more.get(role, [])


def _further(state: t.State) -> dict[str, list[str]]:
    """Return by role who holds its parts, streams and further seats."""
    named = {name: person for name, person in state.seats.items() if "[" in name}
    accepted = {name: seat.person for name, seat in state.roles.items() if "[" in name and seat.accepted and seat.person}
    found: dict[str, list[str]] = {}
    for name, person in {**named, **accepted}.items():
        found.setdefault(split(name)[0], []).append(person)
    return found


def next_up(program: Program, who: str) -> str:
    """Return the role above `who`: the lead of its group, else the commander."""
    base, _ = split(who)
    for group in program.groups.values():
        if base in group.members and group.lead != base:
            return group.lead
    return program.part(who).commander or program.commander


def speaks_for(program: Program, state: t.State, actor: t.Actor, who: str) -> str:
    """
    Return the role through which `actor` may act for `who`, or the empty string.

    A holder may, and a deputy, delegate or head of department whom the directory records as such (AUD-02). What nobody holds is the
    commander's.
    """
    if not actor.person:
        return ""
    if who == "anyone":
        return who
    found = owner(program, state, who)
    if found.person == actor.person:
        return found.role
    if actor.person in _more(program, state, who):
        return who
    if f"deputy:{who}" in actor.standing or f"deputy:{found.role}" in actor.standing:
        return who
    return who if f"department:{who}" in actor.standing else ""


def answers_for(program: Program, state: t.State, actor: t.Actor, who: str) -> str:
    """Return the role through which `actor` may do what `who` owes: its own people, then the lead above it, then the commander."""
    for candidate in (who, next_up(program, who), program.part(who).commander or program.commander):
        role = speaks_for(program, state, actor, candidate)
        if role:
            return role
    return ""


def may(program: Program, state: t.State, actor: t.Actor, right: str) -> bool:
    """Return whether `actor` holds a role to which the plan gives this right."""
    return any(speaks_for(program, state, actor, role.id) for role in program.roles.values() if right in role.may)


def takes_part(state: t.State, actor: t.Actor) -> bool:
    """Return whether the actor has a part in the incident at all: a seat, a role, a department, or the declaration."""
    seated = {seat.person for seat in state.roles.values()}
    return bool(actor.standing) or actor.person in {*state.seats.values(), *seated, state.declared_by}
