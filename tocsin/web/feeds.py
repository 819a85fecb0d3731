"""Feeds: who sends to the organisation, each with keys of its own; a key is shown once, when it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts.models import Key
from tocsin.ingest import feeds, mappings, received, sources
from tocsin.ingest.models import Feed
from tocsin.ingest.sources import generic, ping
from tocsin.kit import ids
from tocsin.web import bodies, reply
from tocsin.web.reply import Request, needs

BODIES_LISTED = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A feed as a line: which source it is, its keys, when one was last used, and whether its bodies wait for a mapping."""

    id: str
    feed: Feed
    source: str
    keys: Sequence[Key]
    last_used_at: datetime | None
    unmapped: bool


@require_GET
@needs("incident.see")
def one(request: Request, feed_id: str) -> HttpResponse:
    """Show a feed: its address, its keys, what it sent last."""
    return page(request, find(request, feed_id))


@require_POST
@needs("keys.edit")
def key(request: Request, feed_id: str) -> HttpResponse:
    """Make one more key for a feed, beside those it has."""
    feed = find(request, feed_id)
    return page(request, feed, secret=feeds.add_key(feed, person=request.person)[1])


def every(request: Request) -> list[Row]:
    """Return the feeds of the organisation by name."""
    return [_row(feed) for feed in Feed.objects.filter(organisation=request.organisation).order_by("name")]


def kinds() -> list[tuple[str, str]]:
    """Return the sources that a feed can be, by their titles; a check has a page of its own."""
    found = ((name, source.title) for name, source in sources.registry().items() if name != ping.SOURCE.name)
    return sorted(found, key=lambda each: each[1].lower())


def find(request: Request, feed_id: str) -> Feed:
    """Return the feed of the address."""
    try:
        found = Feed.objects.filter(organisation=request.organisation, id=ids.untyped("fee", feed_id)).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def keys_of(feed: Feed) -> list[Key]:
    """Return the keys of a feed, those in use first."""
    made_for = feed.keys.values_list("key", flat=True)
    return list(Key.objects.filter(id__in=made_for, organisation=feed.organisation_id).order_by("revoked_at", "-created_at"))


def _row(feed: Feed) -> Row:
    keys = keys_of(feed)
    used = [each.last_used_at for each in keys if each.last_used_at]
    source = sources.registry().get(feed.source)
    unmapped = feed.source == generic.SOURCE.name and not feed.settings.get(generic.MAPPING)
    return Row(ids.typed("fee", feed.id), feed, source.title if source else feed.source, keys, max(used, default=None), unmapped)


def page(request: Request, feed: Feed, *, secret: str = "") -> HttpResponse:
    """Return the page of a feed, with the secret of a key that was just made."""
    row = _row(feed)
    kept = received.latest_of(request.organisation.id, {each.id for each in row.keys}, BODIES_LISTED)
    context: dict[str, Any] = {
        "row": row,
        "rows": bodies.rows(request, kept),
        "choose": True,
        "secret": secret,
        "address": f"{settings.BASE_URL}/in/{feed.source}/{secret or '…'}",
        "mapped": feed.source == generic.SOURCE.name,
        "version": mappings.latest(feed),
    }
    return reply.page(request, "sources/feed.html", context)
