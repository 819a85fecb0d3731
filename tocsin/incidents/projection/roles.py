"""Seats: who is named, who took it, and on whom it falls now."""

from collections.abc import Iterator

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.role_names import split
from tocsin.incidents.models import RoleRow
from tocsin.incidents.projection.rows import Row, Scene, of, titled


@of(t.RoleCreated, t.RoleAssigned, t.RoleAccepted, t.RoleDeclined)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield what only an event knows: since when, the duty of a role made in this incident, and that a seat of several is given up."""
    match event:
        case t.RoleCreated(role=role, duty=duty):
            yield Row(RoleRow, (role,), {"duty": duty, "at": event.at})
        case t.RoleAssigned(role=role) | t.RoleAccepted(role=role) | t.RoleDeclined(role=role):
            left = {} if role in _seats(scene) else {**_values(scene, role), "person": "", "via": ""}
            yield Row(RoleRow, (role,), {**left, "at": event.at})


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield every seat of the plan and of the incident."""
    for role in _seats(scene):
        yield Row(RoleRow, (role,), _values(scene, role))


def _values(scene: Scene, role: str) -> dict[str, object]:
    program, state = scene.program, scene.state
    base, part = split(role)
    rule, seat = program.roles.get(base), state.roles.get(role)
    owner = owners.owner(program, state, role)
    stream = state.streams.get(part) if rule is not None and rule.streams else None
    return {
        **titled(rule),
        **({"title": {program.language: state.made_roles[role]}} if role in state.made_roles else {}),
        "commander": rule is not None and rule.commander and not part,
        "made": role in state.made_roles,
        "part": stream.name if stream else part if rule and part in rule.parts else "",
        "shown": stream is None or stream.open,
        "person": owner.person,
        "via": owner.via,
        "assigned": seat.person if seat else "",
        "assigned_by": seat.assigned_by if seat else "",
        "accepted": seat is not None and seat.accepted,
        "seat": state.seats.get(role, ""),
    }


def _seats(scene: Scene) -> list[str]:
    """Return every seat: each role, then its parts, its work streams (closed ones too), and further holders where many may hold it."""
    state, found = scene.state, []
    for role in dict.fromkeys((*scene.program.roles, *state.made_roles)):
        rule = scene.program.roles.get(role)
        parts = [*(rule.parts if rule else ()), *(state.streams if rule and rule.streams else ())]
        found += [role, *(f"{role}[{part}]" for part in parts)]
        if rule and rule.many:
            found += sorted(name for name in state.roles if name.startswith(f"{role}["))
    return found
