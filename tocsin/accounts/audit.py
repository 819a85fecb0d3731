"""The audit of administration: who changed people, keys and the organisation."""

from collections.abc import Iterable

from tocsin.accounts.models import AuditEntry, Organisation, Person


def record(organisation: Organisation, person: Person | None, act: str, subject: str, **detail: str) -> None:
    """Add one entry, within the transaction of the act itself. `person` is None for the server's own commands."""
    AuditEntry.objects.create(organisation=organisation, person=person, act=act, subject=subject, detail=detail)


def latest(organisation: Organisation, limit: int = 50) -> Iterable[AuditEntry]:
    """Return the newest entries first."""
    return AuditEntry.objects.filter(organisation=organisation).select_related("person").order_by("-at", "-id")[:limit]
