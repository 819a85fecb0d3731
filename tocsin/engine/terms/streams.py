"""Work streams of an incident: opened and closed by the commander, each with holders and duties of its own (ROL-12)."""

from dataclasses import dataclass

from tocsin.engine.terms.act import Act
from tocsin.engine.terms.words import Event, Words


@dataclass(frozen=True)
class StreamState:
    """A work stream; a closed one stays known by its name."""

    name: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOpened(Event):
    stream: str
    name: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamClosed(Event):
    stream: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStream(Act):
    """Open a work stream under an id of its own; `name` is what people call it."""

    stream: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseStream(Act):
    """Close a work stream, with a reason."""

    stream: str
    reason: str
