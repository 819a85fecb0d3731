"""How an organisation's channels are set up, and which private networks its messages may reach."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_network
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tocsin.accounts import audit
from tocsin.accounts.models import Organisation, Person
from tocsin.comms import channels
from tocsin.comms.channel import Channel
from tocsin.comms.models import ChannelSetup, OpenNetwork
from tocsin.kit import clock, tables
from tocsin.kit.egress import Egress, Opening

_network: Final = lru_cache(1024)(ip_network)
WIDEST: Final = {4: 8, 6: 16}
"""The shortest prefix that may be opened, by version of the address: the whole of 10.0.0.0/8, but not every network there is."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is wrong with one value of a form."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A channel that can send: its adapter and everything that it is configured with."""

    channel: Channel
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A channel as pages may show it: of the secrets only the names of those that are set, and a fingerprint of each.

    A fingerprint tells whether two secrets are the same and is of no use to guess one: it is keyed.
    """

    name: str
    adapter: str
    fields: Mapping[str, str]
    secrets: tuple[str, ...]
    failures: int
    fingerprints: Mapping[str, str]


def configure(organisation: Organisation, name: str, adapter: str, values: Mapping[str, str], *, by: Person | None) -> tuple[Invalid, ...]:
    """
    Set up the channel that plans call `name`, or return all that is wrong with `values`.

    A secret left empty keeps what it was, unless what is changed leads elsewhere. The change is audited, without its values.
    """
    channel = channels.found().get(adapter)
    if channel is None:
        return (Invalid("adapter", "unknown_adapter", f"one of {', '.join(sorted(channels.found()))}"),)
    with transaction.atomic():
        before = ChannelSetup.objects.select_for_update().filter(organisation=organisation, name=name).first()
        kept = _secrets(before) if before is not None and before.adapter == adapter else {}
        full = {one.name: values.get(one.name, "").strip() or kept.get(one.name, "") or one.default for one in channel.fields}
        wrong = _wrong(name, channel, values, full)
        if kept and before is not None and _moved(channel, before, full):
            wrong += _again(kept, values)
        if wrong:
            return wrong
        hidden = {one.name: full[one.name] for one in channel.fields if one.secret and full[one.name]}
        ChannelSetup.objects.update_or_create(
            organisation=organisation,
            name=name,
            defaults={
                "adapter": adapter,
                "fields": {one.name: full[one.name] for one in channel.fields if not one.secret},
                "secrets": settings.HOME.fernet().encrypt(json.dumps(hidden).encode()).decode(),
                "failures": 0,
                "paused_until": None,
                "changed_at": clock.now(),
            },
        )
        audit.record(organisation, by, "channel.set_up", name, adapter=adapter)
    return ()


def remove(organisation: Organisation, name: str, *, by: Person | None) -> None:
    """Forget how `name` was set up; what waits for it ends as `no_channel`."""
    with transaction.atomic():
        if ChannelSetup.objects.filter(organisation=organisation, name=name).delete()[0]:
            audit.record(organisation, by, "channel.removed", name)


def ready(organisation_id: UUID, name: str) -> Ready | None:
    """Return what stands behind the plan's channel `name`. A channel that needs no set-up stands behind its own name."""
    rows = tables.select(ChannelSetup, "WHERE organisation_id = {} AND name = {}", [("uuid", organisation_id), ("text", name)])
    if not rows:
        own = channels.found().get(name)
        return Ready(own, {}) if own is not None and not own.fields else None
    (row,) = rows
    channel = channels.found().get(row.adapter)
    return Ready(channel, {**row.fields, **_secrets(row)}) if channel is not None else None


def shown(organisation_id: UUID) -> tuple[Shown, ...]:
    """Return every channel that is set up, by name."""
    rows = ChannelSetup.objects.filter(organisation_id=organisation_id).order_by("name")
    return tuple(_shown(row, _secrets(row)) for row in rows)


def open_network(organisation: Organisation, network: str, port: int | None, reason: str, *, by: Person | None) -> tuple[Invalid, ...]:
    """Let this organisation's messages reach a private network (such as 127.0.0.1/32, port 25). Only an owner may; audited."""
    try:
        known = ip_network(network)
    except ValueError:
        return (Invalid("network", "bad_network", "an address or a network such as 10.1.0.0/16"),)
    if known.prefixlen < WIDEST[known.version]:
        return (Invalid("network", "too_wide", f"at least /{WIDEST[known.version]}: open what is needed, not everything"),)
    with transaction.atomic():
        OpenNetwork.objects.create(organisation=organisation, network=str(known), port=port, reason=reason)
        audit.record(organisation, by, "network.opened", str(known), port=str(port or ""), reason=reason)
    return ()


def close_network(organisation: Organisation, network: str, *, by: Person | None) -> None:
    """Take back every opening of `network`."""
    with transaction.atomic():
        if OpenNetwork.objects.filter(organisation=organisation, network=network).delete()[0]:
            audit.record(organisation, by, "network.closed", network)


def open_networks(organisation_id: UUID) -> tuple[OpenNetwork, ...]:
    """Return every opening, by network."""
    return tuple(OpenNetwork.objects.filter(organisation_id=organisation_id).order_by("network", "port", "id"))


def door(organisation_id: UUID) -> Egress:
    """Return the outbound door as this organisation may use it."""
    rows = tables.select(OpenNetwork, "WHERE organisation_id = {} ORDER BY id", [("uuid", organisation_id)])
    return Egress(openings=tuple(Opening(_network(row.network), row.port) for row in rows))


def _shown(row: ChannelSetup, secrets: Mapping[str, str]) -> Shown:
    prints = {name: _fingerprint(value) for name, value in secrets.items()}
    return Shown(row.name, row.adapter, row.fields, tuple(secrets), row.failures, prints)


def _fingerprint(secret: str) -> str:
    return hmac.new(settings.HOME.secret_key().encode(), f"channel:{secret}".encode(), hashlib.sha256).hexdigest()[:8]


def _secrets(row: ChannelSetup) -> Mapping[str, str]:
    return _opened(row.secrets) if row.secrets else {}


@lru_cache(256)
def _opened(secrets: str) -> Mapping[str, str]:
    """Return what is sealed so; the same is opened once."""
    return MappingProxyType(dict(json.loads(settings.HOME.fernet().decrypt(secrets.encode()))))


def _moved(channel: Channel, before: ChannelSetup, full: Mapping[str, str]) -> bool:
    """Return whether what is sent would now go elsewhere, or less safely."""
    return any(one.leads and full[one.name] != before.fields.get(one.name) for one in channel.fields)


def _again(kept: Mapping[str, str], values: Mapping[str, str]) -> tuple[Invalid, ...]:
    """Return the secrets that have to be entered again."""
    return tuple(
        Invalid(name, "again", "enter it again: it would go to another place") for name in kept if not values.get(name, "").strip()
    )


def _wrong(name: str, channel: Channel, values: Mapping[str, str], full: Mapping[str, str]) -> tuple[Invalid, ...]:
    known = {one.name for one in channel.fields}
    wrong = [Invalid(given, "unknown_field", f"{channel.title} has no such field") for given in values if given not in known]
    if not name.isidentifier() or len(name) > 100:
        wrong.append(Invalid("name", "bad_name", "the name that plans use, such as email or web_site"))
    for one in channel.fields:
        value = full[one.name]
        problem = one.check(value) if value and one.check else ""
        if problem:
            wrong.append(Invalid(one.name, "bad_value", problem))
        elif one.required and not value:
            wrong.append(Invalid(one.name, "missing", one.label))
    return tuple(wrong)
