"""
What decisions need and no more: bounded by the plan, not by history.

These have no slots: `evolve` copies a term by copying its dictionary, which is several times as quick as calling its constructor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from tocsin.engine.expressions import Value
from tocsin.engine.namespaces import part_of
from tocsin.engine.terms.kept_events import FigureReading
from tocsin.engine.terms.parties import PartyState
from tocsin.engine.terms.streams import StreamState
from tocsin.engine.terms.words import Edge, PlanRef


@dataclass(frozen=True)
class FactState:
    value: Value
    by: str
    at: datetime
    source: str
    rose: bool = False


@dataclass(frozen=True)
class MomentState:
    at: datetime
    generation: int
    by: str = ""
    """Who caused it."""


@dataclass(frozen=True)
class Holding:
    """Truth of a measured condition, its attestation and its waiver."""

    value: bool | None = None
    since: datetime | None = None
    attested_by: str = ""
    attested_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    attested_each: Mapping[str, str] = field(default_factory=dict)
    """By entry: who attested it."""
    waived_by: tuple[str, ...] = ()
    waived: bool = False


@dataclass(frozen=True)
class SituationState:
    open: bool
    generation: int
    since: datetime
    """From when it counts as open or closed: the moment that opened it, or when that was recorded."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A trigger as it last fired."""

    trigger: str
    entry: str
    since: datetime
    at: datetime
    seen: Mapping[str, str]
    watch: str = ""


OVER: Final = ("closed", "cancelled")
"""The phases in which nothing goes on any more."""

ClockStatus = Literal["open", "breached", "met", "late", "waived", "ended"]


@dataclass(frozen=True)
class Clock:
    """One obligation in time; the latest generation. Recurring ones have their open occurrence here. `missed` counts over the generation."""

    clock: str
    obligation: str
    entry: str
    generation: int
    occurrence: int
    owes: str
    anchor: str
    anchor_generation: int
    anchored_at: datetime
    began_at: datetime
    limit: str
    due_at: datetime | None
    remind_at: datetime | None
    recurring: bool
    fixed: bool
    status: ClockStatus = "open"
    missed: int = 0
    behind: int = 0
    """Missed occurrences not yet made good."""
    reminded: bool = False
    rungs: Mapping[int, datetime | None] = field(default_factory=dict)
    """Per rung carried out for this occurrence: when it comes again, if it does."""
    last_due_at: datetime | None = None
    """For a fixed grid: the due time last passed; rungs of a missed occurrence count from it."""
    brought_to: datetime | None = None
    """To when somebody brought this occurrence forward: no change of its limit puts it back."""
    met_at: datetime | None = None
    margin_s: int | None = None
    ended: str = ""


@dataclass(frozen=True)
class Seat:
    """Who holds a role in this incident. Before acceptance the duties stay with `assigned_by`."""

    person: str
    assigned_by: str
    at: datetime
    accepted: bool
    called: int = 0
    """How many deputies were called since, because nobody accepted."""
    source: str = ""
    """The list called in from, if any."""


@dataclass(frozen=True)
class Passed:
    """What `source` owed or decided and `target` does since a hand-over."""

    source: str
    target: str


@dataclass(frozen=True)
class Signature:
    link: str
    person: str
    role: str
    at: datetime
    content_hash: str
    instead_of: str = ""


@dataclass(frozen=True)
class ChainState:
    """A running or finished chain. `subject` is a decision or a message id."""

    chain: str
    subject: str
    kind: Literal["decision", "message"]
    content_hash: str
    option: str = ""
    applicant: str = ""
    signatures: tuple[Signature, ...] = ()
    status: Literal["running", "complete", "sent_back"] = "running"
    reason: str = ""
    evidence: tuple[str, ...] = ()
    entry: str = ""
    cited: Mapping[str, str] = field(default_factory=dict)
    assignee: str = ""


@dataclass(frozen=True)
class MessageState:
    message: str
    template: str
    text_hash: str
    ready: bool
    author: str
    chain: str
    status: Literal["draft", "published"] = "draft"
    outcomes: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    read_at: Mapping[str, datetime] = field(default_factory=dict)
    """By addressee who had to say so: when it was read."""
    parties: tuple[str, ...] = ()
    by: str = ""
    """Who published it, whichever channel it goes over afterwards."""
    published_at: datetime | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    promised: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class WaitingDecision:
    """A decision that takes effect once its message counts as sent."""

    message: str
    by: str
    option: str
    role: str
    reason: str
    evidence: tuple[str, ...]
    assignee: str
    entry: str
    attendance: Mapping[str, str]
    cited: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ProposalState:
    level: str
    source: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class LevelState:
    """The level that one plan has in force and the one it proposes, as the flat fields of the state are for the first plan."""

    level: str = ""
    level_at: datetime | None = None
    level_values: Mapping[str, Value] = field(default_factory=dict)
    proposal: ProposalState | None = None
    near: tuple[str, ...] = ()
    nearest: str = ""


