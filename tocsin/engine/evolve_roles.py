"""Who holds which role after an event about it: dumb and total, as all of `evolve`."""

from collections.abc import Mapping

from tocsin.engine import terms as t
from tocsin.engine.copies import drop, put, replace
from tocsin.engine.role_names import split


def found(state: t.State, event: t.DirectoryRead | t.DutyTurned) -> Mapping[str, str]:
    """Return whom the directory and the rosters find."""
    if isinstance(event, t.DirectoryRead):
        return dict(event.seats)
    return put(state.seats, event.role, event.person) if event.person else drop(state.seats, event.role)


def seated(state: t.State, event: t.RoleAssigned | t.RoleAccepted | t.RoleDeclined | t.RoleCreated | t.DeputyCalled) -> t.State:
    """Return `state` after a role was given, taken, declined or made."""
    match event:
        case t.RoleAssigned(role=role, person=""):
            return replace(state, roles=drop(state.roles, role))
        case t.RoleDeclined(role=role):
            base = split(role)[0]
            declined = put(state.declined, base, (*state.declined.get(base, ()), event.by))
            return replace(state, roles=drop(state.roles, role), declined=declined)
        case t.RoleAssigned(role=role, person=person, accepted=accepted, passes=passes):
            return replace(
                state,
                working={clock: by for clock, by in state.working.items() if clock not in passes},
                turned=drop(state.turned, f"unaccepted:{role}"),
                roles=put(state.roles, role, t.Seat(person, event.asker or event.by, event.at, accepted, source=event.source)),
            )
        case t.DeputyCalled(role=role):
            seat = state.roles[role]
            return replace(state, roles=put(state.roles, role, replace(seat, called=seat.called + 1, at=event.at)))
        case t.RoleAccepted(role=role):
            return replace(state, roles=put(state.roles, role, replace(state.roles[role], accepted=True)))
        case t.RoleCreated(role=role, name=name):
            return replace(state, made_roles=put(state.made_roles, role, name))
