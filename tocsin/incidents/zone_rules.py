"""
The rules of time zones change while something is due by them: what was due at nine stays due at nine (F-12).

What an edition says of the zones in use is kept, so that under a later one it is still known what local time an instant was to be.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.times import parse
from tocsin.incidents import desk, plans, states
from tocsin.incidents.answers import KeyReused
from tocsin.incidents.models import BoardRow, Head, Incident, ZoneRules
from tocsin.ingest.pings import checks
from tocsin.kit import clock, zones
from tocsin.kit.faults import each
from tocsin.kit.zones import Offsets

LOOKS_EVERY_S: Final = 3600.0
RENEWED_AFTER: Final = timedelta(days=366)
"""So that what is known reaches some years ahead."""
SYSTEM: Final = t.Actor(t.SYSTEM)
_log = structlog.get_logger(__name__)


def run_once() -> bool:
    """
    Move what is due by the clocks of zones whose rules are others than they were, and keep what they are now; for a loop.

    A process goes by the edition that it began with; one that goes by an earlier edition than another has changes nothing.
    """
    edition, now = zones.edition(), clock.now()
    earlier = ZoneRules.objects.filter(edition__lt=edition)
    changed = {row.zone: _offsets(row) for row in earlier if _differs(row)}
    if changed:
        each(_going_on().iterator(100), lambda incident: _move(incident, changed, edition), "incidents whose due times could not be moved")
        for check, before, after in checks.reckon(changed.keys()):
            _log.warning("zone.moved", check=str(check), before=before.isoformat(), after=after.isoformat(), edition=edition)
    fresh = ZoneRules.objects.filter(edition__gte=edition, since__gt=now - RENEWED_AFTER).values_list("zone", flat=True)
    for zone in {*_in_use(), *earlier.values_list("zone", flat=True)} - set(fresh):
        _keep(zone, edition, now)
    return False


def _going_on() -> QuerySet[Incident]:
    going_on = Q(next_due__isnull=False) | Q(pk__in=BoardRow.objects.filter(closed_at=None).values("incident_id"))
    return Incident.objects.filter(going_on, drill=False)


def _move(incident: Incident, changed: Mapping[str, Offsets], edition: str) -> None:
    """Let one incident be told what its due times are now; each that moves is in its journal."""
    program = plans.of(incident)
    due = _due(program, states.load(incident, Head.objects.get(pk=incident.pk)), changed)
    if due:
        with suppress(KeyReused):  # it was told before this was cut short, and is where it belongs
            desk.handle(incident.pk, t.Reckon(due=due, edition=edition), actor=SYSTEM, key=f"zones {edition}")


def _due(program: Program, state: t.State, changed: Mapping[str, Offsets]) -> dict[str, datetime]:
    """Return when the clocks that count by a calendar are due by the rules that hold now, where that is another time."""
    found = {}
    for name, one in state.clocks.items():
        zone = program.zone(one.obligation)
        if one.due_at is None or one.status != "open" or not one.limit or parse(one.limit).is_exact:
            continue
        if zone not in changed or not changed[zone].covers(one.due_at):
            continue
        due = zones.same_time(one.due_at, changed[zone], zone)
        if due != one.due_at:
            found[name] = due
    return found


def _in_use() -> set[str]:
    """Return the zones by which something is or may be due."""
    found = checks.zones()
    for organisation_id, plan_hash in _going_on().values_list("organisation_id", "plan_hash").distinct():
        program = plans.readable(organisation_id, plan_hash)
        if program is not None:
            found |= {program.timezone, *(part.program.timezone for part in program.parts)}
    return found


def _differs(row: ZoneRules) -> bool:
    return zones.offsets(row.zone, row.since).steps != _offsets(row).steps


def _offsets(row: ZoneRules) -> Offsets:
    return Offsets(tuple((datetime.fromisoformat(since), seconds) for since, seconds in row.offsets))


@transaction.atomic
def _keep(zone: str, edition: str, now: datetime) -> None:
    steps = [[since.isoformat(), seconds] for since, seconds in zones.offsets(zone, now).steps]
    ZoneRules.objects.update_or_create(zone=zone, defaults={"edition": edition, "since": now, "offsets": steps})
