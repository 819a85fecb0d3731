"""The Program: a compiled plan as the engine runs it. `tocsin.plan.compile` makes it; it is immutable and knows no YAML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Generic, Literal, TypeVar

from tocsin.engine.expressions import Expression, Value
from tocsin.engine.times import Span

Text = Mapping[str, str]
"""Words by locale; the plan's own language is always among them."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cases(Generic[T]):
    """A value that depends on the case the fact (or `level`, `phase`) named `by` is in; `otherwise` for cases not listed."""

    by: str
    cases: Mapping[str, T]
    otherwise: T | None = None


@dataclass(frozen=True, slots=True)
class FromFact:
    """The value of a fact, as a limit."""

    fact: str


Limit = Span | Cases[Span] | FromFact
Roles = tuple[str, ...] | Cases[tuple[str, ...]]
"""Ids of roles, groups, departments; also `system`, `everyone`, `departments`, `commander`, `next_up`, `anyone`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule of a plan carries: its id, its name for people, the places of the document it rests on, and what was assumed."""

    id: str
    title: Text
    cite: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    acknowledges: tuple[str, ...] = ()


# ------------------------------------------------------------------ values


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
    default: Value | None = None
    implied: tuple[tuple[Value, Expression], ...] = ()
    suggested: Expression | None = None
    marks: str = ""
    stated_by: tuple[str, ...] = ()
    reason_on_change: bool = False
    situation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Rule):
    """A measured series. A `count` is summed over its window, a `gauge` averaged; silent after `silent_after` sample intervals."""

    kind: Literal["count", "gauge", "computed"]
    unit: str = ""
    window: timedelta | None = None
    better: Literal["up", "down", ""] = ""
    has_baseline: bool = False
    silent_after: int = 3
    formula: Expression | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A predicate over signals alone; its edges, not its samples, enter the engine. `id` is the spelling of `test`."""

    id: str
    test: Expression
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who may waive a condition, and whose approval is needed besides. A waiver always needs a reason."""

    by: tuple[str, ...]
    approve: tuple[str, ...] = ()


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


# ------------------------------------------------------------------ who


@dataclass(frozen=True, slots=True)
class HeldBy:
    """How the directory finds the holder of a role: `kind` is person, schedule, department, role or nobody."""

    kind: Literal["person", "schedule", "department", "role", "nobody"]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Rule):
    """A seat in the incident."""

    held_by: HeldBy = HeldBy("nobody")
    deputies: tuple[str, ...] = ()
    commander: bool = False
    many: bool = False
    outside: bool = False
    appointed_by: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Rule):
    """A working group: its lead is a role, its members roles, its departments those it draws on."""

    lead: str
    members: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    under: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department(Rule):
    """A department of the organisation; its head is found in the directory."""

    aliases: tuple[str, ...] = ()


# ------------------------------------------------------------------ what follows


@dataclass(frozen=True, slots=True)
class Effect:
    """
    What a decision, an entry, a lateness or a situation causes.

    `tell alert call` address `targets`; `send draft` name a message; `open` a situation; `set` a fact (value in `to`); `mark` a moment;
    `assign` a role (`to`: roster); `propose` a decision (`to`: an option); `apply` the proposal; `file` an inbox.
    """

    kind: Literal["tell", "alert", "call", "send", "draft", "open", "set", "mark", "assign", "propose", "apply", "file"]
    targets: tuple[str, ...]
    to: str = ""
    when: Expression | None = None
    cite: tuple[str, ...] = ()


