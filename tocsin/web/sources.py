"""What comes in from outside: the bodies as they came and what became of each; what could not be read is read once more."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine.terms import Refused
from tocsin.ingest import feeds as ingest_feeds
from tocsin.ingest import log, received
from tocsin.ingest.received import Kept, Unread
from tocsin.web import bodies, feeds, raw_text, reply
from tocsin.web.languages import gettext as _
from tocsin.web.languages import ngettext
from tocsin.web.reply import Request, needs

LISTED = 50
REASONS_SAID = 10


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show what waits for somebody, and the latest that was read; `before` leads further back."""
    return page(request)


@require_GET
@needs("incident.see")
def body(request: Request, body: str) -> HttpResponse:
    """Show one body as it came."""
    found = received.one(request.organisation.id, body)
    if found is None:
        raise Http404
    (row,) = bodies.rows(request, [found[0]])
    return reply.page(request, "sources/body.html", {"row": row, "shown": raw_text.shown(found[1]), "bytes_kept": log.REJECTED_BYTES_MAX})


@require_POST
@needs("plan.edit")
def replay(request: Request) -> HttpResponse:
    """Read bodies once more: those named, or all that wait for somebody."""
    names = request.POST.getlist("body")
    if "all" in request.POST:
        names = [one.name for one in received.waiting_for_somebody(request.organisation.id)]
    done, unread = received.replay(request.organisation.id, names)
    if done:
        named = ", ".join(one.name for one in done)
        audit.record(request.organisation, request.person, "bodies.replayed", str(len(done)), bodies=named)
    if unread:
        return page(request, _still(done, unread))
    return reply.see(reverse("sources", kwargs={"slug": request.organisation.slug}))


@require_POST
@needs("keys.edit")
def addition(request: Request) -> HttpResponse:
    """Make a feed with its first key."""
    source, name = request.POST.get("source", ""), request.POST.get("name", "").strip()
    if source not in dict(feeds.kinds()) or not name or len(name) > ingest_feeds.NAME_CHARS_MAX:
        return page(
            request, Refused("E202", _("A source needs a kind and a name."), _("Name what sends, such as uptime checks in Warsaw."))
        )
    if ingest_feeds.standing(request.organisation).filter(name=name).exists():
        return page(request, Refused("E104", _("There is a source with this name."), _("Choose another name.")))
    feed, secret = ingest_feeds.create(request.organisation, source, name, person=request.person)
    return feeds.page(request, feed, secret=secret)


def page(request: Request, refused: Refused | None = None) -> HttpResponse:
    """Return the page of sources."""
    before = request.GET.get("before", "")
    organisation_id = request.organisation.id
    settled = received.latest(organisation_id, received.SETTLED, LISTED, int(before) if before.isdecimal() and len(before) < 18 else 0)
    aside = [*received.latest(organisation_id, received.PARKED, LISTED), *received.latest(organisation_id, received.REFUSED, LISTED)]
    aside.sort(key=lambda one: one.received_at, reverse=True)
    context = {
        "settled": bodies.rows(request, settled),
        "older": settled[-1].name.partition("-")[2] if len(settled) == LISTED else "",
        "waiting": received.count(organisation_id, received.WAITING),
        "aside": bodies.rows(request, aside),
        "parked": received.count(organisation_id, received.PARKED),
        "refused_count": received.count(organisation_id, received.REFUSED),
        "replayable": len(received.waiting_for_somebody(organisation_id)),
        "days_read": received.SETTLED_KEPT.days,
        "days_parked": received.PARKED_KEPT.days,
        "refused_kept": log.REJECTED_KEPT,
        "feeds": feeds.every(request),
        "loose": feeds.loose(request),
        "kinds": feeds.kinds(),
        "typed": request.POST,
    }
    return reply.page(request, "sources/page.html", context, refused=refused)


def _still(done: Sequence[Kept], unread: Sequence[Unread]) -> Refused:
    """Say what could not be read even now, and why."""
    message = ngettext("%(num)s body cannot be read even now.", "%(num)s bodies cannot be read even now.", len(unread)) % {
        "num": len(unread)
    }
    if done:
        message += " " + ngettext("%(num)s was handed over.", "%(num)s were handed over.", len(done)) % {"num": len(done)}
    said = dict.fromkeys(f"{one.body.source}: {one.reason or _('too little of it was kept')}" for one in unread)
    return Refused("E104", message, _("Mend the mapping, or what sends it; then replay."), tuple(said)[:REASONS_SAID])
