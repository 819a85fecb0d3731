"""Kept here and sent to nobody: for an organisation that tries Tocsin out. People find what they would have been sent in their inbox."""

from collections.abc import Mapping, Sequence

from tocsin.comms.channel import Channel, Message
from tocsin.comms.channels import inbox
from tocsin.kit.egress import Egress, Rejected

NAME = "kept"


def keep(messages: Sequence[Message]) -> list[str | Rejected]:
    """Lay what persons would get into their inboxes, and leave the rest in the record. Idempotent; nothing goes out."""
    inbox.keep([message for message in messages if message.recipient.startswith("per_")])
    return [message.key for message in messages]


def send(message: Message, to: Mapping[str, str], door: Egress) -> str:
    """Lay what a person would get into that person's inbox, and leave the rest in the record. Idempotent; nothing goes out."""
    return inbox.send(message, to, door) if message.recipient.startswith("per_") else message.key


CHANNEL = Channel(NAME, "Kept in Tocsin, sent to nobody", (), send=send, captures=True, here=keep)
