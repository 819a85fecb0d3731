"""Records, notes, messages and who was told."""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup

from tocsin.incidents.models import PartyRow
from tocsin.web import plan_words
from tocsin.web.languages import gettext as _
from tocsin.web.sentences.event import Event, tell


def _said(e: Event) -> Markup:
    return tell(_("%(who)s said to the team"), who=e.who)


def _promoted(e: Event) -> Markup:
    return tell(_("%(who)s put a line of the team stream onto the timeline"), who=e.who)


def _record_entered(e: Event) -> Markup:
    if e.data.get("amends"):
        return tell(_("%(who)s added to the record: %(what)s"), who=e.who, what=e.what)
    return tell(_("%(who)s entered into the record: %(what)s"), who=e.who, what=e.what)


def _entry_marked(e: Event) -> Markup:
    parts = {"what": e.what, "entry": e.data["entry"] or _("the whole register"), "mark": plan_words.mark_word(e.data["mark"])}
    if e.data["cleared"]:
        return tell(_("%(what)s, %(entry)s: not “%(mark)s” any more"), **parts)
    return tell(_("%(what)s, %(entry)s: marked “%(mark)s”"), **parts)


def _directory_read(e: Event) -> Markup:
    return tell(_("The directory says anew who holds which role"))


def _noted(e: Event) -> Markup:
    return tell(_("%(who)s noted"), who=e.who)


def _message_drafted(e: Event) -> Markup:
    return tell(_("%(who)s drafted: %(what)s"), who=e.who, what=e.what)


def _message_published(e: Event) -> Markup:
    channels = _(", ").join(plan_words.channel(name) for name in e.data.get("channels") or ())
    return tell(_("%(who)s published %(what)s by %(channels)s"), who=e.who, what=e.what, channels=channels or "–")


def _confirmed(e: Event) -> Markup:
    parts = {"who": e.who, "what": e.what, "channel": plan_words.channel(e.data["channel"])}
    if e.data["reached"]:
        return tell(_("%(who)s confirmed %(what)s by %(channel)s"), **parts)
    return tell(_("%(who)s reached nobody with %(what)s by %(channel)s"), **parts)


def _moved_on(e: Event) -> Markup:
    parts = {"what": e.what, "failed": plan_words.channel(e.data["failed"])}
    if not e.data["channel"]:
        return tell(_("%(what)s reached nobody: %(failed)s was the last channel"), **parts)
    return tell(
        _("%(what)s did not get through by %(failed)s and goes on by %(channel)s"), channel=plan_words.channel(e.data["channel"]), **parts
    )


def _read(e: Event) -> Markup:
    addressees = Markup("{}").format(_(", ")).join(e.role(name) for name in e.data["addressees"])
    return tell(_("%(who)s read %(what)s (%(addressees)s)"), who=e.who, what=e.what, addressees=addressees)


def _reply(e: Event) -> Markup:
    party = PartyRow.objects.filter(incident_id=e.row.incident_id, party=e.data["sender"]).first() if e.data["sender"] else None
    sender = Markup("<b>{}</b>").format(party.name if party else e.data["sender"] or _("somebody"))
    if e.data["confirms"]:
        return tell(_("%(who)s recorded the answer of %(sender)s to %(what)s: confirmed"), who=e.who, sender=sender, what=e.what)
    return tell(_("%(who)s recorded the answer of %(sender)s to %(what)s"), who=e.who, sender=sender, what=e.what)


def _delivery(e: Event) -> Markup:
    outcome = {
        "delivered": _("delivered"),
        "partly": _("delivered to some"),
        "failed": _("not delivered"),
        "cancelled": _("cancelled"),
    }.get(e.data["outcome"], e.data["outcome"])
    return tell(_("%(what)s by %(channel)s: %(outcome)s"), what=e.what, channel=plan_words.channel(e.data["channel"]), outcome=outcome)


def _told(e: Event) -> Markup:
    persons = Markup("{}").format(_(", ")).join(e.person(person) for person in e.data.get("persons") or ())
    if e.data.get("urgent"):
        return tell(_("Alerted: %(persons)s"), persons=persons or "–")
    return tell(_("Told: %(persons)s"), persons=persons or "–")


SENTENCES: Final[Mapping[str, Callable[[Event], Markup]]] = {
    "Said": _said,
    "Promoted": _promoted,
    "RecordEntered": _record_entered,
    "EntryMarked": _entry_marked,
    "DirectoryRead": _directory_read,
    "Noted": _noted,
    "MessageDrafted": _message_drafted,
    "MessagePublished": _message_published,
    "DeliveryReported": _delivery,
    "ChannelConfirmed": _confirmed,
    "MessageMovedOn": _moved_on,
    "MessageRead": _read,
    "ReplyAdded": _reply,
    "Told": _told,
}
