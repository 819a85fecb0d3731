"""What can have happened to roles: given, accepted, passed on, gathered."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.engine.terms.words import Event, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssigned(Event):
    """
    An empty `person` takes the role back. `passes` lists the open clocks that go along; `source` is the list called in from, if any. `lacks`
    is what the role requires and is not on record of the person, in the plan's language: a warning (ROL-36). `asker` is whoever asked
    somebody else before, who has declined: the duties stay with them until the role is accepted.
    """

    role: str
    person: str
    before: str
    reason: Words
    passes: tuple[str, ...]
    accepted: bool
    source: str
    lacks: tuple[str, ...] = ()
    asker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAccepted(Event):
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDeclined(Event):
    """Whoever was asked to take `role` will not. `source` is the list called in from, if any."""

    role: str
    reason: Words
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeputyCalled(Event):
    """Nobody accepted `role` in time: its next deputy is asked to take it (ROL-33)."""

    role: str
    deputy: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCreated(Event):
    role: str
    name: Words
    duty: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesPassed(Event):
    """What `source` owes or decides falls to `target` from now on: the rules in `passes`, their open `clocks`. `keeps` stays (ROL-35)."""

    source: str
    target: str
    former: str
    passes: tuple[str, ...]
    keeps: tuple[str, ...]
    clocks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRead(Event):
    """Whom the directory finds for each role and department from now on."""

    seats: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTurned(Event):
    """Shifts have changed: `person` is on duty for a role now, in place of `before`; either is empty where nobody is."""

    role: str
    person: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered(Event):
    """Working groups come together at `moment`: one in its chat, all of them by video."""

    groups: tuple[str, ...]
    persons: tuple[str, ...]
    way: str
    moment: str


OfRoles = DutiesPassed | DirectoryRead | DutyTurned | RoleAssigned | RoleAccepted | RoleDeclined | DeputyCalled | RoleCreated | Gathered
