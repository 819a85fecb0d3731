"""The inbox inside the product: what a person is told on the pages. It needs no set-up and cannot be out of reach."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from tocsin.comms.channel import Channel, Message
from tocsin.comms.models import InboxItem
from tocsin.kit import tables
from tocsin.kit.egress import Egress, Rejected


def keep(messages: Sequence[Message]) -> list[str | Rejected]:
    """Lay messages into the inboxes of their recipients; return the key of each, or that nobody would ever read it. Idempotent."""
    tables.insert(InboxItem, [_item(message) for message in messages if is_to_a_person(message)], "ON CONFLICT DO NOTHING")
    return [message.key if is_to_a_person(message) else _nobody(message) for message in messages]


def send(message: Message, to: Mapping[str, str], door: Egress) -> str:
    """
    Lay `message` into the recipient's inbox and return its key. Idempotent.

    :raises Rejected: the recipient is no person, and so would never read it.
    """
    with transaction.atomic(savepoint=False):
        (kept,) = keep([message])
    if isinstance(kept, Rejected):
        raise kept
    return kept


def is_to_a_person(message: Message) -> bool:
    """Return whether the recipient has an inbox."""
    return message.recipient.startswith("per_")


def _nobody(message: Message) -> Rejected:
    return Rejected("no_address", f"{message.recipient} has no inbox", hint="choose a channel that leads outside")


def _item(message: Message) -> tables.Values:
    return {
        "organisation_id": message.organisation_id,
        "key": message.key,
        "person": message.recipient,
        "about": message.about,
        "locale": message.locale,
        "subject": message.subject,
        "body": message.body,
        "urgent": message.urgent,
        "at": message.sent_at,
    }


CHANNEL = Channel("inbox", "Inside Tocsin", (), send=send, here=keep)
