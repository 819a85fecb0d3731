"""A person's inbox inside the product."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from tocsin.comms.models import InboxItem
from tocsin.kit import bulk, clock

_UNREAD: Final = "SELECT count(*) FROM comms_inboxitem WHERE organisation_id = {} AND person = {} AND read_at IS NULL"


def items(organisation_id: UUID, person: str, limit: int = 50) -> Iterable[InboxItem]:
    """Return what `person` (typed id) was told, the newest first."""
    return InboxItem.objects.filter(organisation_id=organisation_id, person=person).order_by("-at", "-id")[:limit]


def unread(organisation_id: UUID, person: str) -> int:
    """Return how many items `person` has not marked as read."""
    ((number,),) = bulk.asked(_UNREAD, [("uuid", organisation_id), ("text", person)])
    return int(number)


def read(organisation_id: UUID, person: str, item_id: int) -> None:
    """Mark one item of `person`'s own as read. Idempotent."""
    InboxItem.objects.filter(organisation_id=organisation_id, person=person, pk=item_id, read_at=None).update(read_at=clock.now())


def put(organisation_id: UUID, person: str, key: str, *, subject: str, body: str, at: datetime, locale: str = "") -> None:
    """Tell `person` something that is about no incident. Idempotent by `key`, and within the caller's transaction."""
    told = {"person": person, "about": "", "locale": locale, "subject": subject, "body": body, "urgent": True, "at": at}
    InboxItem.objects.get_or_create(organisation_id=organisation_id, key=key, defaults=told)
