"""Whoever stands in a roster takes the role at the change of shifts, and leaves it at the next (REG-03)."""

from collections.abc import Iterator
from typing import Final

from tocsin.engine import owners, shifts
from tocsin.engine import terms as t
from tocsin.engine.clocks import Wake
from tocsin.engine.program import Program, Role
from tocsin.engine.reads import Read, of_collection
from tocsin.engine.turn import Turn

NOUN: Final = "rosters"


def reads(program: Program) -> Iterator[tuple[Role, Iterator[Read]]]:
    """Yield every role that a register of shifts fills, with what decides who is on duty."""
    for role, register in shifts.kept(program):
        yield program.roles[role], _reads(role, register)


def _reads(role: str, register: str) -> Iterator[Read]:
    yield "seats", role
    yield from of_collection(register)


def settle(turn: Turn) -> None:
    """Seat whoever is on duty now by the registers of shifts."""
    for role in turn.stale(NOUN):
        _take(turn, role.id, _on_duty(turn, role.id))


def pass_wake(turn: Turn, wake: Wake) -> None:
    """Let a shift begin or end."""
    _take(turn, wake.subject, _on_duty(turn, wake.subject))


def _on_duty(turn: Turn, role: str) -> str:
    return shifts.seated(turn.program, turn.state, turn.state.seats, turn.instant).get(role, "")


def turn_over(turn: Turn, command: t.TurnDuty) -> t.Refused | None:
    """Seat whoever is on duty now in an incident that runs on over the change of shifts, and tell those on whom something falls by that."""
    strange = tuple(role for role in command.seats if not _by_roster(turn.program, role))
    if strange:
        return t.Refused("E103", f"{', '.join(strange)} is held by no roster", hint="assign the role instead", details=strange)
    for role, person in command.seats.items():
        if _take(turn, role, person) and owners.owner(turn.program, turn.state, role) == owners.Owner(person, "directory", role):
            turn.emit(
                t.Told(at=turn.at, by=t.SYSTEM, targets=(role,), persons=(person,), cause=f"filled:{role}", urgent=False, accept=False)
            )
    return None


def _by_roster(program: Program, role: str) -> bool:
    rule = program.roles.get(role)
    return rule is not None and rule.held_by.kind == "schedule"


def _take(turn: Turn, role: str, person: str) -> bool:
    """Record that somebody else is on duty now, if so; return whether it is."""
    before = turn.state.seats.get(role, "")
    if person == before:
        return False
    turn.emit(t.DutyTurned(at=turn.at, by=t.SYSTEM, role=role, person=person, before=before))
    return True
