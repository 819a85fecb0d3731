"""Kept here and sent to nobody: for an organisation that tries Tocsin out. People find what they would have been sent in their inbox."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from tocsin.comms.channel import Channel, Kept, Message
from tocsin.comms.channels import inbox
from tocsin.kit import bulk
from tocsin.kit.egress import Egress

NAME = "kept"


def keep(messages: Sequence[Message]) -> Kept:
    """Lay what persons would get into their inboxes, and leave the rest in the record. Idempotent; nothing goes out."""
    laid = inbox.keep([message for message in messages if inbox.is_to_a_person(message)])
    return Kept([message.key for message in messages], laid.statements)


def send(message: Message, to: Mapping[str, str], door: Egress) -> str:
    """Lay what a person would get into that person's inbox, and leave the rest in the record. Idempotent; nothing goes out."""
    with transaction.atomic(savepoint=False):
        bulk.run(keep([message]).statements)
    return message.key


CHANNEL = Channel(NAME, "Kept in Tocsin, sent to nobody", (), send=send, captures=True, here=keep)
