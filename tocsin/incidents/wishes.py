"""Wishes granted: what an event asks of the world enters the outbox in the transaction that wrote the event (I6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.accounts import directory
from tocsin.accounts.directory import Contact
from tocsin.comms import outbox, setup
from tocsin.comms.outbox import Order
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.react import react
from tocsin.incidents import about as abouts
from tocsin.incidents import wording
from tocsin.incidents.journal import Written
from tocsin.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class _Cause:
    """The event behind a wish, and whom the organisation knows."""

    incident: Incident
    program: Program
    state: t.State
    seq: int
    contacts: Mapping[str, Contact]

    def order(self, *, about: str, channel: str, reader: Contact | None, audience: str = "", **words: Any) -> Order:
        """Return an order to `reader`, or to the whole `audience` where the channel knows no persons."""
        return Order(
            organisation_id=self.incident.organisation_id,
            event_id=abouts.event(self.incident.pk, self.seq),
            about=about,
            channel=channel,
            recipient=reader.id if reader else audience,
            address=reader.email if reader else "",
            captured=self.incident.drill,
            **words,
        )


def grant(incident: Incident, program: Program, state: t.State, written: Written) -> None:
    """Put what `written` asks for into the outbox. `state` is the one after it. Within the desk's transaction."""
    wishes = react(state, written.event)
    if wishes:
        cause = _Cause(incident, program, state, written.seq, directory.contacts(incident.organisation_id))
        outbox.put_all(order for wish in wishes for order in _orders(cause, wish))


def _orders(cause: _Cause, wish: t.Wish) -> Iterator[Order]:
    match wish:
        case t.Tell():
            yield from _tell(cause, wish)
        case t.Deliver():
            yield from _deliver(cause, wish)


def _tell(cause: _Cause, wish: t.Tell) -> Iterator[Order]:
    """In the product always; by e-mail too where the organisation has set it up."""
    incident = cause.incident
    channels = ["inbox"] + (["email"] if setup.ready(incident.organisation_id, "email") else [])
    for person in wish.persons:
        reader = cause.contacts.get(person)
        if reader is None:
            continue  # no account in this organisation any more; the journal names whom it was meant for
        subject, body = wording.tell(cause.program, cause.state, wish, reader.language, reader.timezone)
        for channel in channels:
            yield cause.order(
                about=abouts.told(incident.pk, wish.cause),
                channel=channel,
                reader=reader,
                locale=reader.language,
                subject=subject,
                body=body,
                urgent=wish.urgent,
            )


def _deliver(cause: _Cause, wish: t.Deliver) -> Iterator[Order]:
    """
    The approved words, verbatim, in each reader's own language where the message has it, else in the plan's.

    A channel that needs addresses goes to each person; any other (a web site, a group chat) gets one message for the whole audience.
    """
    incident, own = cause.incident, cause.program.language
    title = cause.program.messages[wish.template].title if wish.template in cause.program.messages else {}
    for channel in wish.channels:
        ready = setup.ready(incident.organisation_id, channel)
        personal = ready is None or ready.channel.addressed or ready.channel.name == "inbox"
        readers: list[Contact | None] = [cause.contacts[person] for person in wish.persons if person in cause.contacts] if personal else []
        for reader in readers or [None]:
            locale = wording.nearest(wish.texts, reader.language if reader else own, own)
            yield cause.order(
                about=abouts.message(incident.pk, wish.message),
                channel=channel,
                reader=reader,
                audience=", ".join(wish.to),
                locale=locale,
                subject=f"[{incident.number}] {wording.pick(title, locale, own)}",
                body=wish.texts[locale],
                urgent=wish.urgent,
            )
