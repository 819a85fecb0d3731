"""
What stands in the registers of the organisation and an incident speaks of: partners that can be called (ESC-09), services in the order in
which they are restored (X-37).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Record, Resource
from tocsin.incidents.models import Incident, RegisterRow


@dataclass(frozen=True, slots=True)
class Partner:
    """One entry of a register as it stands now: its key there, what it is called, and what its fields hold."""

    register: Resource
    key: str
    name: str
    values: Mapping[str, str]
    marks: tuple[str, ...] = ()
    """The words that it bears because a duty over it is late, such as expired."""

    @property
    def open_to_all(self) -> dict[str, str]:
        """Return what anybody in the incident may read of it."""
        return {name: words for name, words in self.values.items() if name not in self.register.confidential}


def callable_by(organisation_id: UUID, program: Program, record: Record) -> tuple[Partner, ...]:
    """Return what an entry of `record` can call, in the order of the registers."""
    return named_by(organisation_id, program, record) if record.calls_at else ()


def named_by(organisation_id: UUID, program: Program, record: Record) -> tuple[Partner, ...]:
    """Return what an entry of `record` can be about: what stands in its registers now, in their order."""
    registers = [program.resources[name] for name in record.of if name in program.resources]
    return tuple(partner for register in registers for partner in listed(organisation_id, program, register))


def find(organisation_id: UUID, program: Program, register: str, key: str) -> Partner | None:
    """Return the entry of a register with this key."""
    rule = program.resources.get(register)
    found = listed(organisation_id, program, rule) if rule else ()
    return next((partner for partner in found if partner.key == key), None)


def item(organisation_id: UUID, program: Program, record: str, fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return what the register says now of what an entry of `record` names, as far as anybody may read it; nothing where it names nothing."""
    rule = program.records.get(record)
    named = fields.get(rule.fields[0].id, "") if rule and rule.of and rule.fields else ""
    if rule is None or not named:
        return {}
    known = (each for each in named_by(organisation_id, program, rule) if rule.calls_at or not each.register.visible_to)
    found = (each for each in known if named in (each.key, each.key.partition("-")[2], each.name))
    return next((each.open_to_all for each in found), {})


def persons(organisation_id: UUID, program: Program, register: Resource) -> dict[str, str]:
    """Return who stands in a register with an account (typed ids), with what else it says of each that is open to all, such as the field."""
    named = [field.id for field in register.fields if field.type == "person"]
    found: dict[str, str] = {}
    for partner in listed(organisation_id, program, register) if named else ():
        said = [partner.open_to_all.get(field.id, "") for field in register.fields[1:] if field.type == "text" and not field.of]
        about = [words for words in said if words]
        found |= {partner.values[name]: ", ".join(about) for name in named if partner.values.get(name)}
    return found


def listed(organisation_id: UUID, program: Program, register: Resource) -> tuple[Partner, ...]:
    """Return what stands in a register: what the organisation keeps there, and what the document lists before it keeps anything."""
    name = register.fields[0].id if register.fields else ""
    plan = program.part(register.id).program.id
    kept = Incident.objects.filter(organisation_id=organisation_id, standing=plan).first()
    if kept is None:
        return tuple(Partner(register, item.id, item.values.get(name, item.id), item.values) for item in register.items)
    rows = RegisterRow.objects.filter(incident=kept, record=bare(register.id), open=True).exclude(entry="").order_by("since", "entry")
    return tuple(Partner(register, row.entry, row.fields.get(name, row.entry), row.fields, tuple(row.marks)) for row in rows)
