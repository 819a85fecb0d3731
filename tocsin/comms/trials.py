"""Trying a channel out: a message to oneself through the real outbox, about no incident."""

from typing import Final
from uuid import UUID

from tocsin.comms import outbox
from tocsin.comms.models import Delivery
from tocsin.comms.outbox import Order
from tocsin.comms.receipts import Receipt, receipts
from tocsin.kit import ids

_ABOUT: Final = "trial:"


def send(organisation_id: UUID, channel: str, *, person: str, address: str, locale: str, subject: str, body: str) -> None:
    """Send a message to `person` (typed id) over the channel that plans call `channel`. Urgent, so that trouble shows within the hour."""
    trial = f"{_ABOUT}{person}:{channel}:{ids.new().hex}"
    order = Order(
        organisation_id=organisation_id,
        event_id=trial,
        about=trial,
        channel=channel,
        recipient=person,
        address=address,
        locale=locale,
        subject=subject,
        body=body,
        urgent=True,
    )
    outbox.put(order)


def latest(organisation_id: UUID, channel: str, *, person: str) -> Receipt | None:
    """Return what became of the last trial of `channel` by `person`."""
    begun = Delivery.objects.filter(organisation_id=organisation_id, channel=channel, about__startswith=f"{_ABOUT}{person}:{channel}:")
    about = begun.order_by("-created_at", "-id").values_list("about", flat=True).first()
    return next((receipt for _, receipt in receipts(organisation_id, about)), None) if about else None


def is_trial(about: str) -> bool:
    """Return whether this is what a trial is about: no incident knows of it, and it is always wanted."""
    return about.startswith(_ABOUT)
