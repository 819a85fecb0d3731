"""What readiness depends on, as the document lists it: registers of the organisation with their items and the ways to reach people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tocsin.engine.program.duties import Field
from tocsin.engine.program.rule import Rule
from tocsin.engine.times import Span

PEOPLE: Final = "people"
"""The register of who is of the organisation: its entries come from the directory."""
REMOVED: Final = "removed"
"""The field that ends an entry of a register, with the time at which it was taken out."""


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


@dataclass(frozen=True, slots=True)
class AsParty:
    """
    How an entry of a register stands among the affected parties of an incident (REG-08): of which kind, reached at which field, and by
    mark of the parties the field that says it.
    """

    kind: str = ""
    contact: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


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
    as_party: AsParty | None = None
