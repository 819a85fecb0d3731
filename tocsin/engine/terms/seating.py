"""What may be commanded about roles: given, filled up, accepted, handed over, made up on the spot."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.engine.terms.act import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Act):
    """Give a role to a person (or `person=""`: take it back, so that it falls to the commander). The person is asked to accept."""

    role: str
    person: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallIn(Act):
    """Call more people into a role that many may hold, in one act (ESC-06); each is asked to accept. `source` is the list they stand on."""

    role: str
    people: tuple[str, ...]
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Act):
    """Accept a role that one was assigned."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Act):
    """
    Decline a role that one was asked to take, with a reason.

    `lists` has, by list of the role, who stands on it now, in its order: whoever is next is asked in one's place.
    """

    role: str
    reason: str
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Act):
    """Hand a role that one holds to another person, accepted at once, with the open clocks listed (ROL-19)."""

    role: str
    to: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRole(Act):
    """Make a role that the plan does not have, with a duty and a holder (ROL-11). Only the commander may."""

    role: str
    name: str
    duty: str
    person: str
