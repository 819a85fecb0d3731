"""Wishes granted: what an event asks of the world enters the outbox in the transaction that wrote the event (I6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from tocsin.accounts import directory
from tocsin.accounts.directory import Contact
from tocsin.comms import meetings, setup
from tocsin.comms.channel import Channel
from tocsin.comms.models import OutsideAddress
from tocsin.comms.outbox import Order
from tocsin.comms.outside import adapter, addresses
from tocsin.engine import terms as t
from tocsin.engine.collections import PARTIES
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program
from tocsin.engine.react import react
from tocsin.engine.texts import PERSONAL
from tocsin.incidents import about as abouts
from tocsin.incidents import wording
from tocsin.incidents.journal import Written
from tocsin.incidents.models import Incident
from tocsin.kit.memory import Memory

_OF_AN_INVITATION: Final = frozenset({"assigned", "handed_over"})


@dataclass(frozen=True, slots=True)
class _Reader:
    """One recipient: a person, an address outside, or a whole audience, which has no address of its own."""

    id: str
    address: str
    language: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Cause:
    """The event behind a wish, and whom the organisation knows."""

    incident: Incident
    program: Program
    state: t.State
    seq: int
    contacts: Mapping[str, Contact]
    by: str
    """Whose act it was: the sender of a message."""
    kept: frozenset[str] = frozenset()
    """Who alone sees the incident once the act is done (see `restricted.readers`); empty for everybody."""
    in_part: frozenset[str] = frozenset()
    """Who of them sees no more than an invitation shows; beside them every guest."""
    known: Memory = field(default_factory=Memory)

    def ready(self, channel: str) -> setup.Ready | None:
        """Return what stands behind a channel of the plan."""
        whose = self.incident.organisation_id
        return self.known(("ready", whose, channel), lambda: setup.ready(whose, channel))

    def order(self, *, about: str, channel: str, reader: _Reader, **words: Any) -> Order:
        """Return an order to `reader`."""
        return Order(
            organisation_id=self.incident.organisation_id,
            event_id=abouts.event(self.incident.pk, self.seq),
            about=about,
            channel=channel,
            recipient=reader.id,
            address=reader.address,
            captured=self.incident.drill,
            **words,
        )


def grant(
    incident: Incident, program: Program, state: t.State, written: Written, kept: frozenset[str], *, in_part: frozenset[str], known: Memory
) -> list[Order]:
    """
    Return what `written` asks for, as orders to the outbox. `state` is the one after it, `kept` who alone sees the incident when the whole
    act is done, `in_part` who of them sees no more than a part.

    Within the desk's transaction, whose `known` keeps what is looked up of the organisation.
    """
    wishes = (*react(state, written.event), *_shut(written.event, kept))
    if not wishes:
        return []
    whose = incident.organisation_id
    contacts = known(("contacts", whose), lambda: directory.contacts(whose))
    cause = _Cause(incident, program, state, written.seq, contacts, written.event.by, kept, in_part, known)
    return [order for wish in wishes for order in _orders(cause, wish)]


def _shut(event: t.AnyEvent, kept: frozenset[str]) -> Iterator[t.Wish]:
    """Tell those for whom an incident is kept from now on, except whoever did it."""
    persons = tuple(sorted(kept - {event.by}))
    if isinstance(event, t.Restricted) and persons:
        yield t.Tell(persons, f"restricted:{event.situation}", urgent=True, accept=False)


def _orders(cause: _Cause, wish: t.Wish) -> Iterator[Order]:
    match wish:
        case t.Tell():
            yield from _tell(cause, wish)
        case t.Deliver():
            yield from _deliver(cause, wish)


def _tell(cause: _Cause, wish: t.Tell) -> Iterator[Order]:
    """
    In the product always; by e-mail too where the organisation has set it up, unless that would lead into the same inbox.

    Whoever may not see the incident, or not what it is about, is told its number, without words or a link.
    """
    incident = cause.incident
    mail = cause.ready("email")
    channels = ["inbox"] + (["email"] if mail and not mail.channel.captures else [])
    slug = cause.known(("slug", incident.organisation_id), lambda: directory.slug(incident.organisation_id))
    link = f"{settings.BASE_URL}/o/{slug}/{incident.path}"
    meeting = _meeting(cause, wish)
    for person in wish.persons:
        contact = cause.contacts.get(person)
        if contact is None:
            continue  # no account in this organisation any more; the journal names whom it was meant for
        if _sees(cause, person) and not _beyond(cause, contact, wish):
            subject, body = wording.tell(cause.program, cause.state, wish, contact, link, meeting=meeting)
        else:
            subject, body = wording.outside(cause.state, contact)
        for channel in channels:
            yield cause.order(
                about=abouts.told(incident.pk, wish.cause),
                channel=channel,
                reader=_person(contact),
                locale=contact.language,
                subject=subject,
                body=body,
                urgent=wish.urgent,
                awaited=False,
            )


def _meeting(cause: _Cause, wish: t.Tell) -> str:
    """Return the link to where the groups are told to meet; it stands in what they are told, and in no journal."""
    incident = cause.incident
    way, _, subject = wish.cause.partition(":")
    if way == meetings.VIDEO:
        return meetings.conference(meetings.places(incident.organisation_id), incident=incident.pk, number=incident.number)
    if way != meetings.CHAT:
        return ""
    plan = cause.program.part(subject).program.id
    return meetings.chat(meetings.places(incident.organisation_id), plan, bare(subject), incident=incident.pk, number=incident.number)


def _beyond(cause: _Cause, contact: Contact, wish: t.Tell) -> bool:
    """Return whether a wish is about more than an invitation shows to whoever has nothing else: that he or she is asked."""
    return (contact.guest or contact.id in cause.in_part) and wish.cause.partition(":")[0] not in _OF_AN_INVITATION


def _sees(cause: _Cause, person: str) -> bool:
    if not cause.kept or person in cause.kept:
        return True
    whose, program = cause.incident.organisation_id, cause.program
    stands = cause.known(("stands", whose, person, program.hash), lambda: directory.standing(whose, person, program))
    return not cause.kept.isdisjoint(stands)


def _deliver(cause: _Cause, wish: t.Deliver) -> Iterator[Order]:
    """The approved words, verbatim, in each reader's own language where the message has it, else in the plan's."""
    incident, own = cause.incident, cause.program.language
    title = cause.program.messages[wish.template].title if wish.template in cause.program.messages else {}
    outside = [role for role in wish.to if role in cause.program.roles and cause.program.roles[role].outside]
    known = addresses(incident.organisation_id, cause.program.id, outside) if outside else ()
    sender = _sender(cause, wish)
    for channel in wish.channels:
        there = [row for row in known if row.channel == channel]
        for reader in _readers(cause, wish, channel, outside, there):
            locale = wording.nearest(wish.texts, reader.language, own)
            yield cause.order(
                about=abouts.message(incident.pk, wish.message),
                channel=channel,
                reader=reader,
                locale=locale,
                subject=f"[{incident.number}] {wording.pick(title, locale, own)}",
                body=_personal(wish.texts[locale], reader, sender),
                urgent=wish.urgent,
            )


def _readers(cause: _Cause, wish: t.Deliver, channel: str, outside: Sequence[str], there: Sequence[OutsideAddress]) -> list[_Reader]:
    """
    Return whom one channel reaches: each address outside that is entered for it, and the others of the audience.

    A channel that needs addresses, or keeps what it takes, goes to each person, and a role outside that has no address ends visibly as
    having none; any other channel (a web site, a group chat) gets one message for all. The parties outside are each addressed by name,
    beside those inside.
    """
    own = cause.program.language
    ready = cause.ready(channel)
    named = _parties(cause, wish, adapter(cause.incident.organisation_id, channel))
    inside = [role for role in wish.to if role not in PARTIES]
    if named and not inside:
        return named
    found = named + [_Reader(":".join(filter(None, (row.role, row.address))), row.address, row.locale) for row in there]
    missing = [role for role in inside if role not in {row.role for row in there}]
    if ready is None or ready.channel.addressed or ready.channel.captures or ready.channel.name == "inbox":
        reached = wish.reaches.get(channel, wish.persons)
        found += [_person(cause.contacts[person]) for person in reached if person in cause.contacts]
        found += [_Reader(role, "", own) for role in missing if role in outside]
    elif missing:
        found.append(_Reader(", ".join(missing), "", own))
    return found or [_Reader(", ".join(wish.to), "", own)]


def _sender(cause: _Cause, wish: t.Deliver) -> Contact | None:
    """Return whoever published the message; it may go on to another channel by itself."""
    message = cause.state.messages.get(wish.message)
    return cause.contacts.get(message.by if message else cause.by)


def _parties(cause: _Cause, wish: t.Deliver, through: Channel | None) -> list[_Reader]:
    """
    Return the parties outside that a message is for, each by its own name.

    Whoever's contact is no address for the channel ends visibly as having none.
    """
    message = cause.state.messages.get(wish.message)
    known = [(key, cause.state.parties[key]) for key in message.parties if key in cause.state.parties] if message else []
    return [_Reader(f"party:{key}", _address(through, party.contact), cause.program.language, party.name) for key, party in known]


def _address(through: Channel | None, contact: str) -> str:
    """Return the contact as an address, where the channel does not find it wrong."""
    return "" if through and through.wrong_address and contact and through.wrong_address(contact) else contact


def _personal(text: str, reader: _Reader, sender: Contact | None) -> str:
    """Return the approved text with the names filled in that differ from reader to reader, and nothing else."""
    names = {"party.name": reader.name, "sender.name": sender.name if sender else ""}
    for slot in PERSONAL:
        text = text.replace(f"{{{{ {slot} }}}}", names[slot])
    return text


def _person(contact: Contact) -> _Reader:
    return _Reader(contact.id, contact.email, contact.language)
