"""Whom and what the organisation serves, from its registers: clients, projects, services that an incident can affect (REG-08)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tocsin.engine import entries
from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.namespaces import part_of
from tocsin.engine.program import AsParty, Field, Program, Resource
from tocsin.incidents import partners
from tocsin.incidents.partners import Partner, Registers


@dataclass(frozen=True, slots=True)
class Served:
    """One entry that can be affected: under which key it stands among the parties of an incident, and what the register says of it."""

    register: Resource
    key: str
    name: str
    command: t.AddParty
    says: tuple[tuple[Field, str], ...]
    """What else the register says of it, to anybody."""


def every(known: Registers, program: Program) -> tuple[Served, ...]:
    """Return everything that an incident of this program can affect, register by register."""
    return tuple(each for register, how in _registers(program) for each in _of(known, program, register, how))


def party(known: Registers, program: Program, command: t.AddParty) -> t.AddParty:
    """Return the command with what the register says of the entry that it names; as it is where no register has such an entry."""
    found = next((each for each in every(known, program) if each.key == command.party), None)
    return replace(found.command, reporter=command.reporter, contact=command.contact or found.command.contact) if found else command


def _registers(program: Program) -> Iterator[tuple[Resource, AsParty]]:
    for register in program.resources.values():
        if register.as_party is not None and not part_of(register.id) and not register.visible_to:
            yield register, register.as_party


def _of(known: Registers, program: Program, register: Resource, how: AsParty) -> Iterator[Served]:
    for entry in partners.listed(known, program, register):
        key = entry.key if entry.key.startswith(f"{register.id}-") else f"{register.id}-{entry.key}"
        about = _about(register, how, entry)
        contact = entry.open_to_all.get(how.contact, "")
        says = tuple((field, entry.open_to_all[field.id]) for field in register.fields[1:] if entry.open_to_all.get(field.id))
        yield Served(register, key, entry.name, t.AddParty(party=key, name=entry.name, contact=contact, about=about), says)


def _about(register: Resource, how: AsParty, entry: Partner) -> dict[str, Value]:
    """Return the marks that the entry gives, as far as its fields can be read as such."""
    said = entries.values(register, entry.open_to_all)
    marks = {mark: said[field] for mark, field in how.marks.items() if field in said}
    return {**({"kind": how.kind} if how.kind else {}), **marks}
