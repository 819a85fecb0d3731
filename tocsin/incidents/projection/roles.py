"""Seats: who is named, who took it, and on whom it falls now."""

from collections.abc import Iterator

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.incidents.models import RoleRow
from tocsin.incidents.projection.rows import Row, Scene, titled


def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield what only an event knows: since when, and the duty of a role made in this incident."""
    match event:
        case t.RoleCreated(role=role, duty=duty):
            yield Row(RoleRow, (role,), {"duty": duty, "at": event.at})
        case t.RoleAssigned(role=role) | t.RoleAccepted(role=role):
            yield Row(RoleRow, (role,), {"at": event.at})


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield every seat of the plan and of the incident."""
    program, state = scene.program, scene.state
    for role in dict.fromkeys((*program.roles, *state.made_roles)):
        rule, seat = program.roles.get(role), state.roles.get(role)
        owner = owners.owner(program, state, role)
        values = {
            **titled(rule),
            "commander": rule is not None and rule.commander,
            "made": role in state.made_roles,
            "person": owner.person,
            "via": owner.via,
            "assigned": seat.person if seat else "",
            "assigned_by": seat.assigned_by if seat else "",
            "accepted": seat is not None and seat.accepted,
            "seat": state.seats.get(role, ""),
        }
        if role in state.made_roles:
            values["title"] = {program.language: state.made_roles[role]}
        yield Row(RoleRow, (role,), values)
