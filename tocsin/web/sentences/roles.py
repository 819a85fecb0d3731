"""Who holds what."""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup

from tocsin.engine.role_names import split
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.languages import ngettext
from tocsin.web.sentences.event import Event, tell


def _role_assigned(e: Event) -> Markup:
    return _given(e) + _lacking(e)


def _lacking(e: Event) -> Markup:
    """Return what the role requires and was not on record of the person, after a stop; nothing where all of it was."""
    rule = e.program.roles.get(split(e.data["role"])[0])
    known = {word: words for words in (rule.requires if rule else ()) for word in words.values()}
    said = [text(known[word]) if word in known else word for word in e.data.get("lacks") or ()]
    return tell(_(". Not on record: %(what)s"), what=Markup("{}").format(_(", ")).join(said)) if said else Markup("")


def _given(e: Event) -> Markup:
    parts = {"who": e.who, "role": e.what}
    count = len(e.data.get("passes") or ())
    if not e.data["person"]:
        return tell(_("%(who)s took back the role %(role)s"), **parts)
    parts["person"] = e.person(e.data["person"])
    if e.data.get("accepted") and e.data["person"] == e.row.by:
        return tell(_("%(who)s took over the role %(role)s"), **parts)
    if e.data.get("accepted") and count:
        sentence = ngettext(
            "%(who)s handed %(role)s to %(person)s, with %(num)s open clock",
            "%(who)s handed %(role)s to %(person)s, with %(num)s open clocks",
            count,
        )
        return tell(sentence, num=count, **parts)
    if e.data.get("accepted"):
        return tell(_("%(who)s handed %(role)s to %(person)s"), **parts)
    if e.data.get("source"):
        return tell(_("%(who)s called in %(person)s as %(role)s, from the list %(list)s"), list=e.role(e.data["source"]), **parts)
    return tell(_("%(who)s asked %(person)s to take the role %(role)s"), **parts)


def _role_accepted(e: Event) -> Markup:
    return tell(_("%(who)s accepted the role %(role)s"), who=e.who, role=e.what)


def _role_declined(e: Event) -> Markup:
    return tell(_("%(who)s declined the role %(role)s"), who=e.who, role=e.what)


def _deputy_called(e: Event) -> Markup:
    return tell(_("Nobody accepted %(role)s in time: %(person)s is asked as deputy"), role=e.what, person=e.person(e.data["person"]))


def _gathered(e: Event) -> Markup:
    groups = Markup("{}").format(_(", ")).join(e.role(name) for name in e.data["groups"])
    if e.data["way"] == "video":
        return tell(_("Video conference: %(groups)s"), groups=groups)
    return tell(_("Group chat opened: %(groups)s"), groups=groups)


def _duty_turned(e: Event) -> Markup:
    person, before = (e.person(e.data[name]) if e.data[name] else None for name in ("person", "before"))
    if person is None:
        return tell(_("Nobody is on duty now: %(role)s, after %(before)s"), role=e.what, before=before)
    if before is None:
        return tell(_("%(person)s is on duty now: %(role)s"), person=person, role=e.what)
    return tell(_("%(person)s is on duty now in place of %(before)s: %(role)s"), person=person, before=before, role=e.what)


def _role_created(e: Event) -> Markup:
    return tell(_("%(who)s created the role %(role)s"), who=e.who, role=Markup("<b>{}</b>").format(e.data["name"]))


def _stream_opened(e: Event) -> Markup:
    return tell(_("%(who)s opened the work stream %(stream)s"), who=e.who, stream=Markup("<b>{}</b>").format(e.data["name"]))


def _stream_closed(e: Event) -> Markup:
    return tell(_("%(who)s closed the work stream %(stream)s"), who=e.who, stream=Markup("<b>{}</b>").format(e.data["stream"]))


SENTENCES: Final[Mapping[str, Callable[[Event], Markup]]] = {
    "RoleAssigned": _role_assigned,
    "RoleAccepted": _role_accepted,
    "RoleDeclined": _role_declined,
    "RoleCreated": _role_created,
    "DeputyCalled": _deputy_called,
    "DutyTurned": _duty_turned,
    "Gathered": _gathered,
    "StreamOpened": _stream_opened,
    "StreamClosed": _stream_closed,
}
