"""Whom messages reach outside: the addresses of roles that nobody here holds, such as an authority or the clients."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from tocsin.accounts import audit
from tocsin.accounts.models import Organisation, Person
from tocsin.comms import channels, setup
from tocsin.comms.channel import Channel
from tocsin.comms.models import OutsideAddress
from tocsin.comms.setup import Invalid

ADDRESS_CHARS_MAX: Final = 320


def addresses(organisation_id: UUID, plan: str, roles: Iterable[str]) -> tuple[OutsideAddress, ...]:
    """Return the addresses of these roles of a plan, by role, channel and address."""
    rows = OutsideAddress.objects.filter(organisation_id=organisation_id, plan=plan, role__in=set(roles))
    return tuple(rows.order_by("role", "channel", "address"))


def enter(
    organisation: Organisation, plan: str, role: str, channel: str, *, address: str, locale: str, by: Person | None
) -> tuple[Invalid, ...]:
    """
    Let `role` be reached at `address` over the plan's `channel`, in `locale`; or return what is wrong. Audited.

    The same address again takes the new language.
    """
    address = address.strip()
    wrong = _wrong(adapter(organisation.id, channel), channel, address)
    if wrong:
        return wrong
    with transaction.atomic():
        where: dict[str, Any] = {"organisation": organisation, "plan": plan, "role": role, "channel": channel, "address": address}
        OutsideAddress.objects.update_or_create(**where, defaults={"locale": locale})
        audit.record(organisation, by, "outside.entered", role, channel=channel, address=address, locale=locale)
    return ()


def strike(organisation: Organisation, address_id: UUID, *, by: Person | None) -> None:
    """Forget an address of this organisation; of another it finds none. Audited."""
    with transaction.atomic():
        row = OutsideAddress.objects.filter(organisation=organisation, pk=address_id).first()
        if row is not None:
            row.delete()
            audit.record(organisation, by, "outside.struck", row.role, channel=row.channel, address=row.address)


def adapter(organisation_id: UUID, channel: str) -> Channel | None:
    """Return what stands behind `channel`, or will, going by its name."""
    ready = setup.ready(organisation_id, channel)
    return ready.channel if ready else channels.found().get(channel)


def _wrong(through: Channel | None, channel: str, address: str) -> tuple[Invalid, ...]:
    if through is not None and through.addressed and not address:
        return (Invalid("address", "missing", f"“{channel}” needs an address for each recipient"),)
    if len(address) > ADDRESS_CHARS_MAX:
        return (Invalid("address", "too_long", f"at most {ADDRESS_CHARS_MAX} characters"),)
    problem = through.wrong_address(address) if through and through.wrong_address and address else ""
    return (Invalid("address", "bad_value", problem),) if problem else ()
