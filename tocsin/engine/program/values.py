"""What is known and measured: facts, signals, watches, conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from tocsin.engine.expressions import Expression, Value
from tocsin.engine.program.rule import Cases, Rule, Text
from tocsin.engine.spelling import spell
from tocsin.engine.times import Span


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What a template says of a fact."""

    fact: str
    value: Value


@dataclass(frozen=True, slots=True)
class Template:
    """How an incident of one kind, a `value` of a fact, is registered: what the form is filled with, and what it asks first (REG-19)."""

    value: str
    says: tuple[Prefilled, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Rule):
    """A typed value known about the incident. `of` runs from mild to grave; `names` are what people call its values, where the plan says."""

    type: Literal["choice", "yes_no", "number", "duration", "time", "text"]
    of: tuple[str, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict)
    many: bool = False
    unit: str = ""
    classes: tuple[timedelta, ...] = ()
    ask: Text = field(default_factory=dict)
    when: Expression | None = None
    """Asked only while this is true."""
    default: Value | Cases[Value] | None = None
    at_most: timedelta | None = None
    implied: tuple[tuple[Value, Expression], ...] = ()
    suggested: Expression | None = None
    marks: str = ""
    marks_change: str = ""
    stated_by: tuple[str, ...] = ()
    reason_on_change: bool = False
    situation: str = ""
    templates: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """
    How the mean of a signal is computed: over so many `days` before, of the same hour of the day or of whole days.

    With `same_scope` the part of each label value is held against the mean of that part, else against the mean of the whole.
    """

    days: int
    same_hour: bool = False
    same_scope: bool = False
    without_incidents: bool = False


FEED = "feed"
"""What a signal comes from that is measured outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Rule):
    """A measured series. A `count` is summed over its window, a `gauge` averaged; silent after `silent_after` sample intervals."""

    kind: Literal["count", "gauge", "computed"]
    unit: str = ""
    window: timedelta | None = None
    better: Literal["up", "down", ""] = ""
    has_baseline: bool = False
    baseline: Baseline | None = None
    silent_after: int = 3
    labels: tuple[str, ...] = ()
    formula: Expression | None = None
    logs: tuple[str, ...] = ()
    """The records of which each entry is counted (REG-13)."""
    fed: bool = True
    """Whether it is measured outside as well, and handed in."""


@dataclass(frozen=True, slots=True)
class Watch:
    """
    A predicate over signals alone; its edges, not its samples, enter the engine. `id` is the spelling of `test`.

    With `each` it looks at every value of that label by itself: edges are then named `id[value]`. Without `signals` nothing that is
    sampled answers it, and it is unknown until somebody else says (a roster).
    """

    id: str
    test: Expression
    signals: tuple[str, ...]
    each: str = ""


def watch_name(test: Expression, each: str = "") -> str:
    """Return the id of the watch of `test`, over each value of a label if one is given."""
    return f"{spell(test)} each {each}" if each else spell(test)


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who may waive a condition, and whose approval is needed besides. A waiver always needs a reason."""

    by: tuple[str, ...]
    approve: tuple[str, ...] = ()
    needs: Expression | None = None
    after: Span | None = None
    of: str = ""
    """Open only once `needs` is true and `after` has passed since the moment `of`."""
    into: str = ""
    """The inbox that every waiver enters."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Another reading of the same sentence: evaluated and shown, never deciding."""

    when: Expression
    cite: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Rule):
    """Something that holds or does not: measured (for `hold` without interruption), attested by a role, or both."""

    measure: Expression | None = None
    hold: timedelta | None = None
    since: str = ""
    """The moment before which the hold never begins."""
    attest: str = ""
    denied_by: Expression | None = None
    evidence: bool = False
    when: Expression | None = None
    waive: Waiver | None = None
    readings: tuple[Reading, ...] = ()
    each: str = ""
    """The collection of whose entries each must be attested."""
    marks: tuple[str, ...] = ()
