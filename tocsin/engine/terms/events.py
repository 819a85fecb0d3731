"""What can have happened: past tense, everything resolved, so that nothing is ever looked up again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.engine.expressions import Value
from tocsin.engine.terms.clock_events import (
    ClockBreached,
    ClockEnded,
    ClockMet,
    ClockMoved,
    ClockOpened,
    ClockReminded,
    ClockWaived,
    OccurrenceMissed,
    RungReached,
)
from tocsin.engine.terms.kept_events import EntryMarked, FiguresKept, Filed, Noted, RecordEntered
from tocsin.engine.terms.level_events import LevelDecided, LevelNeared, LevelProposed
from tocsin.engine.terms.message_events import (
    ChannelConfirmed,
    DeliveryReported,
    MessageDrafted,
    MessageMovedOn,
    MessagePublished,
    MessageRead,
)
from tocsin.engine.terms.parties import PartiesTold, PartyAdded, PartyRemoved
from tocsin.engine.terms.replies import ReplyAdded
from tocsin.engine.terms.role_events import OfRoles
from tocsin.engine.terms.streams import StreamClosed, StreamOpened
from tocsin.engine.terms.team import Promoted, Said, WorkPutDown, WorkTakenUp
from tocsin.engine.terms.words import Edge, Event, PlanRef, Words


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
    beside: tuple[PlanRef, ...] = ()
    proposed: str = ""
    """The plan that was proposed by its scope, where whoever declared took another; `reason` says why."""
    reason: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAdded(Event):
    key: str
    means: str
    words: Words
    number: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactStated(Event):
    """`source` is person, implied, message or record. A text fact has its text in `words` and no `value`."""

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
class TriggerFired(Event):
    """
    Measured since `since` without interruption: `test` is what was tested (threshold and window in it), `seen` the readings behind it.

    `entry` is the value of the label it was watched for; `opened` says whether it opened its situation, or is evidence to one that runs.
    """

    trigger: str
    entry: str
    watch: str
    since: datetime
    hold_s: int
    test: str
    seen: Mapping[str, str]
    opened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentRecorded(Event):
    """`happened_at` is the instant itself. A `correction` replaces the time of the same generation, the old one stays in the journal."""

    moment: str
    happened_at: datetime
    generation: int
    correction: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentWithdrawn(Event):
    """The moment did not last: what it had ended runs again. Its time stays in the journal, and when it comes anew that is the next generation."""

    moment: str
    reason: Words


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
    """`entry` is the one of the collection that this is for, where each entry has to be attested."""

    condition: str
    entry: str
    evidence: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationLapsed(Event):
    """An empty `entry` lets every attestation lapse."""

    condition: str
    entry: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionWaived(Event):
    """`complete` once everybody has spoken whose word the waiver needs."""

    condition: str
    reason: Words
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionApplied(Event):
    """
    An application for a decision that needs a chain. `chain` is its id, `content_hash` what is signed, `cited` what was put forward as
    evidence of what signals read then, `assignee` who is named for the role that it assigns.
    """

    decision: str
    chain: str
    option: str
    reason: Words
    evidence: tuple[Words, ...]
    content_hash: str
    main: str
    coordinates: str
    entry: str = ""
    cited: Mapping[str, str] = field(default_factory=dict)
    assignee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSigned(Event):
    """`role` is what the signer held then; `complete` with the last link."""

    chain: str
    link: str
    role: str
    content_hash: str
    complete: bool
    instead_of: str = ""
    """The holder of the role, where a deputy signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSentBack(Event):
    chain: str
    link: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade(Event):
    """
    The decision took effect (AUD-01): by whom in which role, why, and the data then seen. `cited` are the readings among them that were
    put forward as evidence.
    """

    decision: str
    option: str
    role: str
    reason: Words
    evidence: tuple[Words, ...]
    seen: Mapping[str, str]
    assignee: str = ""
    entry: str = ""
    attendance: Mapping[str, str] = field(default_factory=dict)
    cited: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionProposed(Event):
    """The system puts a decision before those who may take it."""

    decision: str
    option: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationOpened(Event):
    """
    `reason` is why a person opened it, where one was asked for (a step opened again). `since` is when the moment that opened it was.
    """

    situation: str
    generation: int
    since: datetime
    reason: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted(Event):
    """From now on the incident is there for these roles and groups alone, for good: `situation` opened and keeps it so (AUD-05)."""

    situation: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationClosed(Event):
    """`named` is what a person's closing is called and counted as."""

    situation: str
    reason: Words
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEntered(Event):
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilled(Event):
    obligation: str
    entry: str
    words: Words
    evidence: tuple[Words, ...]
    checks: tuple[int, ...]
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionWaits(Event):
    """A decision is taken and takes effect once `message` counts as sent."""

    decision: str
    message: str
    option: str
    role: str
    reason: Words
    evidence: tuple[Words, ...]
    assignee: str
    entry: str
    attendance: Mapping[str, str]
    cited: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Event):
    """Persons are told, urgently or not, and perhaps asked to accept. `cause` names what about: `breached:summary`, `level:l1` …"""

    targets: tuple[str, ...]
    persons: tuple[str, ...]
    cause: str
    urgent: bool
    accept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMoved(Event):
    """`renames` are the obligations whose running clocks bear another id in the new version: the old one to the new one."""

    plan_hash: str
    version: str
    reason: Words
    renames: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAdded(Event):
    """From now on the incident runs by `added` too; `seats` are those whom the directory finds for its roles."""

    added: PlanRef
    version: str
    seats: Mapping[str, str]
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DowntimeNoted(Event):
    """The server was down from `since` to `at` (I12)."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeapt(Event):
    """The server's clock was set from `since` to `until`; backward if that is earlier."""

    since: datetime
    until: datetime


AnyEvent = (
    Declared
    | ReportAdded
    | PartyAdded
    | PartyRemoved
    | PartiesTold
    | FactStated
    | Observed
    | TriggerFired
    | MomentRecorded
    | MomentWithdrawn
    | ExpressionTurned
    | ConditionTurned
    | Attested
    | AttestationLapsed
    | ConditionWaived
    | LevelProposed
    | LevelNeared
    | DecisionApplied
    | LinkSigned
    | ChainSentBack
    | DecisionMade
    | LevelDecided
    | DecisionProposed
    | SituationOpened
    | SituationClosed
    | Restricted
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
    | OfRoles
    | StreamOpened
    | StreamClosed
    | WorkTakenUp
    | WorkPutDown
    | Said
    | Promoted
    | RecordEntered
    | EntryMarked
    | Noted
    | MessageDrafted
    | MessagePublished
    | ChannelConfirmed
    | MessageMovedOn
    | MessageRead
    | ReplyAdded
    | DecisionWaits
    | DeliveryReported
    | Told
    | Filed
    | FiguresKept
    | PlanMoved
    | PlanAdded
    | DowntimeNoted
    | TimeLeapt
)
