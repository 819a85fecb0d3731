"""What a document says of itself (KNB-01 to KNB-04, PLN-11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.engine.program.rule import Text
from tocsin.engine.times import Span


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom a document is, how prepared they are, when it is used, and what they must know and have access to."""

    roles: tuple[str, ...] = ()
    level: Text = field(default_factory=dict)
    when: Text = field(default_factory=dict)
    knowledge: Text = field(default_factory=dict)
    access: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standard:
    """The standard that a document follows: the edition it cites, and the one in force."""

    name: str
    cited: str = ""
    in_force: str = ""
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the table of changes."""

    version: str
    date: str
    author: str
    what: Text


@dataclass(frozen=True, slots=True)
class Document:
    """What a document says of itself. Dates are as it writes them; `related` has read_first, additional and processes."""

    author: str = ""
    kind: str = ""
    summary: Text = field(default_factory=dict)
    created: str = ""
    updated: str = ""
    review_every: Span | None = None
    department: str = ""
    audience: Audience = Audience()
    tags: tuple[str, ...] = ()
    standard: Standard | None = None
    elements: tuple[str, ...] = ()
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    feedback_to: str = ""
    tracker: str = ""
    retention: tuple[tuple[Text, Span], ...] = ()
    cite: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    acknowledges: tuple[str, ...] = ()
