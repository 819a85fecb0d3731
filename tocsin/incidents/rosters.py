"""Rosters: who is on duty by the registers of shifts that the organisation keeps, for incidents that begin (REG-03)."""

from datetime import datetime
from uuid import UUID

from tocsin.accounts import directory
from tocsin.engine import shifts
from tocsin.engine.namespaces import within
from tocsin.engine.program import Program
from tocsin.incidents import partners
from tocsin.incidents.partners import Registers


def seats(organisation_id: UUID, program: Program, at: datetime) -> dict[str, str]:
    """Return the person (typed id) found for each role and department: by the directory, and by the rosters that are kept here."""
    found = directory.seats(organisation_id, program) | on_duty(organisation_id, program, at)
    return {role: person for role, person in found.items() if person}


def on_duty(organisation_id: UUID, program: Program, at: datetime) -> dict[str, str]:
    """Return who is on duty for each role of a roster in which shifts are entered; empty for nobody."""
    found: dict[str, str] = {}
    registers = Registers(organisation_id)
    for part in program.plans:
        plan = part.program
        for role, name in shifts.rosters(plan).items():
            register = plan.resources.get(name)
            if register is None:
                continue  # a standing record keeps its registers itself, and seats whoever is on duty by them
            known = shifts.shifts(register, (entry.values for entry in partners.listed(registers, plan, register)))
            if known:
                running = shifts.on_duty(known, at)
                found[within(part.name, role)] = running.person if running else ""
    return found
