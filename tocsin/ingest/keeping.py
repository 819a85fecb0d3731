"""Keeping alerts quiet, and letting them speak again: what waits is weighed anew at once. Each in the caller's transaction."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tocsin.accounts import audit
from tocsin.accounts.models import Person
from tocsin.ingest.routing.models import MaintenanceWindow, RouteRun, Silence
from tocsin.ingest.routing.runs import State, Why
from tocsin.kit import clock

SILENCE_MAX: Final = timedelta(days=366)
COMMENT_CHARS_MAX: Final = 2_000
NAME_CHARS_MAX: Final = 120


def is_span(starts_at: datetime, ends_at: datetime) -> bool:
    """Return whether a silence can last from one instant to another."""
    return starts_at < ends_at <= starts_at + SILENCE_MAX


def silence(organisation_id: UUID, matchers: str, starts_at: datetime, ends_at: datetime, *, comment: str, person: UUID) -> Silence:
    """Keep what meets `matchers` quiet from one instant to another, not before now."""
    return Silence.objects.create(
        organisation_id=organisation_id,
        matchers=matchers,
        starts_at=max(starts_at, clock.now()),
        ends_at=ends_at,
        comment=comment,
        person=person,
    )


def lift(one: Silence, *, person: UUID) -> None:
    """End a silence now. One that has not begun never does."""
    now = clock.now()
    Silence.objects.filter(pk=one.pk, ends_at__gt=now).update(ends_at=max(now, one.starts_at), lifted_by=person)
    _weigh(one.organisation_id, Why.SILENCED, now)


def stands(window: MaintenanceWindow) -> bool:
    """Return whether the very same is planned already: then whoever sends a form again means no second one."""
    same = ("name", "matchers", "zone", "begins", "lasts_s", "repeats")
    known = MaintenanceWindow.objects.filter(organisation_id=window.organisation_id, removed_at=None)
    return known.filter(**{name: getattr(window, name) for name in same}).exists()


def plan(window: MaintenanceWindow, *, by: Person) -> None:
    """Keep a window that was put together, and say who planned it."""
    window.save()
    audit.record(window.organisation, by, "window.planned", window.name)


def remove(one: MaintenanceWindow, *, by: Person) -> None:
    """Remove a window, now and whenever else it would have come."""
    now = clock.now()
    audit.record(one.organisation, by, "window.removed", one.name)
    MaintenanceWindow.objects.filter(pk=one.pk, removed_at=None).update(removed_at=now)
    _weigh(one.organisation_id, Why.MAINTENANCE, now)


def _weigh(organisation_id: UUID, why: Why, now: datetime) -> None:
    RouteRun.objects.open().filter(organisation=organisation_id, state=State.WAITS, why=why).update(due_at=now)
