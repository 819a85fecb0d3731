"""What readiness depends on: registers of the organisation, and the duties that keep them fresh. Data: nothing here runs an incident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tocsin.engine.program.duties import Field
from tocsin.engine.program.rule import Rule, Text
from tocsin.engine.times import Span


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a register as the document lists it."""

    id: str
    values: Mapping[str, str]
    cite: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Rule):
    """One way to reach people, in the order in which they are tried."""

    owner: str = ""
    place: str = ""
    channel: str = ""
    staffed: bool = False
    confidential: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Rule):
    """A register that readiness depends on. `confidential` says who sees a field; `fallback` which tier follows when another fails."""

    fields: tuple[Field, ...] = ()
    owner: str = ""
    items: tuple[Item, ...] = ()
    kinds: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = ()
    fallback: tuple[tuple[str, str], ...] = ()
    visible_to: tuple[str, ...] = ()
    confidential: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    log_views: bool = False
    never_in: tuple[str, ...] = ()
    alert_before: Span | None = None
    retained: Span | None = None


@dataclass(frozen=True, slots=True)
class Lateness:
    """What follows when a standing duty is late: these are told, the item (or the whole register) is marked with a word."""

    tell: tuple[str, ...] = ()
    urgent: bool = False
    item: str = ""
    register: str = ""
    after: Span | Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Rule):
    """An obligation of the organisation, anchored to an item of a register, to the calendar, or to the last time it was done."""

    owes: str
    verb: str
    object: str = ""
    words: Text = field(default_factory=dict)
    for_each: tuple[str, ...] = ()
    where: str = ""
    every: Span | None = None
    within: Span | None = None
    anchor: str = ""
    fixed: bool = False
    evidence: bool = False
    remind: Fraction | Span | None = None
    late: tuple[Lateness, ...] = ()
    drill: bool = False
