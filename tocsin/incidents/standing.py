"""
The record of what an organisation owes between incidents, one for each plan: begun, moved to the version in force, told of the directory.

It runs by the same desk, journal, ticker and projection as an incident. This alone begins it and keeps it in step; people act through the desk.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import structlog
from django.db.models import F

from tocsin.accounts import directory
from tocsin.engine import shifts
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.program.standing import PEOPLE
from tocsin.incidents import desk, plans, relief, states
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.models import Head, Incident, Plan
from tocsin.kit import clock

SYSTEM: Final = t.Actor(t.SYSTEM)
_log = structlog.get_logger(__name__)


def run_once() -> bool:
    """Bring every standing record in step; what this release cannot read is left alone. Never more to do: the next look finds it."""
    for organisation_id in Plan.objects.values_list("organisation_id", flat=True).distinct():
        keep(organisation_id)
    return False


def keep(organisation_id: UUID) -> None:
    """
    Begin what has not begun, move it to the version in force, say who holds which role and who is of the organisation, and let whoever
    comes on duty relieve the one before in what runs. Idempotent.

    The record of a plan that is withdrawn rests: nobody is reminded of it until the plan is in force again.
    """
    in_force = plans.in_force(organisation_id)
    own = Incident.objects.filter(organisation_id=organisation_id).exclude(standing="")
    own.filter(wake_at__isnull=False).exclude(standing__in=in_force).update(wake_at=None)
    own.filter(wake_at=None, next_due__isnull=False, standing__in=in_force).update(wake_at=F("next_due"))
    for plan in in_force.values():
        program = plans.compiled(plan).standing
        if program is not None and (program.obligations or program.records or _known(plan)):
            _keep(plan, program)
        relief.relieve(plan, clock.now())


def records(organisation_id: UUID) -> list[Incident]:
    """Return the standing records of the plans that an organisation has in force, by plan."""
    own = Incident.objects.filter(organisation_id=organisation_id, standing__in=plans.in_force(organisation_id)).exclude(standing="")
    return list(own.order_by("standing"))


def _known(plan: Plan) -> Incident | None:
    return Incident.objects.filter(organisation_id=plan.organisation_id, standing=plan.plan_id).first()


def _keep(plan: Plan, program: Program) -> None:
    seats = _seats(plan.organisation_id, program)
    incident = _known(plan) or Incident.objects.get(pk=desk.establish(plan.organisation_id, plan, seats=seats))
    if incident.plan_hash != plan.hash:
        move = t.MovePlan(plan_hash=plan.hash, version=plan.version, reason=plan.approved_note or plan.version)
        if isinstance(answer := desk.handle(incident.pk, move, actor=SYSTEM), t.Refused):
            _log.warning("standing.not_moved", plan=plan.plan_id, reason=answer.message)
        incident.refresh_from_db()
    command = t.ReadDirectory(seats=seats, people=_people(plan.organisation_id))
    if _says_more(incident, program, command):
        desk.handle(incident.pk, command, actor=SYSTEM)


def _seats(organisation_id: UUID, program: Program) -> dict[str, str]:
    """Return whom the directory finds; where nobody commands, whoever owns the organisation answers for what nobody holds."""
    found = directory.seats(organisation_id, program)
    owners = directory.owners(organisation_id)
    return {program.commander: owners[0], **found} if program.commander and owners else found


def _people(organisation_id: UUID) -> dict[str, Mapping[str, str]]:
    return {person: {"joined": joined.isoformat()} for person, joined in directory.people(organisation_id).items()}


def _says_more(incident: Incident, program: Program, command: t.ReadDirectory) -> bool:
    """Return whether the directory says something that the record does not hold yet, without a right to write."""
    try:
        state = states.load(incident, Head.objects.get(pk=incident.pk))
    except UnknownEvent:
        return False
    known = {entry.removeprefix(f"{PEOPLE}-") for entry in state.open_entries.get(PEOPLE, ())}
    seats = shifts.seated(program, state, command.seats, clock.now())
    return dict(state.seats) != seats or (PEOPLE in program.records and known != set(command.people))
