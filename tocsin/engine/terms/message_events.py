"""What can have happened to messages: drafted, published, confirmed, moved on, read, delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.engine.terms.words import Event, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDrafted(Event):
    """Rendered in every locale; these bytes are what is approved and sent. Drafting again under the same id voids all signatures."""

    message: str
    template: str
    fields: Mapping[str, Words]
    texts: Mapping[str, Words]
    text_hash: str
    ready: bool
    """No field is missing, and nothing that the texts name outside."""
    chain: str
    """The id of its approval chain; empty if it needs none."""
    promised: Mapping[str, datetime]
    """The instants that its fields promise, as they stand in the texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePublished(Event):
    """`to` are the audience's roles as written, `persons` those they resolve to now, `channels` how."""

    message: str
    template: str
    text_hash: str
    to: tuple[str, ...]
    persons: tuple[str, ...]
    channels: tuple[str, ...]
    all_channels: bool
    urgent: bool
    left: tuple[str, ...] = ()
    """The channels to move on to, one after another, as each fails."""
    awaits: tuple[str, ...] = ()
    """The channels on which somebody confirms it; it counts as sent once all are confirmed."""
    reaches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By channel: the persons it reaches, where that is not the whole audience."""
    unread: tuple[str, ...] = ()
    """The addressees who have to say that they read it."""
    evidence: tuple[Words, ...] = ()
    parties: tuple[str, ...]
    """The parties outside, among the affected ones, whom it is for."""
    role: str = ""
    """For which role whoever published it spoke; the server itself for its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfirmed(Event):
    """A person said what came of a message on one channel; `sent` if it counts as sent with that."""

    message: str
    template: str
    channel: str
    result: Words
    reached: bool
    sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMovedOn(Event):
    """The channel `failed` did not reach anybody, so the message goes out over `channel`; empty: there is none left."""

    message: str
    template: str
    failed: str
    channel: str
    persons: tuple[str, ...]
    to: tuple[str, ...]
    urgent: bool
    awaits: bool
    reaches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By channel: the persons it reaches, where that is not the whole audience."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRead(Event):
    """Read for these addressees; `everybody` once nobody is left who has not."""

    message: str
    template: str
    addressees: tuple[str, ...]
    everybody: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReported(Event):
    message: str
    channel: str
    outcome: str
    detail: Words
    languages: tuple[str, ...] = ()
    """In which languages it went out."""
