"""What the outbox is told a message is about: an opaque text there, read back here when it is asked whether it is still wanted."""

from dataclasses import dataclass
from uuid import UUID

from tocsin.kit import ids


@dataclass(frozen=True, slots=True)
class About:
    """`kind` is told or message; `subject` the cause of a telling (`breached:summary`) or the id of a message."""

    incident: UUID
    kind: str
    subject: str


def event(incident: UUID, seq: int) -> str:
    """Return the id of an event outside its journal: the key under which everything it causes is sent."""
    return f"{ids.typed('inc', incident)}:{seq}"


def told(incident: UUID, cause: str) -> str:
    """Return what tells of `cause` are about."""
    return f"{ids.typed('inc', incident)}:told:{cause}"


def message(incident: UUID, name: str) -> str:
    """Return what deliveries of a message are about; receipts are found by it."""
    return f"{ids.typed('inc', incident)}:message:{name}"


def read(text: str) -> About:
    """Return what one of the above means. ValueError for anything else."""
    incident, kind, subject = text.split(":", 2)
    return About(ids.untyped("inc", incident), kind, subject)
