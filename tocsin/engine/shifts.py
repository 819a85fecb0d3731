"""Shifts: who is on duty by a register of shifts, until when, and where nobody is (REG-03). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from tocsin.engine import terms as t
from tocsin.engine.entries import values
from tocsin.engine.program import Program, Record, Resource


class Shift(NamedTuple):
    """Who is on duty from and until when, the end exclusive."""

    begins: datetime
    ends: datetime
    person: str


def says_shifts(register: Record | Resource) -> bool:
    """Return whether the entries of a register are shifts: a person, and two times from and until when."""
    kinds = [field.type for field in register.fields if not field.optional]
    return "person" in kinds and kinds.count("time") > 1  # what is left open until it is needed, such as when it was taken out, is no bound


def shifts(register: Record | Resource, entries: Iterable[Mapping[str, str]]) -> list[Shift]:
    """Return the shifts that the entries of a register say, in order: the first of its persons, from the first of its times until the second."""
    said_always = [field for field in register.fields if not field.optional]
    person = next(field.id for field in said_always if field.type == "person")
    begins, ends, *_ = [field.id for field in said_always if field.type == "time"]
    found = []
    for entry in entries:
        said = values(register, entry)
        first, last = said.get(begins), said.get(ends)
        if isinstance(first, datetime) and isinstance(last, datetime) and first < last:
            found.append(Shift(first, last, str(said.get(person, ""))))
    return sorted(found)


def on_duty(known: Iterable[Shift], at: datetime) -> Shift | None:
    """Return the shift that runs at an instant; of several the one that began last."""
    return max((shift for shift in known if shift.begins <= at < shift.ends), default=None)


def gaps(known: Iterable[Shift], at: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield from and until when nobody is on duty, from `at` on; the last gap, after the last shift that is known, has no end."""
    covered = at
    for shift in sorted(known):
        if shift.begins > covered:
            yield covered, shift.begins
        covered = max(covered, shift.ends)
    yield covered, None


# ------------------------------------------------------------------ the roles that they fill


def rosters(program: Program) -> Mapping[str, str]:
    """Return the roles that are held by whoever is on duty in a register of shifts, each with its register."""
    return program.once("rosters", _rosters)


def _rosters(program: Program) -> dict[str, str]:
    registers: dict[str, Record | Resource] = {**program.resources, **program.records}
    held = {role.id: role.held_by.name for role in program.roles.values() if role.held_by.kind == "schedule"}
    return {role: name for role, name in held.items() if name in registers and says_shifts(registers[name])}


def seated(program: Program, state: t.State, seats: Mapping[str, str], at: datetime) -> dict[str, str]:
    """
    Return `seats` with whoever is on duty in place of whom the directory finds. In a gap nobody is; as long as no shift is entered at all,
    the roster is kept elsewhere and the directory's word stands.
    """
    found = dict(seats)
    for role, register in kept(program):
        known = of(program, state, register)
        if known:
            running = on_duty(known, at)
            found[role] = running.person if running else ""
    return {role: person for role, person in found.items() if person}


def kept(program: Program) -> list[tuple[str, str]]:
    """Return the roles that a register of this record fills, each with its register: an incident has none."""
    return [(role, register) for role, register in rosters(program).items() if register in program.records]


def of(program: Program, state: t.State, register: str) -> list[Shift]:
    """Return the shifts that stand in a register of a record."""
    return shifts(program.records[register], (state.open_fields[entry] for entry in state.open_entries.get(register, ())))


def turns(program: Program, state: t.State) -> Iterator[tuple[datetime, str]]:
    """Yield for each roster when somebody else is on duty next, and for which role."""
    for role, register in kept(program):
        known, now = of(program, state, register), state.seats.get(role, "")
        bounds = sorted({bound for shift in known for bound in shift[:2] if state.at is None or bound > state.at})
        for bound in bounds:
            running = on_duty(known, bound)
            if (running.person if running else "") != now:
                yield bound, role
                break
