"""The engine's words: who acts, what may be commanded, what can have happened, what is refused, and the state that results."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal

from tocsin.engine.expressions import Value

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
class Refused:
    """A command that the plan or the state does not allow: a value, never an exception. `code` is stable (language reference, section 15)."""

    code: str
    message: str
    hint: str = ""
    details: tuple[str, ...] = ()


# ------------------------------------------------------------------ commands: imperatives

NOBODY = Actor("")
UNSTAMPED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What every command carries: who, and the server time that the desk stamps under the lock. Unstamped commands are refused."""

    by: Actor = NOBODY
    at: datetime = UNSTAMPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Declare(Act):
    """
    Begin an incident or a warning (REG-01, REG-04): one line of `words` is enough, nothing may block it.

    `seats` says whom the directory finds for each role now; `happened_at` is when it was reported, if earlier than `at`.
    `reported` is false for an incident that begins with a decision (a warning).
    """

    incident: str
    number: str
    plan: str
    plan_hash: str
    means: str
    words: str
    seats: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Value] = field(default_factory=dict)
    happened_at: datetime | None = None
    reported: bool = True
    drill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport(Act):
    """Attach one more report, ticket or alert to the incident (REG-10). `key` makes a repeat harmless."""

    key: str
    means: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFacts(Act):
    """Say what is known. Facts of type text take a str, numbers a Decimal."""

    facts: Mapping[str, Value]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A watch turned: `value` is true, false or (None) unknown `since` that sample time; `seen` are the readings behind it, as text."""

    watch: str
    value: bool | None
    since: datetime
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe(Act):
    """Hand in the edges of watches and the latest readings. Only the system does."""

    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Act):
    """Take a decision, or apply for one that needs a chain. `facts` answers what it asks; `attach` maps a record or message to its fields."""

    decision: str
    option: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""
    evidence: tuple[str, ...] = ()
    attach: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()
    assignee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Act):
    """Sign one link of a running chain. `content_hash` is what the signer saw (E304 if it changed); empty trusts the present content."""

    chain: str
    link: str
    content_hash: str = ""
    attach: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack(Act):
    """Refuse to sign: the application or draft goes back with a reason."""

    chain: str
    link: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfil(Act):
    """Fulfil a `do` obligation. `happened_at` is for an early act entered late; `checks` are the indexes ticked."""

    obligation: str
    entry: str = ""
    words: str = ""
    evidence: tuple[str, ...] = ()
    checks: tuple[int, ...] = ()
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveClock(Act):
    """Waive what is owed, with a reason. Waived is not met."""

    obligation: str
    reason: str
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveCondition(Act):
    """Waive a condition under its own terms (TRM-04); the second person named by the plan approves with the same command."""

    condition: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attest(Act):
    """Say, as a holder of the role, that a condition holds."""

    condition: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Act):
    """Withdraw an attestation."""

    condition: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Act):
    """Record a moment by hand, or correct its time; `happened_at` defaults to `at`."""

    moment: str
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Act):
    """Open a situation by hand."""

    situation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Act):
    """Close a situation by hand."""

    situation: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Act):
    """Give a role to a person (or `person=""`: take it back, so that it falls to the commander). The person is asked to accept."""

    role: str
    person: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Act):
    """Accept a role that one was assigned."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Act):
    """Hand a role that one holds to another person, accepted at once, with the open clocks listed (ROL-19)."""

    role: str
    to: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRole(Act):
    """Make a role that the plan does not have, with a duty and a holder (ROL-11). Only the commander may."""

    role: str
    name: str
    duty: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter(Act):
    """Enter a record. An empty `entry` makes a new one; otherwise fields of that entry are added."""

    record: str
    fields: Mapping[str, str]
    entry: str = ""
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Act):
    """Write into the timeline."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Act):
    """Draft a message: it is rendered in every locale of its template. A non-empty `message` revises that draft and voids its signatures."""

    template: str
    fields: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Wordings edited by hand, by locale; where given they replace the rendered text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish(Act):
    """Send a drafted message: exactly the text with `text_hash`, which must carry its complete chain."""

    message: str
    text_hash: str
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Act):
    """Draft and publish in one act, where the message needs no approval."""

    template: str
    fields: Mapping[str, str] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDelivery(Act):
    """Hand in the terminal outcome of one message on one channel. Only the system does."""

    message: str
    channel: str
    outcome: Literal["delivered", "partly", "failed", "cancelled"]
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePlan(Act):
    """Move the incident to another version of its plan (PLN-05). `decide` is handed the new program; only the commander may."""

    plan_hash: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick(Act):
    """Let time pass. `down_since`: the server was down from then until `at` (CLK-07)."""

    down_since: datetime | None = None


Command = (
    Declare
    | AddReport
    | StateFacts
    | Observe
    | Decide
    | Sign
    | SendBack
    | Fulfil
    | WaiveClock
    | WaiveCondition
    | Attest
    | TakeBack
    | Mark
    | Open
    | Close
    | Assign
    | Accept
    | HandOver
    | CreateRole
    | Enter
    | Note
    | Draft
    | Publish
    | Send
    | ReportDelivery
    | MovePlan
    | Tick
)


# ------------------------------------------------------------------ events: past tense; everything resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries: when the server recorded it, and who (a person id or `system`) caused it."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Event):
    incident: str
    number: str
    plan: str
    plan_hash: str
    means: str
    words: Words
    seats: Mapping[str, str]
    drill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAdded(Event):
    key: str
    means: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class FactStated(Event):
    """`source` is person, default, implied, message or estimate. A text fact has its text in `words` and no `value`."""

    fact: str
    value: Value | None
    words: Words
    source: str
    reason: Words
    grave: bool
    """The value is graver than the one before (`fact.rose`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed(Event):
    edge: Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentRecorded(Event):
    """`happened_at` is the instant itself. A `correction` replaces the time of the same generation, the old one stays in the journal."""

    moment: str
    happened_at: datetime
    generation: int
    correction: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionTurned(Event):
    """A moment's or situation's `when` turned; kept so that only the turn from not true to true counts. `subject` names it."""

    subject: str
    value: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTurned(Event):
    """A measured condition turned; `since` is when its present truth began, by sample time."""

    condition: str
    value: bool | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested(Event):
    condition: str
    evidence: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationLapsed(Event):
    condition: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionWaived(Event):
    """`complete` once everybody has spoken whose word the waiver needs."""

    condition: str
    reason: Words
    complete: bool


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
    """An empty `level` withdraws the proposal. `source` is rule, fallback or adjust; `because` are the rules or adjustments that chose it."""

    level: str
    source: str
    because: tuple[str, ...]
    rules: tuple[RuleReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionApplied(Event):
    """An application for a decision that needs a chain. `chain` is its id, `content_hash` what is signed."""

    decision: str
    chain: str
    option: str
    reason: Words
    evidence: tuple[Words, ...]
    content_hash: str
    main: str
    coordinates: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSigned(Event):
    """`role` is what the signer held then; `complete` with the last link."""

    chain: str
    link: str
    role: str
    content_hash: str
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSentBack(Event):
    chain: str
    link: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade(Event):
    """The decision took effect (AUD-01): by whom in which role, why, and the data then seen."""

    decision: str
    option: str
    role: str
    reason: Words
    evidence: tuple[Words, ...]
    seen: Mapping[str, str]
    assignee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelDecided(Event):
    """`proposed` is what the system proposed, so that a difference stays visible (CLS-15). `values` are duration facts at this decision."""

    level: str
    before: str
    proposed: str
    because: tuple[str, ...]
    reason: Words
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionProposed(Event):
    """The system puts a decision before those who may take it."""

    decision: str
    option: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationOpened(Event):
    situation: str
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationClosed(Event):
    situation: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEntered(Event):
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOpened(Event):
    """
    A clock is a recorded fact: everything resolved, nothing looked up again.

    `due_at` is None for what is owed without a limit. `anchor` is the moment, `anchored_at` its instant, `began_at` the later of it and
    the instant from which the obligation applied. `interval_s` is set for recurring ones. `zone` and `tz` say by which calendar.
    """

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
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMoved(Event):
    """The due time was computed anew. `reason` is level_changed, fact_changed, corrected, promised or plan_changed."""

    clock: str
    occurrence: int
    """One more where a breach was already recorded for the old due time, so that the new one can be breached in its turn."""
    anchor: str
    anchored_at: datetime
    limit: str
    due_at: datetime | None
    remind_at: datetime | None
    status: Literal["open", "breached", "met", "late"]
    """After the move: a correction can make a met clock late, or a breached one open again; the breach itself stays recorded."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReminded(Event):
    clock: str
    occurrence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBreached(Event):
    """
    The due instant passed unmet: once per (clock, generation, occurrence). `at` is when the server saw it, `due_at` when it was due.

    `late_s` is how late the server itself was; `after_downtime` that it had been down when the clock fell due.
    """

    clock: str
    obligation: str
    owes: str
    generation: int
    occurrence: int
    due_at: datetime
    after_downtime: bool
    late_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceMissed(Event):
    """
    A recurring clock's occurrence passed unmet and the next one opened: one open occurrence at any time.

    `missed` is how many this event says were missed (more than one after a downtime); `due_at` is the first of them.
    """

    clock: str
    obligation: str
    owes: str
    generation: int
    occurrence: int
    missed: int
    due_at: datetime
    last_due_at: datetime
    next_occurrence: int
    next_due_at: datetime
    next_remind_at: datetime | None
    after_downtime: bool
    late_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RungReached(Event):
    """A rung of a ladder was carried out; `repeat` counts an `again`."""

    clock: str
    occurrence: int
    rung: int
    repeat: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMet(Event):
    """
    Fulfilled. `margin_s` is positive when early and negative when late; `happened_at` is when the act was done.

    `settled`: a breach was recorded, but the act had been in time and was entered late. For a recurring clock the next occurrence follows.
    """

    clock: str
    obligation: str
    occurrence: int
    happened_at: datetime
    margin_s: int | None
    late: bool
    settled: bool
    next_occurrence: int | None = None
    next_due_at: datetime | None = None
    next_remind_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWaived(Event):
    clock: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEnded(Event):
    """`reason` is until, unless, no_longer, level_changed, closed, cancelled or plan_changed."""

    clock: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilled(Event):
    obligation: str
    entry: str
    words: Words
    evidence: tuple[Words, ...]
    checks: tuple[int, ...]
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssigned(Event):
    """An empty `person` takes the role back. `passes` lists the open clocks that go along; `expires_at` ends the wait for acceptance."""

    role: str
    person: str
    before: str
    reason: Words
    passes: tuple[str, ...]
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAccepted(Event):
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCreated(Event):
    role: str
    name: Words
    duty: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntered(Event):
    """`open` says whether the entry is still open after this; `amends` that the entry was there before."""

    record: str
    entry: str
    fields: Mapping[str, Words]
    open: bool
    amends: bool
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDrafted(Event):
    """Rendered in every locale; these bytes are what is approved and sent. Drafting again under the same id voids all signatures."""

    message: str
    template: str
    fields: Mapping[str, Words]
    texts: Mapping[str, Words]
    text_hash: str
    ready: bool
    """No field is missing."""
    chain: str
    """The id of its approval chain; empty if it needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePublished(Event):
    """`to` are the audience's roles as written, `persons` those they resolve to now, `channels` how."""

    message: str
    template: str
    text_hash: str
    to: tuple[str, ...]
    persons: tuple[str, ...]
    channels: tuple[str, ...]
    all_channels: bool
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReported(Event):
    message: str
    channel: str
    outcome: str
    detail: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Event):
    """Persons are told, urgently or not, and perhaps asked to accept. `cause` names what about: `breached:summary`, `level:l1` …"""

    targets: tuple[str, ...]
    persons: tuple[str, ...]
    cause: str
    urgent: bool
    accept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed(Event):
    """Something entered an inbox, such as `plan_revision`."""

    inbox: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMoved(Event):
    plan_hash: str
    version: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DowntimeNoted(Event):
    """The server was down from `since` to `at` (I12)."""

    since: datetime


# ------------------------------------------------------------------ state: only what decisions need


@dataclass(frozen=True, slots=True)
class FactState:
    value: Value
    by: str
    at: datetime
    source: str
    rose: bool = False


@dataclass(frozen=True, slots=True)
class MomentState:
    at: datetime
    generation: int


@dataclass(frozen=True, slots=True)
class Holding:
    """Truth of a measured condition, its attestation and its waiver."""

    value: bool | None = None
    since: datetime | None = None
    attested_by: str = ""
    attested_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    waived_by: tuple[str, ...] = ()
    waived: bool = False


@dataclass(frozen=True, slots=True)
class SituationState:
    open: bool
    generation: int
    at: datetime


ClockStatus = Literal["open", "breached", "met", "late", "waived", "ended"]


@dataclass(frozen=True, slots=True)
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
    met_at: datetime | None = None
    margin_s: int | None = None
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who holds a role in this incident. Before acceptance the duties stay with `assigned_by`."""

    person: str
    assigned_by: str
    at: datetime
    accepted: bool


@dataclass(frozen=True, slots=True)
class Signature:
    link: str
    person: str
    role: str
    at: datetime
    content_hash: str


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class MessageState:
    message: str
    template: str
    text_hash: str
    ready: bool
    author: str
    chain: str
    status: Literal["draft", "published"] = "draft"
    outcomes: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProposalState:
    level: str
    source: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
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
    phase: str = ""
    level: str = ""
    level_at: datetime | None = None
    level_values: Mapping[str, Value] = field(default_factory=dict)
    proposal: ProposalState | None = None
    proposed_decisions: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, FactState] = field(default_factory=dict)
    moments: Mapping[str, MomentState] = field(default_factory=dict)
    turned: Mapping[str, bool | None] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    conditions: Mapping[str, Holding] = field(default_factory=dict)
    situations: Mapping[str, SituationState] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    seats: Mapping[str, str] = field(default_factory=dict)
    """Whom the directory found for each role at the declaration."""
    roles: Mapping[str, Seat] = field(default_factory=dict)
    made_roles: Mapping[str, str] = field(default_factory=dict)
    """Roles created in this incident, with their names."""
    chains: Mapping[str, ChainState] = field(default_factory=dict)
    messages: Mapping[str, MessageState] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    open_entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    filed: Mapping[str, int] = field(default_factory=dict)


AnyEvent = (
    Declared
    | ReportAdded
    | FactStated
    | Observed
    | MomentRecorded
    | ExpressionTurned
    | ConditionTurned
    | Attested
    | AttestationLapsed
    | ConditionWaived
    | LevelProposed
    | DecisionApplied
    | LinkSigned
    | ChainSentBack
    | DecisionMade
    | LevelDecided
    | DecisionProposed
    | SituationOpened
    | SituationClosed
    | PhaseEntered
    | ClockOpened
    | ClockMoved
    | ClockReminded
    | ClockBreached
    | OccurrenceMissed
    | RungReached
    | ClockMet
    | ClockWaived
    | ClockEnded
    | Fulfilled
    | RoleAssigned
    | RoleAccepted
    | RoleCreated
    | RecordEntered
    | Noted
    | MessageDrafted
    | MessagePublished
    | DeliveryReported
    | Told
    | Filed
    | PlanMoved
    | DowntimeNoted
)


# ------------------------------------------------------------------ wishes: infinitives; what the world is asked to do


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell these persons about `cause`; `urgent` may wake them, `accept` asks for an answer."""

    persons: tuple[str, ...]
    cause: str
    urgent: bool
    accept: bool


@dataclass(frozen=True, slots=True)
class Deliver:
    """Deliver a published message over these channels to these persons and roles, in each one's locale."""

    message: str
    template: str
    texts: Mapping[str, str]
    to: tuple[str, ...]
    persons: tuple[str, ...]
    channels: tuple[str, ...]
    all_channels: bool
    urgent: bool


Wish = Tell | Deliver