@dataclass(frozen=True)
class State:
    """What decisions need and no more; bounded by the plan, not by history. Rebuilt by folding `evolve` over the journal."""

    incident: str = ""
    number: str = ""
    plan: str = ""
    plan_hash: str = ""
    words: str = ""
    drill: bool = False
    declared_by: str = ""
    at: datetime | None = None
    """The time of the last event; the desk never stamps an earlier one."""
    beside: tuple[PlanRef, ...] = ()
    """The other plans that the incident runs by, in order, and the role sets laid over them."""
    phase: str = ""
    """The gravest of the plans' phases: the incident is over when all of them say so (TRM-13)."""
    phases: Mapping[str, str] = field(default_factory=dict)
    """By plan, the first under the empty name."""
    level: str = ""
    level_at: datetime | None = None
    level_values: Mapping[str, Value] = field(default_factory=dict)
    proposal: ProposalState | None = None
    near: tuple[str, ...] = ()
    """Level rules whose thresholds are nearly reached."""
    nearest: str = ""
    """The gravest level of them."""
    levels: Mapping[str, LevelState] = field(default_factory=dict)
    """Of the plans beside the first; levels of different plans stay apart (X-56)."""
    proposed_decisions: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, FactState] = field(default_factory=dict)
    moments: Mapping[str, MomentState] = field(default_factory=dict)
    withdrawn: Mapping[str, int] = field(default_factory=dict)
    """By moment that was withdrawn: its last generation."""
    turned: Mapping[str, bool | None] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    firings: Mapping[str, Firing] = field(default_factory=dict)
    """By trigger, or `trigger[value]`: how it fired last, the latest last."""
    firing_turned: datetime | None = None
    """When a trigger last began or ceased to fire; None as long as none has fired."""
    conditions: Mapping[str, Holding] = field(default_factory=dict)
    situations: Mapping[str, SituationState] = field(default_factory=dict)
    restricted: tuple[str, ...] = ()
    """The roles and groups that alone see the incident; nothing while everybody of the organisation does."""
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    clocks_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the clocks of each obligation or link, in order."""
    seats: Mapping[str, str] = field(default_factory=dict)
    """Whom the directory found for each role at the declaration."""
    roles: Mapping[str, Seat] = field(default_factory=dict)
    passed: Mapping[str, Passed] = field(default_factory=dict)
    """By obligation or decision: who answers for it since a hand-over."""
    streams: Mapping[str, StreamState] = field(default_factory=dict)
    working: Mapping[str, str] = field(default_factory=dict)
    """By clock: who works on it now."""
    promoted: tuple[str, ...] = ()
    """What of the stream belongs to the timeline."""
    made_roles: Mapping[str, str] = field(default_factory=dict)
    declined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By role: who was asked to take it, or a part of it, and would not."""
    """Roles created in this incident, with their names."""
    chains: Mapping[str, ChainState] = field(default_factory=dict)
    messages: Mapping[str, MessageState] = field(default_factory=dict)
    waiting: Mapping[str, WaitingDecision] = field(default_factory=dict)
    """By decision: what takes effect once its message counts as sent; a later taking stands in for an earlier one."""
    counters: Mapping[str, int] = field(default_factory=dict)
    open_entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    parties: Mapping[str, PartyState] = field(default_factory=dict)
    """Whom the incident touches outside, by key, in the order in which they were added."""
    filed: Mapping[str, int] = field(default_factory=dict)
    open_fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By open entry of a record: what its fields hold."""
    open_since: Mapping[str, datetime] = field(default_factory=dict)
    """By open entry of a record: when it was made."""
    stocked: tuple[str, ...] = ()
    """Entries that the server made and no person: what was taken out again is not made once more."""
    marks: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """By entry of a register, or by register: the words that it bears, each with the clocks that are late because of it."""
    totals: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    """By record: the sum of each field that is a number."""
    figures: Mapping[str, FigureReading] = field(default_factory=dict)
    """Figures read for good."""

    def phase_of(self, name: str) -> str:
        """Return the phase of the plan to which a rule belongs; what has no course of its own (a role set) goes by the whole."""
        own = self.phases.get(part_of(name)) if self.phases else None
        return self.phase if own is None else own

    def standing(self, part: str) -> "State | LevelState":
        """Return where the plan called `part` stands with its levels; the state itself says it of the first plan."""
        if not part:
            return self
        return self.levels.get(part, LevelState())
