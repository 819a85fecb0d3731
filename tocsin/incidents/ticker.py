"""The ticker: wakes every incident for which time alone changes something. Any number may run; each due instant counts once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q

from tocsin.engine import terms as t
from tocsin.incidents import answers, desk, downtime, notices
from tocsin.incidents.models import Incident
from tocsin.ingest import received
from tocsin.kit import astray, clock, faults, numbers
from tocsin.kit.transactions import retry

LEASE: Final = timedelta(seconds=15)
AT_ONCE: Final = 50
"""
How many incidents one claim takes, and one transaction writes: what a dead worker had claimed waits for the end of its lease, and who wants to
write beside it for the end of the transaction.
"""

SYSTEM: Final = t.Actor(t.SYSTEM)
_PAUSES: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
_log = structlog.get_logger(__name__)
_faults = numbers.counter("tocsin_ticker_faults_total", "Incidents whose tick failed")


@dataclass(frozen=True, slots=True)
class Claim:
    """An incident that this worker may tick until `fence` is taken by another."""

    incident: UUID
    fence: int


def run_once() -> bool:
    """
    Tick what is due and return whether there may be more. One incident's fault never keeps the others waiting.

    :raises ClockAstray: this host does not know what time it is.
    """
    astray.look()
    retry(lambda: downtime.pulse.beat(clock.now()))
    claims = retry(lambda: claim(clock.now()))
    if claims:
        faults.together(partial(_tick_together, claims), partial(_tick_each, claims), "incidents that are due")
    return len(claims) == AT_ONCE


def claim(now: datetime, limit: int = AT_ONCE) -> list[Claim]:
    """Take up to `limit` incidents that are due, longest overdue first. Whoever held one before is shut out by the new fence."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    with transaction.atomic():
        due = Incident.objects.filter(free, wake_at__lte=now).order_by("wake_at")
        chosen = list(due.select_for_update(skip_locked=True).values_list("pk", "fence")[:limit])
        Incident.objects.filter(pk__in=[pk for pk, _ in chosen]).update(fence=F("fence") + 1, leased_until=now + LEASE)
    return [Claim(pk, fence + 1) for pk, fence in chosen]


def _tick_together(claims: Sequence[Claim]) -> None:
    """Let time pass for all claimed incidents in one transaction."""
    answers = desk.pass_time({one.incident: one.fence for one in claims}, actor=SYSTEM)
    for one in claims:
        answer = answers.get(one.incident)
        if answer is None:
            _overtaken(one)
        else:
            _judge(one, answer)


def _tick_each(claims: Sequence[Claim]) -> None:
    for one in claims:
        tick(one)


def tick(one: Claim) -> None:
    """Let time pass for one claimed incident."""
    try:
        _judge(one, desk.handle(one.incident, t.Tick(), actor=SYSTEM, fence=one.fence))
    except desk.Overtaken:
        _overtaken(one)
    except Exception as error:  # noqa: BLE001 - one of the catch points
        _log.exception("ticker.fault", incident=str(one.incident))
        _park(one, f"{type(error).__name__}: {error}")


def _judge(one: Claim, answer: desk.Answer) -> None:
    """Park an incident for which time did not pass as it should."""
    if isinstance(answer, t.Refused):
        _park(one, f"{answer.code}: {answer.message}")
    elif not answer.events and _still_due(one):
        _park(one, "time passed and nothing changed, although something was due")


def _overtaken(one: Claim) -> None:
    _log.warning("ticker.overtaken", incident=str(one.incident), fence=one.fence)


def housekeep() -> bool:
    """Forget answers, notices and bodies whose time is over. Often and in small helpings: it holds up everybody else who writes."""
    now = clock.now()
    more = [retry(partial(forget, now)) for forget in (answers.forget, notices.forget, received.forget)]
    return any(more)


def _still_due(one: Claim) -> bool:
    return Incident.objects.filter(pk=one.incident, fence=one.fence, wake_at__lte=clock.now()).exists()


def _park(one: Claim, fault: str) -> None:
    """Leave the fault where people see it, and try again after a pause that grows."""
    _faults.inc()

    def write() -> None:
        now = clock.now()
        with transaction.atomic():
            incident = Incident.objects.select_for_update().get(pk=one.incident)
            if incident.fence != one.fence:
                return
            pause = _PAUSES[min(incident.faults, len(_PAUSES) - 1)]
            incident.fault, incident.fault_at, incident.faults = fault, now, incident.faults + 1
            incident.leased_until = now + pause
            incident.save(update_fields=["fault", "fault_at", "faults", "leased_until"])

    retry(write)
