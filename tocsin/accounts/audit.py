"""The audit of administration: who changed people, keys and the organisation."""

from collections.abc import Iterable

from tocsin.accounts.models import AuditEntry, Organisation, Person


def record(organisation: Organisation, person: Person | None, act: str, subject: str, **detail: str) -> None:
    """Add one entry, within the transaction of the act itself. `person` is None for the server's own commands."""
    AuditEntry.objects.create(organisation=organisation, person=person, act=act, subject=subject, detail=detail)


def record_everywhere(act: str, subject: str, **detail: str) -> None:
    """Add an entry for every organisation: the server itself had something happen to it. Within the caller's transaction."""
    every = Organisation.objects.values_list("id", flat=True)
    entries = (AuditEntry(organisation_id=one, person=None, act=act, subject=subject, detail=detail) for one in every)
    AuditEntry.objects.bulk_create(entries, batch_size=500)


def latest(organisation: Organisation, limit: int = 50) -> Iterable[AuditEntry]:
    """Return the newest entries first."""
    return AuditEntry.objects.filter(organisation=organisation).select_related("person").order_by("-at", "-id")[:limit]
