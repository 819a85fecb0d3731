"""Rehearsing at a start: what is made once on the way of a message is made before the first one, which else would wait for it."""

from contextlib import suppress
from typing import Final

from tocsin.comms import outbox, setup
from tocsin.comms.models import ChannelSetup, Delivery
from tocsin.kit import faults
from tocsin.kit.egress import HTTP, Rejected, Shut, Unreachable, trusted

REHEARSED_MAX: Final = 16
"""Channels for which a message is rehearsed: with the first all is loaded, and for each its secrets are opened."""
_SOMEBODY: Final = "somebody@localhost"


def rehearse() -> None:
    """
    Go the way of a message up to the door for the first channels that are set up, and send nothing.

    :raises ExceptionGroup: the faults of channels.
    """
    trusted(HTTP)
    first = ChannelSetup.objects.order_by("organisation_id", "name")[:REHEARSED_MAX]
    faults.each(first, _rehearse, "channels whose messages could not be rehearsed")


def _rehearse(row: ChannelSetup) -> None:
    ready = setup.ready(row.organisation_id, row.name)
    if ready is None or ready.channel.here is not None:
        return
    message = outbox.letter(Delivery(organisation_id=row.organisation_id, channel=row.name, address=_SOMEBODY))
    setup.door(row.organisation_id)
    with suppress(Unreachable, Rejected):  # it says so once there is something to send
        ready.channel.send(message, ready.values, Shut())
