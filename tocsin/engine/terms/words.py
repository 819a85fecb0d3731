"""What commands, events and state have in common: sealed words, who acts, what is refused, edges of watches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

Words = Annotated[str, "sealed"]
"""Free text or a personal value: the journal stores only a salted hash of it in the chain, the text beside it."""

SYSTEM = "system"
"""The person id under which the server itself acts."""


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who commands. `person` is an opaque id; `standing` says for what the directory lets this person speak at this instant:
    `deputy:<role>`, `department:<id>`.
    """

    person: str
    standing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanRef:
    """A plan version that an incident runs by: `kind` is plan or role-set."""

    plan: str
    hash: str
    kind: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that the plan or the state does not allow: a value, never an exception. `code` is stable (language reference, section 15)."""

    code: str
    message: str
    hint: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A watch turned: `value` is true, false or (None) unknown `since` that sample time; `seen` are the readings behind it, as text."""

    watch: str
    value: bool | None
    since: datetime
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leapt:
    """The server's clock was set from `since` to `until`; backward if that is earlier."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries: when the server recorded it, and who (a person id or `system`) caused it."""

    at: datetime
    by: str
