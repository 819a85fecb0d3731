"""Numbers without gaps, one row of the organisation each. Taking one holds its row until the transaction ends."""

from uuid import UUID

from django.db.models import F

from tocsin.incidents.models import Counter


def take(organisation_id: UUID, name: str) -> int:
    """Return the next number. Within the caller's transaction, which others wait for: take it late."""
    row = Counter.objects.filter(organisation_id=organisation_id, name=name)
    if not row.update(value=F("value") + 1):
        Counter.objects.bulk_create([Counter(organisation_id=organisation_id, name=name)], ignore_conflicts=True)
        row.update(value=F("value") + 1)
    return row.values_list("value", flat=True).get()


def taken(organisation_id: UUID, name: str) -> int:
    """Return the last number that was taken, 0 before the first."""
    return Counter.objects.filter(organisation_id=organisation_id, name=name).values_list("value", flat=True).first() or 0


def hold(organisation_id: UUID, name: str) -> None:
    """Let nobody else take a number until the caller's transaction ends."""
    Counter.objects.bulk_create([Counter(organisation_id=organisation_id, name=name)], ignore_conflicts=True)
    Counter.objects.select_for_update().get(organisation_id=organisation_id, name=name)
