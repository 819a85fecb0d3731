"""
Feeds that fall silent while no incident runs: an alarm of their own, told to whoever commands, and never read as "no fault" (DET-11).

An incident has the same silence as an edge to *unknown* in its record; here it is known before there is one.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from tocsin.accounts import directory
from tocsin.comms import inbox
from tocsin.engine import watch
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program
from tocsin.incidents import wording
from tocsin.incidents.models import Plan, Silence

TOLD_LATE_MAX: Final = timedelta(hours=24)
"""What fell silent before that is history that somebody hands in: it is shown, and nobody is woken."""


def note(organisation_id: UUID, program: Program, series: Mapping[str, watch.Series], now: datetime) -> None:
    """Keep which signals are silent now and which are heard again; tell of each silence once. Within the caller's transaction."""
    for name, known in series.items():
        since = watch.silent_from(program.signals[name], known, now) if known.upto(now) else None
        standing = Silence.objects.filter(organisation_id=organisation_id, plan_id=program.id, signal=bare(name), ended_at=None).first()
        if since is not None and since <= now:
            if standing is None:
                row = Silence.objects.create(organisation_id=organisation_id, plan_id=program.id, signal=bare(name), since=since)
                _tell(row, program, now)
        elif standing is not None and known.upto(now) and known.samples[known.upto(now) - 1].at >= standing.since:
            Silence.objects.filter(pk=standing.pk).update(ended_at=known.samples[known.upto(now) - 1].at)


def standing(organisation_id: UUID) -> QuerySet[Silence]:
    """Return the signals that a plan in force watches and of which no data comes, the longest first."""
    in_force = Plan.objects.filter(organisation_id=organisation_id, status="in_force").values("plan_id")
    return Silence.objects.filter(organisation_id=organisation_id, plan_id__in=in_force, ended_at=None).order_by("since")


def _tell(row: Silence, program: Program, now: datetime) -> None:
    person = directory.seats(row.organisation_id, program).get(program.commander, "")
    contact = directory.contacts(row.organisation_id).get(person)
    if contact is None or now - row.since > TOLD_LATE_MAX:
        return
    signal = program.signals[row.signal]
    subject, body = wording.silent(signal.title, row.signal, row.since, contact, program.language)
    inbox.put(row.organisation_id, person, f"silence:{row.pk}", subject=subject, body=body, at=now, locale=contact.language)
