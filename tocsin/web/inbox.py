"""The inbox: what a person was told, the newest first, each with the way to its incident."""

from dataclasses import dataclass

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
    """One item. `lines` say more than the subject does; `place` is where it leads, if anywhere, and `name` how
    that is called."""

    item: InboxItem
    tag: str
    lines: tuple[str, ...]
    place: str
    name: str


@require_GET
@needs("incident.attend")
def every(request: Request) -> HttpResponse:
    """Show what the viewer was told; htmx gets the list alone."""
    told = [_told(request, item) for item in inbox.items(request.organisation.id, request.actor.person)]
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
    place, _name = _place(request, mine[0]) if "open" in request.POST and item_id != "all" else ("", "")
    if place:
        return reply.see(place)
    return reply.see(reverse("inbox", kwargs={"slug": request.organisation.slug}))


def _told(request: Request, item: InboxItem) -> Told:
    lines = [line for line in item.body.splitlines() if line and line not in item.subject and not line.startswith(settings.BASE_URL)]
    code = languages.known(item.locale)
    return Told(item, languages.LANGUAGES[code].tag if code else item.locale, tuple(lines), *_place(request, item))


def _place(request: Request, item: InboxItem) -> tuple[str, str]:
    """Return the address of what an item is about, and how that is called: an incident, or readiness; nothing for a trial of a channel."""
    try:
        meant = about.read(item.about)
    except ValueError:
        return "", ""
    slug = request.organisation.slug
    if access.SEE in request.acts and any(record.pk == meant.incident for record in standing.records(request.organisation.id)):
        return reverse("readiness", kwargs={"slug": slug}), _("Readiness")
    found = request.viewer.attended().filter(incident_id=meant.incident).values_list("number", flat=True)
    number = found.first()
    return (reverse("incident", kwargs={"slug": slug, "number": number}), number) if number else ("", "")
