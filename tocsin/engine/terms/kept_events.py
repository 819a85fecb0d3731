"""What is kept: entries of records, notes, what was filed, figures read for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from tocsin.engine.expressions import Value
from tocsin.engine.terms.words import Event, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntered(Event):
    """
    `open` says whether the entry is still open after this; `amends` that the entry was there before. `sums` is by how much each field that
    is a number grew; `reason` why the entry began out of order.
    """

    record: str
    entry: str
    fields: Mapping[str, Words]
    open: bool
    amends: bool
    happened_at: datetime
    reason: Words = ""
    evidence: tuple[Words, ...] = ()
    sums: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMarked(Event):
    """
    An entry of a register, or the whole register where `entry` is empty, bears a word such as `unverified` because `clock` is late; or, with
    `cleared`, no longer because of that clock.
    """

    record: str
    entry: str
    mark: str
    clock: str
    cleared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed(Event):
    """Something entered an inbox."""

    inbox: str
    cause: str


@dataclass(frozen=True, slots=True)
class FigureReading:
    """A figure as it stood when it was read. `standing` is green, red, or shown where there is no target."""

    figure: str
    standing: Literal["green", "red", "shown"]
    value: Value | None
    target: Value | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresKept(Event):
    """Figures were read for good: at the instant that the plan names, or when the incident was closed (STP-13)."""

    readings: tuple[FigureReading, ...]
