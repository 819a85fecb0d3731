"""The parties outside that an incident touches: who they are, and when each was told (REG-08, REG-10, COM-07)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.engine.expressions import Value
from tocsin.engine.terms.words import Event, Words


@dataclass(frozen=True)
class PartyState:
    """An affected party. `about` is what the register says of it; `told` when each message last reached it; `notified_at` the first time."""

    name: str
    contact: str
    reporter: bool
    added_at: datetime
    about: Mapping[str, Value] = field(default_factory=dict)
    notified_at: datetime | None = None
    told: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyAdded(Event):
    """A party is affected, or what is known of it changed (`amends`). `about` holds its kind and marks, as the plan names them."""

    party: str
    name: Words
    contact: Words
    reporter: bool
    about: Mapping[str, Value]
    amends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRemoved(Event):
    """The party turned out not to be affected; nothing is owed to it any more."""

    party: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class PartiesTold(Event):
    """These parties were told: by the published `message` of `template`, or by a person's own voice, as `words` say."""

    parties: tuple[str, ...]
    template: str
    message: str
    words: Words
    happened_at: datetime
    role: str = ""
    """For which role whoever told them by word of mouth spoke."""
