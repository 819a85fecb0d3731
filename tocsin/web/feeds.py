"""Feeds: who sends to the organisation, each with keys of its own; a key is shown once, when it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts.models import Key
from tocsin.engine.terms import Refused
from tocsin.ingest import feeds, mappings, received, sources
from tocsin.ingest.models import Feed, FeedKey, Tally
from tocsin.ingest.sources import email, generic, ping
from tocsin.kit import ids
from tocsin.web import bodies, guides, lately, reply, typed_ids
from tocsin.web.languages import gettext as _
from tocsin.web.lately import Lately
from tocsin.web.reply import Request, needs

BODIES_LISTED = 20
SECRETS_MAX, SECRET_CHARS_MAX = 2, 200
RATE_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A feed as a line: which source it is, its keys, what came by them lately, and whether its bodies wait for a mapping."""

    id: str
    feed: Feed
    source: str
    keys: Sequence[Key]
    last_used_at: datetime | None
    unmapped: bool
    lately: Lately


@dataclass(frozen=True, slots=True)
class Loose:
    """A key of no feed, which opens every source, and what came by it lately."""

    key: Key
    lately: Lately


@require_GET
@needs("incident.see")
def one(request: Request, feed_id: str) -> HttpResponse:
    """Show a feed: its address, its keys, what it sent last."""
    return page(request, typed_ids.one(Feed.objects.filter(organisation=request.organisation), "fee", feed_id))


@require_POST
@needs("keys.edit")
def removal(request: Request, feed_id: str) -> HttpResponse:
    """Remove a feed: its keys open nothing any more, and what it sent stays."""
    feed = find(request, feed_id)
    if feed.source == ping.SOURCE.name:
        raise Http404  # it is removed as a check
    feeds.remove(feed, by=request.person, ending="end" in request.POST)
    return reply.see(reverse("sources", kwargs={"slug": request.organisation.slug}))


@require_POST
@needs("keys.edit")
def key(request: Request, feed_id: str) -> HttpResponse:
    """Make one more key for a feed, beside those it has."""
    feed = find(request, feed_id)
    return page(request, feed, secret=feeds.add_key(feed, person=request.person)[1])


@require_POST
@needs("keys.edit")
def signing(request: Request, feed_id: str) -> HttpResponse:
    """Let only what is signed in, or again everything that has the key."""
    feed = find(request, feed_id)
    secrets = request.POST.get("secrets", "").split()
    if len(secrets) > SECRETS_MAX or any(len(each) > SECRET_CHARS_MAX for each in secrets) or not guides.signable(feed.source):
        sentence = _("These are no secrets that a sender signs with.")
        return page(request, feed, refused=Refused("E202", sentence, _("Enter one, or two while one is changed for another.")))
    feeds.sign(feed, secrets, by=request.person)
    return reply.see(reverse("feed", kwargs={"slug": request.organisation.slug, "feed_id": feed_id}))


@require_POST
@needs("keys.edit")
def rate(request: Request, feed_id: str) -> HttpResponse:
    """Let so many bodies come in a minute, or as many as come."""
    feed = find(request, feed_id)
    said = request.POST.get("per_minute", "").strip()
    if said and not (said.isdecimal() and len(said) <= len(str(RATE_MAX)) and 0 < int(said) <= RATE_MAX):
        sentence = _("This is no number of bodies a minute.")
        return page(request, feed, refused=Refused("E202", sentence, _("Enter a whole number from 1 on, or nothing for no limit.")))
    feeds.limit(feed, int(said) if said else None, by=request.person)
    return reply.see(reverse("feed", kwargs={"slug": request.organisation.slug, "feed_id": feed_id}))


def every(request: Request) -> list[Row]:
    """Return the feeds of the organisation by name."""
    told = lately.by_key(request.organisation.id)
    return [_row(feed, told) for feed in feeds.standing(request.organisation).order_by("name")]


def loose(request: Request) -> list[Loose]:
    """Return the keys of no feed by which something came lately."""
    told = lately.by_key(request.organisation.id)
    fed = FeedKey.objects.filter(key__in=told).values_list("key", flat=True)
    keys = Key.objects.filter(organisation=request.organisation, id__in=set(told) - set(fed)).order_by("name")
    return [Loose(each, lately.of([each.id], told)) for each in keys]


def kinds() -> list[tuple[str, str]]:
    """Return the sources that a feed can be, by their titles; a check has a page of its own."""
    found = ((name, guides.source_title(name)) for name in sources.registry() if name != ping.SOURCE.name)
    return sorted(found, key=lambda each: each[1].lower())


def find(request: Request, feed_id: str) -> Feed:
    """Return the feed of the address, unless it was removed."""
    return typed_ids.one(feeds.standing(request.organisation), "fee", feed_id)


def keys_of(feed: Feed) -> list[Key]:
    """Return the keys of a feed, those in use first."""
    made_for = feed.keys.values_list("key", flat=True)
    return list(Key.objects.filter(id__in=made_for, organisation=feed.organisation_id).order_by("revoked_at", "-created_at"))


def _row(feed: Feed, told: Mapping[UUID, Sequence[Tally]]) -> Row:
    keys = keys_of(feed)
    used = [each.last_used_at for each in keys if each.last_used_at]
    unmapped = feed.source == generic.SOURCE.name and not feed.settings.get(generic.MAPPING)
    came = lately.of([each.id for each in keys], told)
    return Row(ids.typed("fee", feed.id), feed, guides.source_title(feed.source), keys, max(used, default=None), unmapped, came)


def page(request: Request, feed: Feed, *, secret: str = "", refused: Refused | None = None) -> HttpResponse:
    """Return the page of a feed, with the secret of a key that was just made."""
    row = _row(feed, lately.by_key(request.organisation.id))
    kept = received.latest_of(request.organisation.id, {each.id for each in row.keys}, BODIES_LISTED)
    context: dict[str, Any] = {
        "row": row,
        "rows": bodies.rows(request, kept),
        "choose": True,
        "secret": secret,
        "guide": guides.of(feed.source, secret),
        "signed": len(feeds.secrets(feed)),
        "rate_max": RATE_MAX,
        "signable": guides.signable(feed.source),
        "mail": f"{secret or '…'}@{urlsplit(settings.BASE_URL).hostname}" if feed.source == email.SOURCE.name else "",
        "listens": settings.SMTP_LISTEN,
        "mapped": feed.source in mappings.BEGINNINGS,
        "waits": feed.source == generic.SOURCE.name,
        "version": mappings.latest(feed),
        "check": feed.source == ping.SOURCE.name,
        "firing": len(feeds.firing(feed)),
        "firing_max": feeds.FIRING_MAX,
    }
    return reply.page(request, "sources/feed.html", context, refused=refused)