Effects = tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of a ladder: its effects `after` the due time (a fraction is of the limit), or `before` it, repeated every `again`."""

    effects: Effects
    after: Span | Fraction = Fraction(0)
    before: bool = False
    again: Span | None = None


Ladder = tuple[Rung, ...] | Cases[tuple[Rung, ...]]


@dataclass(frozen=True, slots=True)
class Door:
    """
    One way a situation opens or closes: on a moment, when an expression turns true, some time after a moment, or by a person.

    `during` limits `when` to a phase. `name` (as:) is how a person's closing is called and counted.
    """

    on: str = ""
    when: Expression | None = None
    during: str = ""
    after: Span | None = None
    of: str = ""
    unless: str = ""
    by: tuple[str, ...] = ()
    propose: bool = False
    name: str = ""
    reason: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation(Rule):
    """A stretch of time with obligations of its own."""

    opens: tuple[Door, ...]
    closes: tuple[Door, ...]
    stage: Literal["", "warning"] = ""
    then: Effects = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Rule):
    """
    A named instant. It comes `with` another, `when` an expression turns true, or some rule marks it; `recorded_by` may also do it by hand.

    `phase` is where the incident stands from then on; empty if it changes nothing.
    """

    with_: str = ""
    when: Expression | None = None
    repeats: bool = False
    recorded_by: tuple[str, ...] = ()
    phase: str = ""


# ------------------------------------------------------------------ levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Rule):
    """A response level; `Program.levels` runs from the gravest."""

    colour: str = ""
    fills: Mapping[str, str] = field(default_factory=dict)


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
class Classify:
    """How a level is proposed, and the decision that sets it."""

    decision: str
    rules: tuple[LevelRule, ...]
    fallback: Fallback | None = None
    adjust: tuple[Adjustment, ...] = ()
    shows: tuple[str, ...] = ()
    cite: tuple[str, ...] = ()


# ------------------------------------------------------------------ what is owed, decided, said, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation(Rule):
    """Something one role owes, once (`within` of an anchor), again and again (`every`, from `anchors`), or without a limit."""

    owes: str
    verb: Literal["do", "send", "decide", "record", "reach", "ensure"]
    object: str = ""
    """The message, decision, record, moment or condition; empty for `do`."""
    words: Text = field(default_factory=dict)
    within: Limit | None = None
    every: Limit | None = None
    anchors: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    fixed: bool = False
    when: Expression | None = None
    levels: tuple[str, ...] = ()
    unless: str = ""
    needs: tuple[str, ...] = ()
    checks: tuple[Text, ...] = ()
    evidence: bool = False
    met_by: Literal["done", "begun"] = "done"
    remind: Fraction | Span | None = None
    late: Ladder = ()
    stays: bool = False
    marks: tuple[str, ...] = ()
    then: Effects = ()
    optional: bool = False
    tag: str = ""
    situation: str = ""
    for_each: tuple[str, ...] = ()
    """Roles, groups or departments; one clock for each, owed by each when `owes` is `each`."""


@dataclass(frozen=True, slots=True)
class Link:
    """One signature of a chain."""

    role: str
    does: str
    within: Limit | None = None
    late: Ladder = ()
    attach: tuple[str, ...] = ()
    sends: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a decision can be decided as; `level` is set where the option is a level."""

    id: str
    title: Text
    level: str = ""
    needs_reason: bool = False
    marks: tuple[str, ...] = ()
    then: Effects = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Rule):
    """A choice that only named roles may take, perhaps through a chain, and what follows from it."""

    who: Roles
    asks: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    sets_level: bool = False
    assigns: str = ""
    reason: Literal["always", "when_differs", "never"] = "never"
    evidence: bool = False
    marks: tuple[str, ...] = ()
    then: Effects = ()
    chain: tuple[Link, ...] = ()
    not_own: bool = True
    different: int = 1
    main: str = ""
    coordinates: str = ""
    in_name_of: str = ""
    sends: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A slot of a message or a record; `from_` prefills it from facts or moments, `sets` writes it back to a fact."""

    id: str
    type: Literal["choice", "yes_no", "number", "duration", "time", "text"] = "text"
    of: tuple[str, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict)
    label: Text = field(default_factory=dict)
    from_: tuple[str, ...] = ()
    sets: str = ""
    optional: bool = False
    promises: str = ""
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Rule):
    """Words to an audience. `approvals` is a chain on exactly one text; only `publisher` (a role; empty: whoever owes it) may send."""

    audience: str
    to: Roles = ()
    channels: tuple[str, ...] = ()
    all_channels: bool = True
    together: bool = False
    every_channel_confirmed: bool = False
    fields: tuple[Field, ...] = ()
    forbids: tuple[str, ...] = ()
    approvals: tuple[Link, ...] = ()
    publisher: str = ""
    author: str = ""
    urgent: bool = False
    text: Text = field(default_factory=dict)
    supplements: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Rule):
    """A form filled during the incident; an entry is open until the field `open_until` is filled."""

    fields: tuple[Field, ...] = ()
    open_until: str = ""
    then: Effects = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Rule):
    """How long it took from one moment to another, against a target: green or red, never breached (CLK-11)."""

    begins: str
    ends: str
    target: Span


# ------------------------------------------------------------------ the whole


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every rule that says nothing else."""

    remind: Fraction | Span = Fraction(2, 3)
    late: Ladder = ()
    silent_after: int = 3
    accept_within: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A plan version, compiled. `hash` is SHA-256 over its canonical form and names it; every mapping keeps the order of the plan."""

    id: str
    version: str
    hash: str
    language: str
    timezone: str
    title: Text
    owner: str = ""
    status: str = "in_force"
    defaults: Defaults = Defaults()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    signals: Mapping[str, Signal] = field(default_factory=dict)
    watches: Mapping[str, Watch] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    moments: Mapping[str, Moment] = field(default_factory=dict)
    """The built-in ones too, as this plan redefines them, and the derived ones that some rule refers to (`first_meeting.done`)."""
    departments: Mapping[str, Department] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)
    classify: Classify | None = None
    situations: Mapping[str, Situation] = field(default_factory=dict)
    obligations: Mapping[str, Obligation] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    messages: Mapping[str, Message] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def commander(self) -> str:
        """Return the role that holds whatever nobody holds (ROL-10)."""
        return next((role.id for role in self.roles.values() if role.commander), "")
