"""What may be commanded about roles: given, filled up, accepted, handed over, made up on the spot."""

from dataclasses import dataclass

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
