"""Declining what one was asked to take: who asked is told, and the next is asked in one's place (ESC-06)."""

from collections.abc import Iterator

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.role_names import split
from tocsin.engine.rules import apart, roles
from tocsin.engine.turn import Turn


def decline(turn: Turn, command: t.Decline) -> t.Refused | None:
    """Decline a role that one was asked to take, with a reason; what is accepted is handed over instead."""
    seat = turn.state.roles.get(command.role)
    if seat is None or seat.person != turn.by:
        return t.Refused("E101", f"{command.role} was not assigned to you", hint="ask whoever it was assigned to")
    if seat.accepted:
        return t.Refused("E102", f"{command.role} is yours already", hint="hand it over, or ask the commander to take it back")
    if not command.reason.strip():
        return t.Refused("E105", "nobody declines without a reason", hint="say why in a sentence")
    turn.emit(t.RoleDeclined(at=turn.at, by=turn.by, role=command.role, reason=command.reason, source=seat.source))
    _tell_who_asked(turn, command.role, seat)
    person = _next(turn, command, seat)
    if person:
        _ask_instead(turn, command.role, seat, person)
    return None


def _tell_who_asked(turn: Turn, role: str, seat: t.Seat) -> None:
    commander = owners.owner(turn.program, turn.state, turn.program.part(role).commander).person
    asker = commander if seat.assigned_by == t.SYSTEM else seat.assigned_by
    turn.emit(t.Told(at=turn.at, by=turn.by, targets=(), persons=(asker,), cause=f"declined:{role}", urgent=True, accept=False))


def _next(turn: Turn, command: t.Decline, seat: t.Seat) -> str:
    """
    Return who is next on the list that the person was called in from, else the role's next deputy: nobody who is in it, has declined, or has
    a role from which it is held apart.
    """
    base = split(command.role)[0]
    named = command.lists.get(seat.source, ()) if seat.source else _deputies(turn, base)
    declined = turn.state.declined.get(base, ())
    able = (person for person in named if person and person not in declined and not roles.is_in(turn, base, person))
    return next((person for person in able if apart.refused(turn, base, person) is None), "")


def _deputies(turn: Turn, role: str) -> Iterator[str]:
    """Yield who holds the roles that stand in for `role`; what nobody holds asks nobody, though it falls to the commander."""
    rule = turn.program.roles.get(role)
    for deputy in rule.deputies if rule and not rule.many else ():
        if owners.held(turn.program, turn.state, deputy):
            yield owners.owner(turn.program, turn.state, deputy).person


def _ask_instead(turn: Turn, role: str, seat: t.Seat, person: str) -> None:
    """Ask `person` in the name of whoever asked the first."""
    role = roles.beside(turn, split(role)[0], person) if seat.source else role
    roles.seat(turn, role, person, accepted=False, source=seat.source, asker=seat.assigned_by)
    roles.ask(turn, role, person)
