"""Whom the viewer can call in: by role that several may hold, the people of each list it is called from (ESC-06)."""

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.accounts import directory
from tocsin.engine.program import Role, Text
from tocsin.engine.role_names import split
from tocsin.incidents import partners
from tocsin.incidents.models import RoleRow
from tocsin.web import languages, plan_words
from tocsin.web.cases import Case
from tocsin.web.languages import gettext as _

_RIGHTS = frozenset({"assign_roles", "call_in"})


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of a role. `name` is empty for those recorded for the role itself."""

    source: str
    name: Text
    people: tuple[tuple[str, str, str], ...]
    """Typed id, name, and what a register says of the person."""


@dataclass(frozen=True, slots=True)
class Calling:
    """A role into which the viewer can call people, with those who are not in it yet."""

    role: str
    key: str
    name: Text
    lists: tuple[Listed, ...]
    limited: bool
    """Somebody from elsewhere can be invited to it, by name and e-mail."""
    declined: frozenset[str]
    """Who was asked into it in this incident and would not."""


def calling(case: Case) -> list[Calling]:
    """Return the roles that have anybody to call, in the order of the plan."""
    found = (_calling(case, rule) for rule in case.program.roles.values() if rule.many and not rule.outside and not rule.appointed_by)
    return [each for each in found if (each.lists or each.limited) and _may_call(case, each.role)]


def _may_call(case: Case, role: str) -> bool:
    mine = {split(seat)[0] for seat in case.mine}
    return case.commands or role in mine or any(_RIGHTS & {*rule.may} for name, rule in case.program.roles.items() if name in mine)


def _calling(case: Case, rule: Role) -> Calling:
    return Calling(rule.id, f"call:{rule.id}", plan_words.titled(rule), tuple(_lists(case, rule)), rule.limited, _declined(case, rule))


def _declined(case: Case, rule: Role) -> frozenset[str]:
    return frozenset(each.by for each in case.headings("RoleDeclined") if split(each.subject)[0] == rule.id)


def _lists(case: Case, rule: Role) -> Iterator[Listed]:
    seats = [row for row in case.rows(RoleRow) if split(row.role)[0] == rule.id]
    inside = {row.assigned or (row.person if row.via == "directory" else "") for row in seats}
    for source, persons in directory.callable_into(case.viewer.recorded, case.program, rule.id).items():
        people = tuple((person, case.people.name(person), "") for person in persons if person not in inside)
        own = source == rule.id
        if people:
            yield Listed("" if own else source, {} if own else plan_words.name_of(case.program, source), people)
    for name in rule.called_from:
        people = tuple((person, case.people.name(person), about) for person, about in _pool(case, name).items() if person not in inside)
        if people:
            yield Listed(name, plan_words.name_of(case.program, name), people)
    guests = tuple((*each, "") for each in case.people.guests() if each[0] not in inside) if rule.limited else ()
    if guests:
        yield Listed("", {languages.active().code: _("Guests")}, guests)


def _pool(case: Case, name: str) -> dict[str, str]:
    """Return the persons of a register, each with what it says of them; nobody where `name` is none that the viewer sees."""
    register = case.program.resources.get(name)
    seen = register is not None and case.eyes.are_of(register.visible_to)
    return partners.persons(case.registers, case.program, register) if register and seen else {}
