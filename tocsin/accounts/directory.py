"""The directory: whom a plan's roles, departments, posts and schedules find now, and for what a person may speak."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tocsin.accounts.models import Access, Membership
from tocsin.engine.namespaces import bare, within
from tocsin.engine.program import Program, Text
from tocsin.engine.role_names import plain, seat_of
from tocsin.kit import bulk, ids
from tocsin.plan.people import Directory


@dataclass(frozen=True, slots=True)
class Contact:
    """A person as messages and pages need one. `id` is the typed id that the journal knows."""

    id: str
    name: str
    email: str
    language: str
    timezone: str
    guest: bool = False
    brings: frozenset[str] = frozenset()
    """What is recorded that he or she has learned or may use, as `plain` words."""


_HOLDERS: Final = "SELECT {} FROM accounts_roleholder WHERE organisation_id = {{}} AND plan = {{}} ORDER BY role, rank, id"
_CONTACTS: Final = """SELECT person.id, person.name, person.email, person.language, own.language, person.timezone, own.timezone, access, brings
    FROM accounts_membership AS member JOIN accounts_person AS person ON person.id = member.person_id
        JOIN accounts_organisation AS own ON own.id = member.organisation_id
    WHERE member.organisation_id = {} ORDER BY person.name"""


Holders = defaultdict[str, list[str]]
"""Typed person ids by name of the plan, in order of rank."""


class Recorded:
    """Who is recorded for what in an organisation. Each plan is looked up once for whoever asks several times."""

    def __init__(self, organisation_id: UUID) -> None:
        self._organisation_id = organisation_id
        self._holders: dict[str, Holders] = {}

    def under(self, plan: str) -> Holders:
        """Return who is recorded for the names of a plan."""
        if plan not in self._holders:
            self._holders[plan] = _holders(self._organisation_id, plan)
        return self._holders[plan]


def seats(organisation_id: UUID, program: Program) -> dict[str, str]:
    """Return the person (typed id) found for each role and department of `program`; whatever nobody holds is left out."""
    found: dict[str, str] = {}
    for part in program.plans:
        holders, plan = _holders(organisation_id, part.program.id), part.program
        for role in (*plan.departments, *plan.roles):
            found[within(part.name, role)] = _seat(holders, plan, role, frozenset())
        for role, department in _each(plan):
            own = _seat(holders, plan, seat_of(role, department), frozenset()) or _seat(holders, plan, department, frozenset())
            found[seat_of(within(part.name, role), within(part.name, department))] = own
    return {role: person for role, person in found.items() if person}


def standing(organisation_id: UUID, person: str, program: Program) -> frozenset[str]:
    """Return for what `person` (typed id) may speak: `deputy:<role>` and `department:<id>`."""
    return speaking(Recorded(organisation_id), person, program)


def speaking(known: Recorded, person: str, program: Program) -> frozenset[str]:
    """Return the same for whoever asks several times."""
    found: set[str] = set()
    for part in program.plans:
        holders, plan = known.under(part.program.id), part.program
        found |= {f"department:{within(part.name, name)}" for name in plan.departments if person in _staff(holders, plan, name)}
        found |= {f"deputy:{within(part.name, role)}" for role in plan.roles if person in _deputies(holders, plan, role)}
        found |= {
            f"deputy:{seat_of(within(part.name, role), within(part.name, department))}"
            for role, department in _each(plan)
            if person in holders[seat_of(role, department)][1:]
        }
    return frozenset(found)


def brought(organisation_id: UUID) -> dict[str, frozenset[str]]:
    """Return by person (typed id) what is recorded that he or she has learned or may use, as `plain` words."""
    rows = Membership.objects.filter(organisation_id=organisation_id).values_list("person_id", "brings")
    return {ids.typed("per", person): frozenset(map(plain, brings)) for person, brings in rows}


def names(program: Program) -> dict[str, Text]:
    """Return the titles of all that a person can be recorded for: roles of the house, the seats of departments in them, departments, lists."""
    found = {rule.id: rule.title for rule in program.roles.values() if not rule.outside}
    for role, department in _each(program):
        titles = program.roles[role].title, program.departments[department].title
        found[seat_of(role, department)] = {
            locale: " · ".join(title.get(locale) or next(iter(title.values()), "") for title in titles)
            for locale in {**titles[0], **titles[1]}
        }
    return found | {rule.id: rule.title for rule in (*program.departments.values(), *program.lists.values())}


def other_names(program: Program) -> dict[str, tuple[str, ...]]:
    """Return what else people call the roles and departments for which a person can be recorded; of the lead of a group, the group too."""
    found = {department.id: department.aliases for department in program.departments.values()}
    found |= {role.id: role.aliases for role in program.roles.values()}
    for group in program.groups.values():
        found[group.lead] = (*found.get(group.lead, ()), *group.title.values(), *group.aliases)
    return found


def _each(program: Program) -> list[tuple[str, str]]:
    """Return the roles of which each department has a holder of its own, with every department."""
    return [(role.id, department) for role in program.roles.values() if role.held_by.kind == "each" for department in role.parts]


def speakers(organisation_id: UUID, program: Program, role: str) -> frozenset[str]:
    """Return the persons (typed ids) who may speak for `role` of `program`: who holds it, and the deputies on record."""
    holders = _holders(organisation_id, program.id)
    known = role in program.roles
    return frozenset({_seat(holders, program, role, frozenset()), *(_deputies(holders, program, role) if known else ())} - {""})


def callable_into(known: Recorded, program: Program, role: str) -> dict[str, tuple[str, ...]]:
    """
    Return whom a role can be filled up with (typed ids, in order of rank), by the list of the plan that they stand on.

    Under the role's own name stands everybody recorded for it or for what it is held by: who is on call.
    """
    part = program.part(role)
    holders, rule = known.under(part.program.id), part.program.roles.get(bare(role))
    if rule is None:
        return {}
    own = (*holders[rule.id], *(holders[rule.held_by.name] if rule.held_by.kind in ("person", "schedule", "department") else ()))
    found = {role: tuple(dict.fromkeys(own))}
    return found | {within(part.name, name): tuple(holders[name]) for name in rule.called_from if name in part.program.lists}


def known(organisation_id: UUID, plan: str) -> Directory:
    """Return the people that the directory finds for the names of a plan, as checking a plan asks for them."""
    holders = {name: tuple(people) for name, people in _holders(organisation_id, plan).items()}
    return Directory(holders, brings=brought(organisation_id))


def contacts(organisation_id: UUID) -> dict[str, Contact]:
    """Return everyone of the organisation by typed id."""
    contacts = (
        Contact(
            ids.typed("per", bulk.uuid(person)), name, email, language or common, timezone or place, access == Access.GUEST, _plain(brings)
        )
        for person, name, email, language, common, timezone, place, access, brings in bulk.asked(_CONTACTS, [("uuid", organisation_id)])
    )
    return {contact.id: contact for contact in contacts}


def _plain(brings: str) -> frozenset[str]:
    return frozenset(map(plain, json.loads(brings))) if brings != "[]" else frozenset()


def slug(organisation_id: UUID) -> str:
    """Return what an organisation is called in addresses."""
    ((found,),) = bulk.asked("SELECT slug FROM accounts_organisation WHERE id = {}", [("uuid", organisation_id)])
    return str(found)


def is_guest(organisation_id: UUID, person: str) -> bool:
    """Return whether `person` (typed id) is in the organisation as a guest alone."""
    try:
        found = ids.untyped("per", person)
    except ValueError:
        return False
    return Membership.objects.filter(organisation_id=organisation_id, person_id=found, access=Access.GUEST).exists()


def people(organisation_id: UUID) -> dict[str, datetime]:
    """Return everyone of the organisation (typed ids) with when he or she joined; guests are not of it."""
    rows = Membership.objects.filter(organisation_id=organisation_id).exclude(access=Access.GUEST).order_by("id")
    return {ids.typed("per", person): joined for person, joined in rows.values_list("person_id", "created_at")}


def owners(organisation_id: UUID) -> list[str]:
    """Return the owners of the organisation (typed ids), who were here longest first."""
    rows = Membership.objects.filter(organisation_id=organisation_id, access=Access.OWNER).order_by("id")
    return [ids.typed("per", person) for person in rows.values_list("person_id", flat=True)]


def _holders(organisation_id: UUID, plan: str) -> Holders:
    found: Holders = defaultdict(list)
    for role, person in bulk.asked(_HOLDERS.format(bulk.stored("role", "person_id")), [("uuid", organisation_id), ("text", plan)]):
        found[role].append(ids.typed("per", bulk.uuid(person)))
    return found


def _seat(holders: Holders, program: Program, name: str, asked: frozenset[str]) -> str:
    """Return who holds `name` (a role, or a post or department that `held_by` names); `asked` stops a circle."""
    if holders[name]:
        return holders[name][0]
    above = "" if name in asked else _above(program, name)
    return _seat(holders, program, above, asked | {name}) if above else ""


def _above(program: Program, name: str) -> str:
    """Return what a role is held by, or the department that one is a part of."""
    role, department = program.roles.get(name), program.departments.get(name)
    if role is not None and role.held_by.kind != "nobody":
        return role.held_by.name
    return department.part_of if department else ""


def _staff(holders: Holders, program: Program, name: str) -> list[str]:
    """Return who is recorded for a department; of one that has nobody of its own, for the department that it is a part of (PLN-13)."""
    asked: set[str] = set()
    while name and not holders[name] and name not in asked:
        asked.add(name)
        name = program.departments[name].part_of if name in program.departments else ""
    return holders[name] if name else []


def _deputies(holders: Holders, program: Program, name: str) -> set[str]:
    """Return the deputies recorded for a role: by rank for the role itself or its post, or by the roles that the plan names."""
    role = program.roles[name]
    of_post = holders[role.held_by.name][1:] if role.held_by.kind in {"person", "schedule"} else []
    named = {_seat(holders, program, deputy, frozenset({name})) for deputy in role.deputies}
    return {*holders[name][1:], *of_post, *named} - {""}
