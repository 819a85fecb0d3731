"""Levels: the rules that propose one, the fallback, adjustments."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.engine.expressions import Expression
from tocsin.engine.program.effects import Effects
from tocsin.engine.program.rule import Rule, Text
from tocsin.engine.program.values import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Rule):
    """A response level; `Program.levels` runs from the gravest."""

    colour: str = ""
    leaves_plan: bool = False
    """At this level the incident is none of this plan any more: deciding it marks `cancelled` in place of what the decision marks."""
    out_of_turn: bool = False
    """At this level the incident is worked before all others: in every queue and list it stands first."""
    fills: tuple[str, ...] = ()
    """Roles that the roster fills once this level is in force."""


@dataclass(frozen=True, slots=True)
class LevelRule:
    """One rule of the classification."""

    id: str
    level: str
    when: Expression
    cite: tuple[str, ...]
    readings: tuple[Reading, ...] = ()
    confirm: tuple[Expression, Text] | None = None
    subsumed_by: str = ""
    acknowledges: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FallbackStep:
    """After the table: raise the level by `raises`, or to `at_least`, when the expression is true."""

    when: Expression
    raises: int = 0
    at_least: str = ""


@dataclass(frozen=True, slots=True)
class Fallback:
    """The table read from the top where no rule speaks, then the steps in order."""

    table: tuple[tuple[Expression, str], ...]
    then: tuple[FallbackStep, ...] = ()
    confirm: bool = True
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A proposal while a response runs: relative to the level in force (`lower`, `raises`) or `to` a level; `when` true or `on` a moment."""

    id: str
    cite: tuple[str, ...]
    when: Expression | None = None
    on: str = ""
    lower: int = 0
    raises: int = 0
    to: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """What comes near a level without reaching it: by rule, its test with every threshold relaxed; `then` once one is near and none is met."""

    rules: Mapping[str, Expression]
    then: Effects = ()


@dataclass(frozen=True, slots=True)
class Classify:
    """How a level is proposed, and the decision that sets it."""

    decision: str
    rules: tuple[LevelRule, ...]
    at_once: bool = False
    """A proposal that is graver than what is in force decides by itself, in the act that gave rise to it (CLS-04)."""
    fallback: Fallback | None = None
    adjust: tuple[Adjustment, ...] = ()
    near: Near | None = None
    shows: tuple[Expression, ...] = ()
    """What lies before whoever decides on the level: facts, and readings that may be put forward as evidence (DET-12)."""
    cite: tuple[str, ...] = ()
