"""What a channel is: a name, what it is configured with, and one function that sends once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.kit.bulk import Statement
from tocsin.kit.egress import Egress, Rejected


@dataclass(frozen=True, slots=True)
class Field:
    """
    One thing to fill in when a channel is set up. A `secret` is stored encrypted and never shown again.

    Where a field that `leads` elsewhere changes, the secrets are asked for again: nobody sends them to a place of his own choice.
    """

    name: str
    label: str
    secret: bool = False
    required: bool = True
    default: str = ""
    example: str = ""
    leads: bool = False
    proposal: Callable[[], str] | None = None
    """Returns a value to begin with, where both sides only have to agree on one."""
    check: Callable[[str], str] | None = None
    """Returns what is wrong with a value, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    One message to one recipient, ready to send. Whoever gets it twice under one `key` got it once: every attempt carries the same.

    `created_at` is the same at every attempt, `sent_at` is this attempt's.
    """

    key: str
    organisation_id: UUID
    event_id: str
    about: str
    channel: str
    recipient: str
    address: str
    locale: str
    subject: str
    body: str
    urgent: bool
    created_at: datetime
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """For each of many messages what `send` would return or raise, and what keeps them once it is run, within the caller's transaction."""

    answers: Sequence[str | Rejected]
    statements: Sequence[Statement]


@dataclass(frozen=True, slots=True)
class Channel:
    """
    An adapter to one kind of provider. `send` sends once and returns the provider's own word for it; the outbox does the retrying.

    `send` raises Unreachable (try again) or Rejected (give up), nothing else. `addressed`: it needs an address for each recipient.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    send: Callable[[Message, Mapping[str, str], Egress], str]
    addressed: bool = False
    captures: bool = False
    """What it takes stays here: it was captured, not sent, and says so."""
    here: Callable[[Sequence[Message]], Kept] | None = None
    """Keeps messages in our own database, all at once."""
    wrong_address: Callable[[str], str] | None = None
    """Returns what is wrong with an address, or nothing."""
