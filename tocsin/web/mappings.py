"""The mapping of a feed: written beside what it makes of a body that came, saved as a version with who and when."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.engine.terms import Refused
from tocsin.ingest import mappings, received
from tocsin.ingest.mapping import trial
from tocsin.ingest.models import Feed
from tocsin.ingest.received import Kept
from tocsin.kit import clock, ids
from tocsin.web import feeds, raw_text, reply
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

BODIES_OFFERED = 30
ALERTS_SHOWN = 20
SAMPLE_CHARS_MAX = 100_000


@require_GET
@needs("incident.see")
def text(request: Request, feed_id: str) -> HttpResponse:
    """Show the mapping in use, or version `version` of it to begin from, beside what it makes of a body."""
    feed = _mapped(request, feed_id)
    chosen = request.GET.get("version", "")
    version = feed.mappings.filter(number=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 9 else mappings.latest(feed)
    return _editor(request, feed, version.text if version else mappings.BEGINNINGS[feed.source])


@require_POST
@needs("plan.edit")
def reading(request: Request, feed_id: str) -> HttpResponse:
    """Read the text as it stands against the chosen body, without keeping either."""
    feed = _mapped(request, feed_id)
    return reply.page(
        request, "sources/_reading.html", _read(request, _written(request), _sample(request, feed)) | {"chosen": _chosen(request)}
    )


@require_POST
@needs("plan.edit")
def saving(request: Request, feed_id: str) -> HttpResponse:
    """Put the text in use as the next version; one with a fault never is."""
    feed, written = _mapped(request, feed_id), _written(request)
    after = request.POST.get("after", "")
    try:
        findings = mappings.save(feed, written, int(after) if after.isdecimal() and len(after) < 9 else 0, by=request.person)
    except mappings.Stale:
        hint = _("Look at the newest version, then save yours after it.")
        return _editor(request, feed, written, Refused("E104", _("Somebody else has saved a version meanwhile."), hint))
    if findings:
        hint = _("The version in use stays in use.")
        return _editor(request, feed, written, Refused("E202", _("The mapping is not saved: something in it is wrong."), hint))
    return reply.see(reverse("mapping", kwargs={"slug": request.organisation.slug, "feed_id": ids.typed("fee", feed.id)}))


def _editor(request: Request, feed: Feed, written: str, refused: Refused | None = None) -> HttpResponse:
    offered, newest = _offered(request, feed), mappings.latest(feed)
    sample = _sample(request, feed, offered)
    context = {
        "feed_id": ids.typed("fee", feed.id),
        "feed": feed,
        "written": written,
        "offered": offered,
        "chosen": _chosen(request) or (offered[0].name if offered else ""),
        "newest": newest,
        "versions": mappings.versions(feed),
        "replayable": sum(1 for one in offered if one.state == received.PARKED),
        **_read(request, written, sample),
    }
    return reply.page(request, "sources/mapping.html", context, refused=refused)


def _read(request: Request, written: str, sample: bytes) -> dict[str, Any]:
    tried = trial.run(written, sample, clock.now())
    return {"tried": tried, "alerts": tried.alerts[:ALERTS_SHOWN], "count": len(tried.alerts), "sample": raw_text.shown(sample).text}


def _chosen(request: Request) -> str:
    """Return the name of the recorded body that was chosen."""
    return request.POST.get("body") or request.GET.get("body", "")


def _offered(request: Request, feed: Feed) -> list[Kept]:
    keys = {key.id for key in feeds.keys_of(feed)}
    return received.latest_of(request.organisation.id, keys, BODIES_OFFERED)


def _sample(request: Request, feed: Feed, offered: list[Kept] | None = None) -> bytes:
    """Return the body to try the mapping on: a recorded one of this feed, or what was pasted."""
    name = _chosen(request)
    names = {one.name for one in (_offered(request, feed) if offered is None else offered)}
    if not name and offered:
        name = offered[0].name
    if name in names:
        found = received.one(request.organisation.id, name)
        return found[1] if found else b""
    return request.POST.get("sample", "")[:SAMPLE_CHARS_MAX].encode()


def _mapped(request: Request, feed_id: str) -> Feed:
    feed = feeds.find(request, feed_id)
    if feed.source not in mappings.BEGINNINGS:
        raise Http404
    return feed


def _written(request: Request) -> str:
    return request.POST.get("source", "").replace("\r\n", "\n")
