"""What a worked case says in the reader's words: what was done, what is looked at, and what is found there (PLN-12)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from tocsin.engine.program import Program
from tocsin.web import plan_words, times
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.languages import pgettext
from tocsin.web.numbers import rounded

Words = Callable[[], str]

_VERBS: Final[Mapping[str, Words]] = {
    "decide": lambda: pgettext("case", "decides"),
    "record": lambda: pgettext("case", "fills in"),
    "do": lambda: pgettext("case", "does"),
    "set": lambda: pgettext("case", "states"),
    "send": lambda: pgettext("case", "sends"),
    "report": lambda: pgettext("case", "reports"),
    "mark": lambda: pgettext("case", "marks"),
    "sample": lambda: pgettext("case", "hands in a sample"),
    "feed": lambda: pgettext("case", "feeds"),
    "attest": lambda: pgettext("case", "attests"),
    "approve": lambda: pgettext("case", "signs"),
    "accept": lambda: pgettext("case", "accepts"),
    "assign": lambda: pgettext("case", "assigns"),
    "deliver": lambda: pgettext("case", "delivers"),
    "publish": lambda: pgettext("case", "publishes"),
    "draft": lambda: pgettext("case", "drafts"),
    "open": lambda: pgettext("case", "opens"),
    "call_in": lambda: pgettext("case", "calls in"),
    "waive": lambda: pgettext("case", "waives"),
    "waive_clock": lambda: pgettext("case", "waives"),
    "read": lambda: pgettext("case", "reads"),
    "confirm": lambda: pgettext("case", "confirms"),
    "party": lambda: pgettext("case", "lists as affected"),
    "open_stream": lambda: pgettext("case", "opens a work stream"),
    "close_stream": lambda: pgettext("case", "closes a work stream"),
    "withdraw": lambda: pgettext("case", "withdraws"),
    "decline": lambda: pgettext("case", "declines"),
    "close": lambda: pgettext("case", "closes"),
    "hand_over": lambda: pgettext("case", "hands over"),
    "take_up": lambda: pgettext("case", "begins work on"),
    "put_down": lambda: pgettext("case", "stops work on"),
    "reply": lambda: pgettext("case", "replies"),
    "bring_forward": lambda: pgettext("case", "brings forward"),
    "not_needed": lambda: pgettext("case", "says: not needed"),
    "promote": lambda: pgettext("case", "puts on record"),
    "note": lambda: pgettext("case", "notes"),
    "join": lambda: pgettext("case", "joins"),
    "create_role": lambda: pgettext("case", "creates a role"),
    "say": lambda: pgettext("case", "says to the team"),
    "on_duty": lambda: pgettext("case", "comes on duty"),
    "send_back": lambda: pgettext("case", "sends back"),
    "seat": lambda: pgettext("case", "takes a seat"),
    "take_back": lambda: pgettext("case", "takes back"),
    "leave": lambda: pgettext("case", "leaves"),
}
"""What somebody does, by the verb of the scenario."""

_KINDS: Final[Mapping[str, Words]] = {
    "state": lambda: pgettext("case", "State"),
    "due": lambda: pgettext("case", "Due"),
    "owes": lambda: pgettext("case", "Owed by"),
    "told": lambda: pgettext("case", "Told"),
    "told_of": lambda: pgettext("case", "Told of it"),
    "figure": lambda: pgettext("case", "Figure"),
    "green": lambda: pgettext("case", "Figure in target"),
    "red": lambda: pgettext("case", "Figure off target"),
    "proposed": lambda: pgettext("case", "Proposal"),
    "happened": lambda: pgettext("case", "Came at"),
    "open": lambda: pgettext("case", "Has begun"),
    "closed": lambda: pgettext("case", "Has ended"),
    "closed_as": lambda: pgettext("case", "Ended as"),
    "not_open": lambda: pgettext("case", "Runs"),
    "still_open": lambda: pgettext("case", "Still runs"),
    "level": lambda: pgettext("case", "Level"),
    "phase": lambda: pgettext("case", "Phase"),
    "held_by": lambda: pgettext("case", "Held by"),
    "sent": lambda: pgettext("case", "Sent"),
    "margin": lambda: pgettext("case", "Early by"),
    "late_by": lambda: pgettext("case", "Late by"),
    "ended": lambda: pgettext("case", "Ended because"),
    "missed": lambda: pgettext("case", "Missed, times"),
    "holds": lambda: pgettext("case", "Holds"),
    "held": lambda: pgettext("case", "Has held for"),
    "checklist": lambda: pgettext("case", "Checklist"),
    "fact": lambda: pgettext("case", "Known"),
    "rule": lambda: pgettext("case", "Rule"),
    "offered": lambda: pgettext("case", "Offered"),
    "count": lambda: pgettext("case", "Entries of the journal"),
    "filed": lambda: pgettext("case", "Filed"),
    "near": lambda: pgettext("case", "Nearly reached"),
    "breach": lambda: pgettext("case", "Breached"),
    "breaches": lambda: pgettext("case", "Breaches"),
    "reminded": lambda: pgettext("case", "Reminded at"),
    "unaccepted": lambda: pgettext("case", "Not accepted yet"),
    "fires": lambda: pgettext("case", "Fires now"),
    "fired": lambda: pgettext("case", "Fired at"),
    "put": lambda: pgettext("case", "Put for decision"),
    "not_put": lambda: pgettext("case", "Put for decision"),
    "decided": lambda: pgettext("case", "Decided"),
    "measured": lambda: pgettext("case", "Measured"),
    "awaits": lambda: pgettext("case", "Waits for"),
    "asks": lambda: pgettext("case", "Asked to confirm"),
    "readings": lambda: pgettext("case", "Another reading"),
    "otherwise": lambda: pgettext("case", "Another reading"),
    "drafted": lambda: pgettext("case", "Drafted"),
    "drafts": lambda: pgettext("case", "Drafts"),
    "sees": lambda: pgettext("case", "Sees it"),
    "marks": lambda: pgettext("case", "Marked"),
    "works": lambda: pgettext("case", "Works on it"),
    "parties": lambda: pgettext("case", "Affected parties"),
    "party": lambda: pgettext("case", "Affected party"),
    "suggested": lambda: pgettext("case", "Suggested"),
    "heard": lambda: pgettext("case", "Heard"),
    "assigned": lambda: pgettext("case", "Asked to take it"),
    "met_at": lambda: pgettext("case", "Done at"),
    "waived": lambda: pgettext("case", "Waived"),
    "unread": lambda: pgettext("case", "Not read by"),
    "gathered": lambda: pgettext("case", "Gathered"),
    "change": lambda: pgettext("case", "Change"),
    "applied": lambda: pgettext("case", "Applied"),
    "period": lambda: pgettext("case", "Over a period"),
    "entry": lambda: pgettext("case", "Entry"),
    "entries": lambda: pgettext("case", "Entries"),
    "declared": lambda: pgettext("case", "Declared"),
    "reports": lambda: pgettext("case", "Reports"),
    "same_as": lambda: pgettext("case", "As in another case"),
    "earliest": lambda: pgettext("case", "Earliest"),
}
"""What is looked at, by the key of the scenario."""

_VALUES: Final[Mapping[str, Words]] = {
    "met": lambda: pgettext("case", "done"),
    "late": lambda: pgettext("case", "done late"),
    "open": lambda: pgettext("case", "running"),
    "breached": lambda: pgettext("case", "overdue"),
    "waived": lambda: pgettext("case", "waived"),
    "ended": lambda: pgettext("case", "ended"),
    "until": lambda: pgettext("case", "over"),
    "unless": lambda: pgettext("case", "not needed"),
    "not_needed": lambda: pgettext("case", "not needed"),
    "no_longer": lambda: pgettext("case", "no longer owed"),
    "level_changed": lambda: pgettext("case", "level changed"),
    "cancelled": lambda: pgettext("case", "cancelled"),
    "closed": lambda: pgettext("case", "closed"),
    "withdrawn": lambda: pgettext("case", "withdrawn"),
    "nobody": lambda: pgettext("case", "nobody"),
    "yes": lambda: pgettext("case", "yes"),
    "no": lambda: pgettext("case", "no"),
    "green": lambda: pgettext("case", "in target"),
    "red": lambda: pgettext("case", "off target"),
    "fallback": lambda: pgettext("case", "the table for other cases"),
    "adjust": lambda: pgettext("case", "an adjustment"),
    "rule": lambda: pgettext("case", "a rule"),
}
"""What is found there, where it is a word of the engine and not a name of the plan."""

_PARTS: Final[Mapping[str, Words]] = {
    "level": lambda: pgettext("case", "level"),
    "by": lambda: pgettext("case", "by"),
    "rules": lambda: pgettext("case", "rules"),
    "due": lambda: pgettext("case", "due at"),
    "seen": lambda: pgettext("case", "noticed at"),
    "after downtime": lambda: pgettext("case", "after a downtime"),
    "questions": lambda: pgettext("case", "questions"),
    "nothing": lambda: pgettext("case", "nothing"),
    "cited": lambda: pgettext("case", "put forward as evidence"),
    "level_before": lambda: pgettext("case", "level before"),
    "reason": lambda: pgettext("case", "reason"),
    "option": lambda: pgettext("case", "chosen"),
    "people": lambda: pgettext("case", "people"),
    "rows": lambda: pgettext("case", "rows"),
    "text": lambda: pgettext("case", "text"),
}
"""The part of it that is meant, by the key of the scenario."""


def verb(name: str) -> str:
    """Return what somebody does."""
    return _said(_VERBS, name)


def kind(name: str) -> str:
    """Return what is looked at."""
    return _said(_KINDS, name)


def subject(program: Program, name: str) -> Markup:
    """Return what it is looked at for: a name of the plan, or one of its entries, perhaps with the part that is meant."""
    base, _space, part = name.partition(" ")
    if base in _PARTS and plan_words.find(program, base) is None:
        return Markup("{}").format(_said(_PARTS, name))
    named = text(plan_words.name_of(program, base.partition("[")[0]))
    entry = base.partition("[")[2].removesuffix("]")
    return Markup(" · ").join(Markup("{}").format(each) for each in (named, entry, _said(_PARTS, part) if part else "") if each)


def value(program: Program, found: Any) -> Markup:
    """Return a value as people read it; one that is a name of the plan by its title."""
    match found:
        case bool():
            return Markup("{}").format(_("yes") if found else _("no"))
        case None | "":
            return Markup("–")
        case datetime():
            return times.moment(found)
        case timedelta():
            return Markup("{}{}").format("−" if found < timedelta() else "", times.lasting(found))
        case Decimal():
            return rounded(found)
        case list() | tuple() | set() | frozenset():
            return Markup("{}").format(_(", ")).join(value(program, each) for each in found) or Markup("–")
        case dict():
            pairs = ((value(program, name), value(program, each)) for name, each in found.items())
            return Markup("; ").join(Markup("{}{}{}").format(name, _(": "), each) for name, each in pairs)
        case str():
            return _word(program, found)
        case _:
            return Markup("{}").format(found)


def _word(program: Program, found: str) -> Markup:
    if found not in _VALUES and (plan_words.find(program, found) is not None or found in program.levels):
        return text(plan_words.name_of(program, found))
    return Markup("{}").format(_VALUES[found]() if found in _VALUES else found)


def _said(known: Mapping[str, Words], name: str) -> str:
    return known[name]() if name in known else name.replace("_", " ")
