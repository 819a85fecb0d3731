"""The inbox inside the product: what a person is told on the pages. It needs no set-up and cannot be out of reach."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from tocsin.comms.channel import Channel, Kept, Message
from tocsin.comms.models import InboxItem
from tocsin.kit import bulk, tables
from tocsin.kit.egress import Egress, Rejected


def keep(messages: Sequence[Message]) -> Kept:
    """Lay messages into the inboxes of their recipients; of each is said its key, or that nobody would ever read it. Idempotent."""
    rows = [_item(message) for message in messages if is_to_a_person(message)]
    answers = [message.key if is_to_a_person(message) else _nobody(message) for message in messages]
    return Kept(answers, tables.insert(InboxItem, rows, "ON CONFLICT DO NOTHING"))


def send(message: Message, to: Mapping[str, str], door: Egress) -> str:
    """
    Lay `message` into the recipient's inbox and return its key. Idempotent.

    :raises Rejected: the recipient is no person, and so would never read it.
    """
    kept = keep([message])
    with transaction.atomic(savepoint=False):
        bulk.run(kept.statements)
    (answer,) = kept.answers
    if isinstance(answer, Rejected):
        raise answer
    return answer


def is_to_a_person(message: Message) -> bool:
    """Return whether the recipient has an inbox."""
    return message.recipient.startswith("per_")


def _nobody(message: Message) -> Rejected:
    return Rejected("no_address", f"{message.recipient} has no inbox", hint="choose a channel that leads outside")


def _item(message: Message) -> tables.Values:
    """
    Return the row of a message. Its key begins as its event's does, which has its time in front: in a storm every message of a step stands in
    another page of an index of hashes, and in the same one of this.
    """
    return {
        "organisation_id": message.organisation_id,
        "key": f"{message.event_id[:28]}{message.key.removeprefix('msg_')}",
        "person": message.recipient,
        "about": message.about,
        "locale": message.locale,
        "subject": message.subject,
        "body": message.body,
        "urgent": message.urgent,
        "at": message.sent_at,
    }


CHANNEL = Channel("inbox", "Inside Tocsin", (), send=send, here=keep)
