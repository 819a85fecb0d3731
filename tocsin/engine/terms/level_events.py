"""What can happen to the level: proposed, nearly reached, decided, each with the rules as they stood."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.engine.expressions import Value
from tocsin.engine.terms.words import Event, Words


@dataclass(frozen=True, slots=True)
class RuleReading:
    """One level rule as it stood: its value, its spelling, and each value it looked at."""

    rule: str
    level: str
    value: bool | None
    text: str
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelProposed(Event):
    """
    An empty `level` (of another plan: its name alone, `other~`) withdraws the proposal. `source` is rule, fallback or adjust; `because`
    are the rules or adjustments that chose it.
    """

    level: str
    source: str
    because: tuple[str, ...]
    rules: tuple[RuleReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelNeared(Event):
    """Thresholds are nearly reached: `level` is the gravest of them, with each rule as it stood; an empty `level` says none is any more."""

    level: str
    rules: tuple[RuleReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelDecided(Event):
    """`proposed` is what the system proposed, so that a difference stays visible (CLS-15). `values` are duration facts at this decision."""

    level: str
    before: str
    proposed: str
    because: tuple[str, ...]
    reason: Words
    values: Mapping[str, Value]
    raised: int = 0
    """By how many levels it became graver; negative for milder, nothing for the first level."""
