"""What the desk says with a command: who gives it and when, and what the server knows besides that no rule may look up."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from tocsin.accounts import directory
from tocsin.engine import laid_before
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.role_names import split
from tocsin.incidents import measured, partners, rosters, served
from tocsin.incidents.models import Incident
from tocsin.incidents.partners import Registers

GIVE_ROLES: Final = (t.Assign, t.CallIn, t.HandOver, t.CreateRole, t.Accept, t.Decline, t.Decide, t.Fulfil)
"""What may give somebody a role: what they bring along is looked up."""


def stamped(incident: Incident, program: Program, command: t.Command, actor: t.Actor, at: datetime) -> t.Command:
    """
    Return the command as the desk hands it to the engine: with whom the directory finds for the roles of a plan that is added, what the
    registers say of what an entry names and of whom an incident affects, who stands on the lists of a role that is declined, what is on
    record of people where roles are given, and what signals read where a level is decided.

    A drill says itself what its registers hold, what its people have learned, and what is measured.
    """
    if isinstance(command, t.AddPlan):
        command = replace(command, seats=rosters.seats(incident.organisation_id, program, at))
    if isinstance(command, t.Enter) and not command.entry:
        found = partners.item(Registers(incident.organisation_id), program, command.record, command.fields)
        command = replace(command, item=found or command.item)
    if isinstance(command, t.Decline) and not incident.drill:
        command = replace(command, lists=_lists(incident, program, split(command.role)[0]))
    if isinstance(command, t.AddParty) and command.party and not command.name:
        command = served.party(Registers(incident.organisation_id), program, command)
    if isinstance(command, t.Decide) and not incident.drill:
        command = replace(command, readings=_readings(incident, program, command.decision, at))
    if isinstance(command, GIVE_ROLES) and not incident.drill and any(role.requires for role in program.roles.values()):
        brought = directory.brought(incident.organisation_id)
        command = replace(command, brings={person: tuple(sorted(brings)) for person, brings in brought.items()})
    return replace(command, by=actor, at=at)


def _lists(incident: Incident, program: Program, role: str) -> dict[str, tuple[str, ...]]:
    """Return who stands on each list or in each pool that a role is called in from, in its order."""
    rule = program.roles.get(role)
    named = directory.callable_into(directory.Recorded(incident.organisation_id), program, role)
    pools = [program.resources[name] for name in (rule.called_from if rule else ()) if name in program.resources]
    known = Registers(incident.organisation_id)
    return named | {pool.id: tuple(partners.persons(known, program, pool)) for pool in pools}


def _readings(incident: Incident, program: Program, decision: str, at: datetime) -> dict[str, Decimal]:
    rule = program.decisions.get(decision)
    wanted = laid_before.readings(program, rule) if rule else {}
    return laid_before.read(wanted, measured.look(incident.organisation_id, program, at)) if wanted else {}
