"""What is wrong with roles and departments only in the company of other keys."""

from collections.abc import Iterator

from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Ref
from tocsin.plan.forms.people import OrganisationForm, RoleForm
from tocsin.plan.forms.standing import ResourceForm
from tocsin.plan.sentences import quoted, say

_ANSWERS = frozenset(
    {"owes", "who", "role", "publisher", "author", "caller", "attest", "lead", "deputies", "stated_by", "recorded_by", "by", "approve"}
)
"""Keys under which a role answers for something, and has to see it."""


_TAKEN = frozenset({"kind", "count"})
"""What is known of every party, and of all of them together, besides the marks that a plan names."""


def organisation(_: Draft, path: Path, organisation: OrganisationForm) -> Iterator[Fault]:
    for name in organisation.departments:
        larger, seen = name, set[str]()
        while larger in organisation.departments and larger not in seen:
            seen.add(larger)
            part_of = organisation.departments[larger].part_of
            larger = part_of.name if part_of else ""
        if larger == name:
            place = (*path, "departments", name, "part_of")
            yield Fault(place, say("{name} is a part of itself", name=name), say("leave it out where the largest one begins"), at_key=True)
    for name in _TAKEN.intersection(organisation.parties.marks):
        place = (*path, "parties", "marks", name)
        yield Fault(place, say("the name {name} is taken", name=name), say("give the mark a name of its own"), at_key=True)


def role(draft: Draft, path: Path, role: RoleForm) -> Iterator[Fault]:
    if role.sees == "limited":
        for place, ref in draft.walk(Ref):
            if ref.name == path[-1] and next((step for step in reversed(place) if isinstance(step, str)), "") in _ANSWERS:
                yield Fault(
                    place,
                    say("{role} sees only a part of the incident and cannot answer for this", role=ref.name),
                    say("name another role, or leave out sees"),
                )
        if role.commander:
            yield Fault((*path, "sees"), say("whoever commands sees everything"), say("leave out sees"), at_key=True)
    for index, other in enumerate(role.apart_from):
        if other.name == path[-1]:
            yield Fault(
                (*path, "apart_from", index), say("{name} cannot be held apart from itself", name=other.name), say("name another role")
            )
    resources = draft.form.resources if draft.form else {}
    roster = resources.get(str(role.held_by[1])) if role.held_by[0] == "schedule" else None
    if roster and not _says_shifts(roster):
        said = say("{register} does not say who is on duty from and until when", register=role.held_by[1])
        hint = quoted("fields: {person: {type: person}, begins: {type: time}, ends: {type: time}}")
        yield Fault((*path, "held_by", "schedule"), said, hint)
    for index, pool in enumerate(role.called_from):
        register = resources.get(pool.name)
        if register and not any(field.type == "person" for field in register.fields.values()):
            said = say("{register} names no persons who could be called", register=pool.name)
            yield Fault((*path, "called_from", index), said, quoted("person: {type: person}"))
    if role.called_from and role.many is not True:
        yield Fault((*path, "called_from"), say("whoever is called in joins others in the role"), quoted("many: true"), at_key=True)


def _says_shifts(register: ResourceForm) -> bool:
    kinds = [field.type for field in register.fields.values() if not field.optional]
    return "person" in kinds and kinds.count("time") > 1
