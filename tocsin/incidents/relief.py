"""
Relief: whoever comes on duty takes the seat also in the incidents that run on over the change of shifts (REG-03).

The standing record of a plan changes its own seats, at the instant itself; this says the same to the incidents of the plan.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import structlog
from django.db.models import Q

from tocsin.engine import shifts
from tocsin.engine import terms as t
from tocsin.engine.namespaces import SEPARATOR, within
from tocsin.incidents import desk, plans, rosters
from tocsin.incidents.models import BoardRow, Incident, Plan, RoleRow

SYSTEM: Final = t.Actor(t.SYSTEM)
_log = structlog.get_logger(__name__)


def relieve(plan: Plan, now: datetime) -> None:
    """Seat whoever is on duty now in the incidents of a plan in which somebody else is. Idempotent."""
    program = plans.compiled(plan)
    wanted = rosters.on_duty(plan.organisation_id, program, now) if shifts.rosters(program) else {}
    if not wanted:
        return
    for incident, seats in _behind(plan, wanted):
        if isinstance(answer := desk.handle(incident.pk, t.TurnDuty(seats=seats), actor=SYSTEM), t.Refused):
            _log.warning("roster.not_turned", incident=incident.number, reason=answer.message)


def _behind(plan: Plan, wanted: Mapping[str, str]) -> Iterator[tuple[Incident, dict[str, str]]]:
    """Yield the incidents that know of somebody else, with who is on duty under their names of the roles; a drill has people of its own."""
    for incident in _candidates(plan, wanted):
        names = [part.name for part in plans.of(incident).plans if part.program.id == plan.plan_id]
        seats = {within(name, role): person for name in names for role, person in wanted.items()}
        known = dict(RoleRow.objects.filter(incident=incident, role__in=seats).values_list("role", "seat"))
        late = {role: person for role, person in seats.items() if known.get(role, person) != person}
        if late:
            yield incident, late


def _candidates(plan: Plan, wanted: Mapping[str, str]) -> list[Incident]:
    """Return the incidents that run and in which somebody else is seated for a role of such a name, of this plan or of another one."""
    others = Q(pk__in=[])
    for role, person in wanted.items():
        others |= (Q(role=role) | Q(role__endswith=f"{SEPARATOR}{role}")) & ~Q(seat=person)
    running = BoardRow.objects.filter(organisation_id=plan.organisation_id, open=True, drill=False).values("incident")
    return list(Incident.objects.filter(pk__in=RoleRow.objects.filter(others, incident__in=running).values("incident")).order_by("pk"))
