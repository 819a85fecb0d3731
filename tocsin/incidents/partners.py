"""
What stands in the registers of the organisation and an incident speaks of: partners that can be called (ESC-09), services in the order in
which they are restored (X-37).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
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


class Registers:
    """The registers of an organisation, each read once for whoever asks several times; those that are asked for `together`, all at once."""

    def __init__(self, organisation_id: UUID, together: Iterable[str] = ()) -> None:
        self._organisation_id, self._together = organisation_id, frozenset(map(bare, together))
        self._rows: dict[tuple[str, str], list[RegisterRow]] = {}

    @cached_property
    def _standing(self) -> Mapping[str, UUID]:
        """The records in which registers are kept, by plan."""
        standing = Incident.objects.filter(organisation_id=self._organisation_id).exclude(standing="")
        return dict(standing.values_list("standing", "pk"))

    def kept(self, plan: str, register: str) -> list[RegisterRow] | None:
        """Return what stands in a register of a plan, in the order in which it came there; None where the organisation keeps none of that plan."""
        if plan not in self._standing:
            return None
        if (plan, register) not in self._rows:
            wanted = self._together | {register}
            self._rows |= {(plan, name): [] for name in wanted}
            rows = RegisterRow.objects.filter(incident_id=self._standing[plan], record__in=wanted, open=True).exclude(entry="")
            for row in rows.order_by("since", "entry"):
                self._rows[plan, row.record].append(row)
        return self._rows[plan, register]


def callable_by(known: Registers, program: Program, record: Record) -> tuple[Partner, ...]:
    """Return what an entry of `record` can call, in the order of the registers."""
    return named_by(known, program, record) if record.calls_at else ()


def named_by(known: Registers, program: Program, record: Record) -> tuple[Partner, ...]:
    """Return what an entry of `record` can be about: what stands in its registers now, in their order."""
    registers = [program.resources[name] for name in record.of if name in program.resources]
    return tuple(partner for register in registers for partner in listed(known, program, register))


def find(known: Registers, program: Program, register: str, key: str) -> Partner | None:
    """Return the entry of a register with this key."""
    rule = program.resources.get(register)
    found = listed(known, program, rule) if rule else ()
    return next((partner for partner in found if partner.key == key), None)


def item(known: Registers, program: Program, record: str, fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return what the register says now of what an entry of `record` names, as far as anybody may read it; nothing where it names nothing."""
    rule = program.records.get(record)
    named = fields.get(rule.fields[0].id, "") if rule and rule.of and rule.fields else ""
    if rule is None or not named:
        return {}
    open_ = (each for each in named_by(known, program, rule) if rule.calls_at or not each.register.visible_to)
    found = (each for each in open_ if named in (each.key, each.key.partition("-")[2], each.name))
    return next((each.open_to_all for each in found), {})


def persons(known: Registers, program: Program, register: Resource) -> dict[str, str]:
    """Return who stands in a register with an account (typed ids), with what else it says of each that is open to all, such as the field."""
    named = [field.id for field in register.fields if field.type == "person"]
    found: dict[str, str] = {}
    for partner in listed(known, program, register) if named else ():
        said = [partner.open_to_all.get(field.id, "") for field in register.fields[1:] if field.type == "text" and not field.of]
        about = [words for words in said if words]
        found |= {partner.values[name]: ", ".join(about) for name in named if partner.values.get(name)}
    return found


def listed(known: Registers, program: Program, register: Resource) -> tuple[Partner, ...]:
    """Return what stands in a register: what the organisation keeps there, and what the document lists before it keeps anything."""
    name = register.fields[0].id if register.fields else ""
    rows = known.kept(program.part(register.id).program.id, bare(register.id))
    if rows is None:
        return tuple(Partner(register, item.id, item.values.get(name, item.id), item.values) for item in register.items)
    return tuple(Partner(register, row.entry, row.fields.get(name, row.entry), row.fields, tuple(row.marks)) for row in rows)
