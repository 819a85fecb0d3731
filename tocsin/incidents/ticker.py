"""The ticker: wakes every incident for which time alone changes something. Any number may run; each due instant counts once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F

from tocsin.engine import terms as t
from tocsin.incidents import answers, desk, downtime, notices, parking
from tocsin.incidents.models import Incident
from tocsin.incidents.sitting import due
from tocsin.ingest import received
from tocsin.kit import astray, clock, faults
from tocsin.kit.transactions import retry

LEASE: Final = timedelta(seconds=15)
"""For how long an incident is left to a worker that takes it alone; what a dead one had claimed waits for the end of it."""

SYSTEM: Final = t.Actor(t.SYSTEM)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """An incident that this worker may tick until `fence` is taken by another."""

    incident: UUID
    fence: int


def at_once() -> int:
    """
    Return how many incidents one transaction takes: whoever wants to write beside it on SQLite waits for the end of it, and on PostgreSQL nobody
    but whoever takes a number of the same organisation.
    """
    return 100 if connection.vendor == "postgresql" else 50


def run_once() -> bool:
    """
    Tick what is due, and only when that is done wake who is to be told of a downtime; return whether there may be more. One incident's fault
    never keeps the others waiting.

    :raises ClockAstray: this host does not know what time it is.
    """
    astray.look()
    retry(lambda: downtime.pulse.beat(clock.now()))
    most = at_once()
    ticked = faults.together(partial(desk.pass_time, most, actor=SYSTEM), partial(_tick_each, most), "incidents that are due")
    more = ticked == most or retry(partial(downtime.tell, most))
    downtime.pulse.passed()
    return more


def claim(now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` incidents that are due, to be ticked one by one. Whoever held one before is shut out by the new fence."""
    with transaction.atomic():
        chosen = list(due(now).select_for_update(skip_locked=True).values_list("pk", "fence")[:limit])
        Incident.objects.filter(pk__in=[pk for pk, _ in chosen]).update(fence=F("fence") + 1, leased_until=now + LEASE)
    return [Claim(pk, fence + 1) for pk, fence in chosen]


def _tick_each(most: int) -> int:
    claims = retry(lambda: claim(clock.now(), most))
    for one in claims:
        tick(one)
    return len(claims)


def tick(one: Claim) -> None:
    """Let time pass for one claimed incident."""
    try:
        _judge(one, desk.handle(one.incident, t.Tick(), actor=SYSTEM, fence=one.fence))
    except desk.Overtaken:
        _log.warning("ticker.overtaken", incident=str(one.incident), fence=one.fence)
    except Exception as error:  # noqa: BLE001 - one of the catch points
        _log.exception("ticker.fault", incident=str(one.incident))
        _park(one, f"{type(error).__name__}: {error}")


def _judge(one: Claim, answer: desk.Answer) -> None:
    """Park an incident for which time did not pass as it should."""
    why = desk.stalled(answer)
    if why and _still_due(one):
        _park(one, why)


def housekeep() -> bool:
    """Forget answers, notices and bodies whose time is over. Often and in small helpings: it holds up everybody else who writes."""
    now = clock.now()
    more = [retry(partial(forget, now)) for forget in (answers.forget, notices.forget, received.forget)]
    return any(more)


def _still_due(one: Claim) -> bool:
    return Incident.objects.filter(pk=one.incident, fence=one.fence, wake_at__lte=clock.now()).exists()


def _park(one: Claim, fault: str) -> None:
    """Leave the fault where people see it, and try again after a pause that grows."""

    def write() -> None:
        with transaction.atomic():
            incident = Incident.objects.select_for_update().get(pk=one.incident)
            if incident.fence == one.fence:
                Incident.objects.filter(pk=incident.pk).update(**parking.parked(incident, fault, clock.now()))

    retry(write)
