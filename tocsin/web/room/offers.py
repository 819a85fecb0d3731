"""What is put before whoever sends it, now: each message that the plan offers, filled in with what the incident knows (COM-04)."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from tocsin.engine import letters, owners, texts
from tocsin.engine import offers as engine
from tocsin.engine.offers import Offer
from tocsin.engine.program import Field, Message, Text
from tocsin.engine.rules import messages as rules
from tocsin.incidents.models import ClockRow
from tocsin.web import clocks, languages, plan_words
from tocsin.web.cases import Case
from tocsin.web.room import affected
from tocsin.web.room.letters import marked


@dataclass(frozen=True, slots=True)
class Reader:
    """A party outside that a message can go to; `owed`: a duty asks for just this party."""

    party: str
    name: str
    owed: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """
    An offer as a page shows it. `why` is the moment or the duty, nothing where a duty says no more than the message itself; `values` fill
    the form; `words` is the text as it stands.
    """

    rule: Message
    offer: Offer
    why: Text
    person: str
    mine: bool
    values: Mapping[str, str]
    words: Markup
    language: str
    readers: tuple[Reader, ...]

    @property
    def asked(self) -> tuple[Field, ...]:
        """The fields that somebody has to fill in."""
        return tuple(field for field in self.rule.fields if not self.values.get(field.id))

    @property
    def filled(self) -> tuple[Field, ...]:
        """The fields that the incident fills."""
        return tuple(field for field in self.rule.fields if self.values.get(field.id))

    @property
    def at_once(self) -> bool:
        """Whether one act may send it."""
        return sends_at_once(self.rule)


def sends_at_once(rule: Message) -> bool:
    """Return whether a message goes out without anything but its fields: no signature, evidence, alarming word or confirmation before."""
    signed = bool(rule.approvals) and not rule.preapproved
    return not (signed or rule.evidence or rule.alarming or rule.every_channel_confirmed)


def of(case: Case) -> list[Offered]:
    """Return what is offered in an incident: what the viewer sends first, and of that what is due first."""
    if not case.board.open or not any(rule.offered for rule in case.program.messages.values()):
        return []
    state, now = case.state, case.incident_now
    found = []
    for offer in engine.offers(case.program, state):
        rule = case.program.messages[offer.message]
        fields = letters.filled(case.program, state, now, rule, {})
        words = letters.rendered(case.program, state, rule, fields)
        locale = next((each for each in words if languages.known(each) == languages.active().code), next(iter(words), ""))
        roles = rules.senders(case.program, rule)
        found.append(
            Offered(
                rule=rule,
                offer=offer,
                why={} if (why := plan_words.name_of(case.program, offer.because)) == rule.title else why,
                person=owners.owner(case.program, state, roles[0]).person,
                mine=case.speaks(roles) or (case.commands and not rule.publisher),
                values=retold(rule, fields, case.program.zone(rule.id)),
                words=marked(words.get(locale, ""), fields),
                language=locale,
                readers=readers(case, rule, offer.parties),
            )
        )
    return sorted(found, key=lambda one: (not one.mine, one.offer.due_at is None, one.offer.due_at or one.offer.since))


def retold(rule: Message, fields: Mapping[str, str], zone: str) -> dict[str, str]:
    """Return what fields hold as a form of the viewer shows it; a span in the viewer's words."""
    types = {field.id: field.type for field in rule.fields}
    return {name: texts.retold(words, types.get(name, "text"), languages.active().code, zone) for name, words in fields.items()}


def readers(case: Case, rule: Message, owed: tuple[str, ...] = ()) -> tuple[Reader, ...]:
    """Return the parties outside whom a message may go to, with those to whom alone it is `owed`; none where it is for somebody else."""
    if not affected.is_for_parties(rule.to):
        return ()
    wanted = [row for row in affected.present(case) if row.reporter or rule.to != ("reporters",)]
    return tuple(Reader(row.party, row.name, not owed or row.party in owed) for row in wanted)


def owed_to(case: Case, rule: Message) -> tuple[str, ...]:
    """Return the parties to whom a running clock owes the message."""
    asking = (row for row in case.seen(ClockRow) if row.verb == "send" and row.object == rule.id and row.status in clocks.RUNNING)
    return tuple(dict.fromkeys(row.entry for row in asking if row.entry))
