"""The inbox inside the product: what a person is told on the pages. It needs no set-up and cannot be out of reach."""

from collections.abc import Mapping

from django.db import transaction

from tocsin.comms.channel import Channel, Message
from tocsin.comms.models import InboxItem
from tocsin.kit import tables
from tocsin.kit.egress import Egress, Rejected


def send(message: Message, to: Mapping[str, str], door: Egress) -> str:
    """
    Lay `message` into the recipient's inbox and return its key. Idempotent.

    :raises Rejected: the recipient is no person, and so would never read it.
    """
    if not message.recipient.startswith("per_"):
        raise Rejected("no_address", f"{message.recipient} has no inbox", hint="choose a channel that leads outside")
    values = {
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
    with transaction.atomic(savepoint=False):
        tables.insert(InboxItem, [values], "ON CONFLICT DO NOTHING")
    return message.key


CHANNEL = Channel("inbox", "Inside Tocsin", (), send=send, here=True)
