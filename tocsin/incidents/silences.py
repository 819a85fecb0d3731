"""
Feeds that fall silent while no incident runs: an alarm of their own, told to whoever commands, and never read as "no fault" (DET-11).

An incident has the same silence as an edge to *unknown* in its record; here it is known before there is one.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tocsin.accounts import directory
from tocsin.comms import inbox
from tocsin.engine import watch
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program
from tocsin.incidents import wording
from tocsin.incidents.models import Silence
from tocsin.kit import tables

TOLD_LATE_MAX: Final = timedelta(hours=24)
"""What fell silent before that is history that somebody hands in: it is shown, and nobody is woken."""


def note(organisation_id: UUID, program: Program, series: Mapping[str, watch.Series], now: datetime, *, running: bool) -> None:
    """
    Keep which signals are silent now, which are heard again, and which nobody watches any more. Within the caller's transaction.

    Each silence is told once; where an incident is `running` by the plan, it says so itself and nobody is told here.
    """
    rows = Silence.objects.filter(organisation_id=organisation_id, plan_id=program.id, ended_at=None)
    open_ = {row.signal: row for row in rows}
    for name, known in series.items():
        row = open_.pop(bare(name), None)
        since = watch.silent_from(program.signals[name], known, now) if known.upto(now) else None
        if since is not None and since <= now:
            if row is None:
                begun = Silence.objects.create(organisation_id=organisation_id, plan_id=program.id, signal=bare(name), since=since)
                if not running:
                    _tell(begun, program, now)
        elif row is not None and known.upto(now) and (heard := known.samples[known.upto(now) - 1].at) >= row.since:
            Silence.objects.filter(pk=row.pk).update(ended_at=heard)
    Silence.objects.filter(pk__in=[row.pk for row in open_.values()]).update(ended_at=now)


def standing(organisation_id: UUID) -> list[Silence]:
    """Return the signals that a plan in force watches and of which no data comes, the longest first."""
    in_force = "SELECT plan_id FROM incidents_plan WHERE organisation_id = {} AND status = 'in_force'"
    where = f"WHERE organisation_id = {{}} AND ended_at IS NULL AND plan_id IN ({in_force}) ORDER BY since"
    return tables.select(Silence, where, [("uuid", organisation_id)] * 2)


def _tell(row: Silence, program: Program, now: datetime) -> None:
    """Tell whoever commands; where nobody holds that seat, the owners of the organisation."""
    if now - row.since > TOLD_LATE_MAX:
        return
    contacts, signal = directory.contacts(row.organisation_id), program.signals[row.signal]
    commander = directory.seats(row.organisation_id, program).get(program.commander, "")
    for person in [commander] if commander in contacts else directory.owners(row.organisation_id):
        contact = contacts[person]
        subject, body = wording.silent(signal.title, row.signal, row.since, contact, program.language)
        key = f"silence:{row.pk}:{person}"
        inbox.put(row.organisation_id, person, key, subject=subject, body=body, at=now, locale=contact.language)
