"""The inbox: what a person was told, the newest first, each with the way to its incident."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import access
from tocsin.comms import inbox
from tocsin.comms.models import InboxItem
from tocsin.incidents import about, standing
from tocsin.web import languages, reply
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs


@dataclass(frozen=True, slots=True)
class Told:
    """
    One item, in the words in which it was sent: they are the record of what the person was told. `language` is named where it is another
    than the reader's now. `lines` say more than the subject does; `place` is where it leads, if anywhere, and `name` how that is called.
    """

    item: InboxItem
    tag: str
    language: str
    lines: tuple[str, ...]
    place: str
    name: str


@require_GET
@needs("incident.attend")
def every(request: Request) -> HttpResponse:
    """Show what the viewer was told; htmx gets the list alone."""
    items = list(inbox.items(request.organisation.id, request.actor.person))
    places = _places(request, items)
    told = [_told(item, *places.get(item.pk, ("", ""))) for item in items]
    context = {"told": told, "waiting": inbox.unread(request.organisation.id, request.actor.person)}
    return reply.page(request, "inbox/_list.html" if request.htmx else "inbox/page.html", context)


@require_GET
@needs("incident.attend")
def unread(request: Request) -> HttpResponse:
    """Show the count in the top bar alone."""
    return reply.page(request, "inbox/_unread.html")


@require_POST
@needs("incident.attend")
def reading(request: Request, item_id: str) -> HttpResponse:
    """Mark one item as read, or `all`; and go on to its incident if that was asked for."""
    mine = list(inbox.items(request.organisation.id, request.actor.person))
    if item_id != "all":
        mine = [item for item in mine if str(item.pk) == item_id]
        if not mine:
            raise Http404
    for item in mine:
        inbox.read(request.organisation.id, request.actor.person, item.pk)
    places = _places(request, mine) if "open" in request.POST and item_id != "all" else {}
    for place, _name in places.values():
        return reply.see(place)
    return reply.see(reverse("inbox", kwargs={"slug": request.organisation.slug}))


def _told(item: InboxItem, place: str, name: str) -> Told:
    lines = [line for line in item.body.splitlines() if line and line not in item.subject and not line.startswith(settings.BASE_URL)]
    code = languages.known(item.locale)
    sent = languages.LANGUAGES.get(code)
    other = sent.name if sent and sent != languages.active() else ""
    return Told(item, sent.tag if sent else item.locale, other, tuple(lines), place, name)


def _places(request: Request, items: Sequence[InboxItem]) -> Mapping[int, tuple[str, str]]:
    """Return the address of what items are about, and how that is called: an incident, or readiness; none for a trial of a channel."""
    meant = {item.pk: incident for item in items if (incident := _meant(item))}
    slug = request.organisation.slug
    known = standing.records(request.organisation.id) if meant and access.SEE in request.acts else ()
    readiness = {record.pk: (reverse("readiness", kwargs={"slug": slug}), str(_("Readiness"))) for record in known}
    seen = request.viewer.attended().filter(incident_id__in=set(meant.values())).values_list("incident_id", "number")
    rooms = {incident: (reverse("incident", kwargs={"slug": slug, "number": number}), number) for incident, number in seen}
    places = rooms | readiness
    return {item: places[incident] for item, incident in meant.items() if incident in places}


def _meant(item: InboxItem) -> UUID | None:
    try:
        return about.read(item.about).incident
    except ValueError:
        return None
