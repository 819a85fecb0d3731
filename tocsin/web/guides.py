"""What is written at a sender's side: the addresses that it may call, and its own configuration with ours filled in; how it is called."""

from dataclasses import dataclass
from string import Template
from urllib.parse import urlsplit

from django.conf import settings

from tocsin.ingest import sources
from tocsin.web.languages import gettext as _

UNKNOWN = "KEY"
"""Stands where the key goes once nobody can read it any more."""


@dataclass(frozen=True, slots=True)
class Guide:
    """How one source is set up. `addresses` are those that its unchanged clients call; `written` may be empty."""

    address: str
    addresses: tuple[str, ...]
    written: str
    mark: str


def of(name: str, secret: str = "") -> Guide:
    """Return the guide to a source, with a key that was just made or a mark in its place."""
    key, base = secret or UNKNOWN, settings.BASE_URL.rstrip("/")
    address, source = f"{base}/in/{name}/{key}", sources.registry().get(name)
    if source is None:
        return Guide(address, (), "", UNKNOWN)
    at = urlsplit(base)
    written = Template(source.setup).substitute(base=base, scheme=at.scheme, host=at.netloc, key=key)
    addresses = tuple(f"{', '.join(sorted(door.methods))} {base}{door.path.replace('{key}', key)}" for door in source.doors)
    return Guide(address, addresses, written, UNKNOWN)


def signable(name: str) -> bool:
    """Return whether senders of this kind can sign what they send."""
    source = sources.registry().get(name)
    return source is not None and source.signature is not None


def source_title(name: str) -> str:
    """Return how a source is called: products by their own name, the others in the viewer's language."""
    match name:
        case "email":
            return _("E-mail")
        case "generic":
            return _("Another sender, by a mapping")
        case "ping":
            return _("Checks that ping")
    source = sources.registry().get(name)
    return source.title if source else name
