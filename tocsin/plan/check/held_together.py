"""L79: roles that the plan holds apart and gives to one hand itself: by one post, as each other's deputy, or to one person of the directory."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.people import RoleForm
from tocsin.plan.people import seat_name
from tocsin.plan.sentences import Sentence, say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each role that another is held apart from, and that falls to the same hand."""
    roles = draft.form.roles if draft.form else {}
    for name, role in roles.items():
        for index, other in enumerate(role.apart_from):
            said = _together(draft, name, role, other.name, roles[other.name]) if other.name in roles and other.name != name else None
            if said:
                hint = say("let the two fall to different people, or take apart_from away")
                yield Fault(("roles", name, "apart_from", index), said, hint, beside=(("roles", other.name),))
    yield from _taken(draft)


def _together(draft: Draft, name: str, role: RoleForm, other: str, rule: RoleForm) -> Sentence | None:
    if role.held_by[0] != "nobody" and seat_name(draft, name) == seat_name(draft, other):
        return say("{name} and {other} are held apart, and both fall to {post}", name=name, other=other, post=seat_name(draft, name))
    for one, deputies, another in ((name, role.deputies, other), (other, rule.deputies, name)):
        if another in (deputy.name for deputy in deputies):
            return say("{deputy} stands in for {name}, from which it is held apart: that is refused then", deputy=another, name=one)
    directory = draft.directory
    first = directory.seat(draft, name)[:1] if directory else ()
    if directory and first and first == directory.seat(draft, other)[:1]:
        return say("{name} and {other} are held apart, and one person holds both today", name=name, other=other)
    return None


def _taken(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each role of a role set that takes over both of two roles which the plan holds apart."""
    for plan_id, laid in draft.form.maps.items() if draft.form else ():
        plan = draft.beside.get(plan_id)
        for name, takes in laid.roles.items() if plan else ():
            for taken in takes.takes:
                rule = plan.roles.get(taken) if plan else None
                both = [other for other in rule.apart_from if other in takes.takes] if rule else []
                if both:
                    place: Path = ("maps", plan_id, "roles", name, "takes")
                    said = say("{name} takes {taken} and {other}, which the plan holds apart", name=name, taken=taken, other=both[0])
                    yield Fault(place, said, say("let different roles take them"), at_key=True)


CHECK = Check("L79", "held-together", "warning", find)
