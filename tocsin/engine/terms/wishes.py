"""What the world is asked to do: infinitives."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell these persons about `cause`; `urgent` may wake them, `accept` asks for an answer."""

    persons: tuple[str, ...]
    cause: str
    urgent: bool
    accept: bool


@dataclass(frozen=True, slots=True)
class Deliver:
    """Deliver a published message over these channels to these persons and roles, in each one's locale."""

    message: str
    template: str
    texts: Mapping[str, str]
    to: tuple[str, ...]
    persons: tuple[str, ...]
    channels: tuple[str, ...]
    all_channels: bool
    urgent: bool
    reaches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By channel: the persons it reaches, where that is not all of them."""


Wish = Tell | Deliver
