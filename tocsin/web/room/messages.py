"""Messages: drafts with their texts in every language, the chain of approval on exactly that text, and what became of what was sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from tocsin.comms import receipts
from tocsin.comms.receipts import Summary
from tocsin.engine.program import Message, Text
from tocsin.engine.rules.delivery import BY_HAND
from tocsin.engine.rules.messages import senders, writers
from tocsin.incidents import about
from tocsin.incidents.models import ChainRow, ClockRow, ConditionRow, DeliveryRow, MessageRow
from tocsin.web import clocks, deliveries, languages, plan_words
from tocsin.web.cases import Case
from tocsin.web.deliveries import Line
from tocsin.web.room import decisions, offers, records
from tocsin.web.room.decisions import Chain
from tocsin.web.room.kept import Correspondence, Kept
from tocsin.web.room.letters import marked
from tocsin.web.room.offers import Reader
from tocsin.web.room.suggestions import Suggestions

SENT_SHOWN = 6
Summaries = Mapping[str, tuple[Summary, ...]]
NOTHING: Final[Summaries] = {}


@dataclass(frozen=True, slots=True)
class Letter:
    """The text of one language. `body` marks what was filled in."""

    locale: str
    name: str
    tag: str
    body: Markup
    text: str


@dataclass(frozen=True, slots=True)
class Waits:
    """A channel on which somebody still confirms a message: who, and whom it reaches."""

    channel: str
    role: Text
    person: str
    persons: tuple[str, ...]
    by_hand: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a page shows it."""

    row: MessageRow
    rule: Message | None
    key: str
    letters: tuple[Letter, ...]
    chain: Chain | None
    may_write: bool
    may_publish: bool
    missing: tuple[str, ...]
    gaps: tuple[str, ...] | None
    """What its texts name and nobody has recorded, where they go outside; None where they have no gap."""
    receipts: tuple[Line, ...]
    alarming: tuple[str, ...] = ()
    """Words in it at which the wording has to be confirmed."""
    unmet: tuple[ConditionRow, ...] = ()
    """Conditions that it needs before it is sent and that do not hold."""
    readers: tuple[Reader, ...] = ()
    """The parties outside whom it may go to, as long as it is a draft."""
    may_read: bool = False
    """The viewer has not said yet that it was read."""
    waits: tuple[Waits, ...] = ()
    kept: Kept | None = None
    """What is kept with it, once it is sent."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message of the plan that can be drafted; `owed`: a running clock asks for it."""

    rule: Message
    may: bool
    owed: bool


def context(case: Case) -> dict[str, object]:
    """Return the drafts, what was sent, and the templates."""
    rows = sorted(case.rows(MessageRow), key=lambda row: (row.drafted_at, row.pk), reverse=True)
    drafts = [row for row in rows if row.status == "draft"]
    sent = [row for row in rows if row.status != "draft"]
    kept, came_of = Correspondence(case), summaries((case, row) for row in sent[:SENT_SHOWN])
    owed = {row.object for row in case.rows(ClockRow) if row.verb == "send" and row.status in clocks.RUNNING}
    templates = [
        Template(rule, case.speaks(writers(case.program, rule)) or case.commands, rule.id in owed)
        for rule in case.program.messages.values()
    ]
    templates.sort(key=lambda one: (not one.may, not one.owed))
    return {
        "drafts": [shown(case, row) for row in drafts],
        "sent": [shown(case, row, kept, came_of) for row in sent[:SENT_SHOWN]],
        "sent_more": max(0, len(sent) - SENT_SHOWN),
        "templates": templates,
        "offered": offers.of(case),
        "at_once": offers.sends_at_once,
        "readers": lambda rule: offers.readers(case, rule, offers.owed_to(case, rule)),
        "people": case.people,
        "audience": lambda name: plan_words.audience(name, case.program),
        "names": lambda roles: plan_words.names(case.program, roles),
        "channel": plan_words.channel,
        "label": records.label,
        "named": plan_words.option_name,
    }


def summaries(sent: Iterable[tuple[Case, MessageRow]]) -> Summaries:
    """Return what became of messages of one organisation, channel by channel; they are looked up together."""
    wanted = list(sent)
    return (
        receipts.summaries(wanted[0][0].board.organisation_id, [about.message(case.id, row.message) for case, row in wanted])
        if wanted
        else {}
    )


def shown(case: Case, row: MessageRow, kept: Correspondence | None = None, came_of: Summaries = NOTHING) -> Shown:
    """Return one message as a page shows it; what is `kept` with it and what `came_of` it too, where that is asked for."""
    rule = case.program.messages.get(row.template)
    chain = next((each for each in case.rows(ChainRow) if each.chain == row.chain), None) if row.chain else None
    publishers = senders(case.program, rule) if rule else ()
    suggestions = Suggestions(case)
    missing = suggestions.missing(rule, row.fields) if rule else ()
    gaps = suggestions.gaps(rule, row.texts) if rule and row.status == "draft" else None
    return Shown(
        row=row,
        rule=rule,
        key=f"message:{row.message}",
        letters=tuple(_letter(rule, locale, words, row.fields) for locale, words in row.texts.items()),
        chain=decisions.shown(case, chain) if chain else None,
        may_write=rule is not None and (case.speaks(writers(case.program, rule)) or case.commands),
        may_publish=case.speaks(publishers) or (case.commands and not (rule and rule.publisher)),
        missing=missing,
        gaps=None if missing and not gaps else gaps,  # the gap is that of an empty field
        unmet=_unmet(case, row, rule),
        receipts=_receipts(case, row, came_of) if row.status != "draft" else (),
        alarming=tuple(word for word in rule.alarming if any(word in words for words in row.texts.values())) if rule else (),
        readers=offers.readers(case, rule, offers.owed_to(case, rule)) if rule and row.status == "draft" else (),
        may_read=any(case.speaks([name]) for name in row.unread),
        kept=kept.of(row) if kept and row.status != "draft" else None,
        waits=tuple(_waits(case, row, channel) for channel in row.awaits),
    )


def _unmet(case: Case, row: MessageRow, rule: Message | None) -> tuple[ConditionRow, ...]:
    if rule is None or not rule.needs or row.status != "draft":
        return ()
    rows = {each.condition: each for each in case.rows(ConditionRow)}
    return tuple(rows[name] for name in rule.needs if name in rows and rows[name].holds is not True)


def _waits(case: Case, row: MessageRow, channel: str) -> Waits:
    owed = (each for each in case.rows(ClockRow) if each.obligation == f"{row.template}.{channel}" and each.entry == row.message)
    clock = next(owed, None)
    role, person = (clock.owes, clock.owner) if clock else (case.program.commander, row.published_by)
    mine = case.speaks([role]) or case.commands
    persons = tuple(row.reaches.get(channel, ()))
    return Waits(channel, plan_words.name_of(case.program, role), person, persons, channel in BY_HAND, mine)


def _letter(rule: Message | None, locale: str, words: str, fields: Mapping[str, str]) -> Letter:
    code = languages.known(locale)
    known = languages.LANGUAGES.get(code)
    return Letter(locale, known.name if known else locale, known.tag if known else locale, marked(words, fields), words)


def _receipts(case: Case, row: MessageRow, came_of: Summaries) -> tuple[Line, ...]:
    """Return what became of a published message, channel by channel."""
    outcomes = [each for each in case.rows(DeliveryRow) if each.message == row.message]
    known = {one.channel: one for one in came_of.get(about.message(case.id, row.message), ())}
    return tuple(deliveries.line(each.channel, known.get(each.channel), each.outcome) for each in outcomes)
