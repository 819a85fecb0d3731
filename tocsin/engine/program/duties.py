"""What is owed, decided, said, kept and measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from tocsin.engine.expressions import Expression
from tocsin.engine.program.effects import Effects, Ladder
from tocsin.engine.program.rule import Limit, Roles, Rule, Text
from tocsin.engine.times import Span


@dataclass(frozen=True, slots=True)
class Search:
    """What was filed in these inboxes is looked through for the like of the incident: by its words, and by what the facts `by` say."""

    inboxes: tuple[str, ...]
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation(Rule):
    """Something one role owes, once (`within` of an anchor), again and again (`every`, from `anchors`), or without a limit."""

    owes: str
    verb: Literal["do", "send", "decide", "record", "reach", "ensure", "close"]
    object: str = ""
    """
    The message, decision, record, moment or condition; of `close` the record over whose entries it runs; empty for `do`, and for what is
    reached once others are done.
    """
    words: Text = field(default_factory=dict)
    within: Limit | None = None
    every: Limit | None = None
    anchors: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    fixed: bool = False
    """Again and again: on a grid from the start. Once: so long after the anchor, however late it turns out that it is owed."""
    when: Expression | None = None
    levels: tuple[str, ...] = ()
    unless: str = ""
    needs: tuple[str, ...] = ()
    checks: tuple[Text, ...] = ()
    fields: tuple[str, ...] = ()
    """Facts that are answered with it, at the latest."""
    searches: Search | None = None
    """What is looked up by itself and shown with it, for as long as it is owed."""
    assigns: tuple[str, ...] = ()
    """Roles that have a holder once it is done."""
    evidence: bool = False
    met_by: Literal["done", "begun"] = "done"
    met_by_all: tuple[str, ...] = ()
    """Obligations: once each of them is done after this has begun, this is reached."""
    remind: Fraction | Span | None = None
    late: Ladder = ()
    stays: bool = False
    marks: tuple[str, ...] = ()
    then: Effects = ()
    optional: bool = False
    tag: str = ""
    situation: str = ""
    promised: bool = False
    """Due when a message promises it; `anchors` are those messages."""
    for_each: tuple[str, ...] = ()
    """Roles, groups or departments; one clock for each, owed by each when `owes` is `each`."""
    collections: tuple[str, ...] = ()
    """Instead: collections of the incident, one clock for each entry; `owes` may then be `entry.<field>`, anchors `entry.<time field>`."""
    where: Expression | None = None
    """Of the entries only those for which this is true."""
    filled: tuple[str, ...] = ()
    """What stays true of an entry, where no condition is named: that these fields of it are filled."""
    manned: str = ""
    """What stays true, where no condition is named: that the directory finds somebody for this roster."""
    covered: str = ""
    """What stays true, where no condition is named: that the open entries of this record follow one another without a gap, `over` so much ahead."""
    over: timedelta = timedelta()
    drill: bool = False
    """A finished drill of the plan fulfils it."""

    @property
    def stands(self) -> bool:
        """Return whether the limit counts from the anchor alone: what begins to apply later is due no later for it."""
        return self.fixed and self.within is not None

    @property
    def conditional(self) -> bool:
        """Return whether it may begin to apply after its anchor."""
        return bool(self.when or self.where or self.levels or self.situation)


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
    chain: tuple[Link, ...] = ()
    """Instead of the decision's own."""
    stamps: str = ""
    """The time field of the entry decided on that says when."""


@dataclass(frozen=True, slots=True)
class HandsOver:
    """
    What a decision passes on: of what the role `source` owes and decides, `passes` falls to the role `target`; `keeps` expressly does not.

    Whoever held `source` then takes the role `former` besides.
    """

    source: str
    target: str
    former: str = ""
    passes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


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
    takes_over: str = ""
    """The role that whoever takes the decision holds from then on, without anybody being named."""
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
    about: str = ""
    """The record of which one entry is decided on."""
    together: str = ""
    """The group that decides together: who attended, and how, is part of the decision."""
    hands_over: HandsOver | None = None
    visible_to: tuple[str, ...] = ()
    """Who alone sees that it is decided, and how (AUD-05)."""

    def links(self, option: str) -> tuple[Link, ...]:
        """Return the chain through which `option` goes: its own, else that of the decision."""
        own = next((each.chain for each in self.options if each.id == option), ())
        return own or self.chain


@dataclass(frozen=True, slots=True)
class Field:
    """A slot of a message or a record; `from_` prefills it from facts or moments, `sets` writes it back to a fact."""

    id: str
    type: Literal["choice", "yes_no", "number", "duration", "time", "text", "table", "person", "period"] = "text"
    of: tuple[str, ...] = ()
    many: bool = False
    """Several of its values at once, as the item of a register may have them."""
    names: Mapping[str, Text] = field(default_factory=dict)
    label: Text = field(default_factory=dict)
    from_: tuple[str, ...] = ()
    sets: str = ""
    optional: bool = False
    when: Expression | None = None
    """Needed only while this is true, and optional otherwise."""
    promises: str = ""
    ahead: bool = False
    """What a time means lies ahead: written without its day it is the next one. Otherwise the last one."""
    columns: tuple[str, ...] = ()
    """A table: one row on each line, its cells in these columns, apart by `;`."""
    rows_min: int = 0
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
    needs: tuple[str, ...] = ()
    """Conditions without which it is not sent, whoever sends it and through whatever rule."""
    forbids: tuple[str, ...] = ()
    approvals: tuple[Link, ...] = ()
    publisher: str = ""
    author: str = ""
    urgent: bool = False
    text: Text = field(default_factory=dict)
    supplements: str = ""
    in_name_of: str = ""
    evidence: bool = False
    preapproved: bool = False
    """The template's own wording needs no signature; a wording edited by hand does."""
    read_receipt: bool = False
    forbids_until: Mapping[str, str] = field(default_factory=dict)
    """By barred field: the fact that has to be true first."""
    alarming: tuple[str, ...] = ()
    """Words at which the sender has to confirm the wording, with what `wording` says."""
    wording: Text = field(default_factory=dict)
    reaches: Mapping[str, Roles] = field(default_factory=dict)
    """By channel: whom it reaches, where that is not the whole audience."""
    caller: str = ""
    """Who telephones; empty: whoever sends."""
    answers: str = ""
    """The condition that an answer attests, where it says yes."""
    along: tuple[str, ...] = ()
    """Other messages that may go out with it in one act, if whoever sends it says so (COM-08)."""
    offered: tuple[str, ...] = ()
    """The moments at which it is used, and the duties to send it: then it is put before whoever sends it."""
