"""What may be commanded: imperatives. The desk stamps who and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tocsin.engine.expressions import Value
from tocsin.engine.terms.act import Act
from tocsin.engine.terms.replies import AddReply
from tocsin.engine.terms.reported import Observe, ReadDirectory, Reckon, ReportDelivery, Tick, TurnDuty
from tocsin.engine.terms.seating import Accept, Assign, CallIn, CreateRole, Decline, HandOver
from tocsin.engine.terms.streams import CloseStream, OpenStream
from tocsin.engine.terms.team import Promote, PutDown, Say, TakeUp
from tocsin.engine.terms.versions import AddPlan, MovePlan
from tocsin.engine.terms.words import PlanRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Declare(Act):
    """
    Begin an incident or a warning (REG-01, REG-04): one line of `words` is enough, nothing may block it.

    `seats` says whom the directory finds for each role now; `happened_at` is when it was reported, if earlier than `at` (else now).
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
    beside: tuple[PlanRef, ...] = ()
    """The other plans that it runs by, and the role sets laid over them."""
    proposed: str = ""
    """The plan that its scope proposed, where another was taken; `reason` is why. Neither is ever demanded."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport(Act):
    """
    Attach one more report, ticket or alert to the incident (REG-10). `key` makes a repeat harmless.

    With a `number` it stands for a record in another system, called `means`, and `link` leads there (REG-18).
    """

    key: str
    means: str
    words: str
    number: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddParty(Act):
    """
    Say that somebody outside is affected (REG-10), or amend what is known of `party`. An empty `party` makes a new one; the key of an entry
    in a register whose entries can be affected is enough: the rest stands there (REG-08).

    `reporter`: this party reported it. `about` is what the register says of it: the plan's marks of parties; and
    its `kind`, one of those that the plan names (REG-02).
    """

    party: str = ""
    name: str = ""
    contact: str = ""
    reporter: bool = False
    about: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveParty(Act):
    """Take a party off the list that turned out not to be affected."""

    party: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellParty(Act):
    """Say that a party was told by word of mouth; with a `template` this counts as that message for that party."""

    party: str
    words: str
    template: str = ""
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFacts(Act):
    """Say what is known. Facts of type text take a str, numbers a Decimal."""

    facts: Mapping[str, Value]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Act):
    """
    Take a decision, or apply for one that needs a chain. `facts` answers what it asks; `attach` maps a record or message to its fields.

    `cites` names readings that lie before whoever decides on the level and that are put forward as evidence, such as `bci.now`; the desk
    says with `readings` what each of them comes to at that instant.
    """

    decision: str
    option: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""
    evidence: tuple[str, ...] = ()
    attach: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()
    assignee: str = ""
    entry: str = ""
    """The record entry that is decided on."""
    attendance: Mapping[str, str] = field(default_factory=dict)
    """By person: how they attended, where a group decides together."""
    cites: tuple[str, ...] = ()
    readings: Mapping[str, Decimal] = field(default_factory=dict)


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
    """
    Fulfil a `do` obligation. `happened_at` is for an early act entered late; `checks` are the indexes ticked.

    `facts` are what it asks, `roles` by role whom it gives it to; what is known already need not be said again.
    """

    obligation: str
    entry: str = ""
    words: str = ""
    evidence: tuple[str, ...] = ()
    checks: tuple[int, ...] = ()
    happened_at: datetime | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNeeded(Act):
    """Answer that what is owed is not needed, where the plan leaves that to whoever owes it."""

    obligation: str
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BringForward(Act):
    """Let what is owed be due earlier than the plan asks, with a reason. Nothing is ever put back."""

    obligation: str
    due_at: datetime
    reason: str
    entry: str = ""


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
    """Say, as a holder of the role, that a condition holds; for one `entry`, where each of a collection has to be attested."""

    condition: str
    entry: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Act):
    """Withdraw an attestation."""

    condition: str
    reason: str
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Act):
    """Record a moment by hand, or correct its time; `happened_at` defaults to `at`."""

    moment: str
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Act):
    """Take a moment back that was recorded and did not last, with a reason: a restoration after which the service failed again."""

    moment: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Act):
    """Open a situation by hand; one that was open before is opened again with a reason (STP-09)."""

    situation: str
    reason: str = ""
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Act):
    """Close a situation by hand. `named` is one of the names under which the plan lets it end (`as: false_alarm`)."""

    situation: str
    reason: str = ""
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter(Act):
    """
    Enter a record. An empty `entry` makes a new one; otherwise fields of that entry are added. `reason` is for an entry out of order.

    `item` is what the register says now of what a new entry names, as the desk finds it.
    """

    record: str
    fields: Mapping[str, str]
    entry: str = ""
    happened_at: datetime | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()
    item: Mapping[str, str] = field(default_factory=dict)


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
    """Channels on which it is out already; `wording` besides, where alarming words are meant as they stand."""
    evidence: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    """Only to these of the affected parties; empty is all that the message is for."""
    along: tuple[str, ...] = ()
    """Other messages that go out in the same act, of those that the plan lets go along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Act):
    """Draft and publish in one act, where the message needs no approval."""

    template: str
    fields: Mapping[str, str] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    along: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Act):
    """Say what came of a message on a channel that a person serves: a call that was made, a notice that was put up."""

    message: str
    channel: str
    result: str = ""
    reached: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Act):
    """Say that one has read a message which asks for that, for everybody one speaks for."""

    message: str


Command = (
    Declare
    | AddReport
    | AddParty
    | RemoveParty
    | TellParty
    | StateFacts
    | Observe
    | Decide
    | Sign
    | SendBack
    | Fulfil
    | NotNeeded
    | BringForward
    | WaiveClock
    | WaiveCondition
    | Attest
    | TakeBack
    | Mark
    | Withdraw
    | Open
    | Close
    | Assign
    | CallIn
    | Decline
    | Accept
    | HandOver
    | CreateRole
    | OpenStream
    | CloseStream
    | TakeUp
    | PutDown
    | Say
    | Promote
    | Enter
    | Note
    | Draft
    | Publish
    | Send
    | Confirm
    | Read
    | AddReply
    | ReportDelivery
    | ReadDirectory
    | TurnDuty
    | Reckon
    | MovePlan
    | AddPlan
    | Tick
)
