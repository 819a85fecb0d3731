"""Feeds: what sends to an organisation, each with keys of its own, perhaps a secret to sign with, and its source's settings."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from tocsin.accounts import audit, keys
from tocsin.accounts.models import Key, Organisation, Person
from tocsin.ingest import endings
from tocsin.ingest.models import Alert, Feed, FeedKey, RawBody
from tocsin.kit import clock

NAME_CHARS_MAX: Final = 120
FIRING_MAX: Final = 10_000
"""Alerts that fire, of a source, that are looked at when one of its feeds is removed."""
_AT_ONCE: Final = 500


@transaction.atomic
def create(organisation: Organisation, source: str, name: str, *, person: Person) -> tuple[Feed, str]:
    """Make a feed and return it with the secret of its first key, which cannot be read again."""
    feed = Feed.objects.create(organisation=organisation, source=source, name=name)
    audit.record(organisation, person, "feed.created", name, source=source)
    return feed, add_key(feed, person=person)[1]


@transaction.atomic
def add_key(feed: Feed, *, person: Person) -> tuple[Key, str]:
    """Make one more key for a feed, beside those it has, and return it with its secret."""
    key, secret = keys.create(feed.organisation, keys.INGEST, feed.name, person=person)
    FeedKey.objects.create(key=key.id, feed=feed)
    return key, secret


def standing(organisation: Organisation) -> QuerySet[Feed]:
    """Return the feeds that were not removed."""
    return Feed.objects.filter(organisation=organisation, removed_at=None)


@transaction.atomic
def remove(feed: Feed, *, by: Person, ending: bool) -> None:
    """
    Remove a feed: its keys open nothing from now on. What it sent, and what came of it, stays. Idempotent.

    `ending` ends its alerts that still fire; nobody else will.
    """
    now = clock.now()
    if not Feed.objects.filter(pk=feed.pk, removed_at=None).update(removed_at=now):
        return
    for key in Key.objects.filter(id__in=feed.keys.values("key")):
        keys.revoke(key, by=by)
    ended = endings.soon(firing(feed), now) if ending else 0
    audit.record(feed.organisation, by, "feed.removed", feed.name, source=feed.source, ended=str(ended))


def firing(feed: Feed) -> list[Alert]:
    """Return the alerts that fire and of which a body by a key of this feed spoke last, out of the latest `FIRING_MAX` of its source."""
    fires = Alert.objects.filter(organisation=feed.organisation_id, source=feed.source, firing=True)
    rows = list(fires.only("organisation_id", "raw").order_by("-raw", "-id")[:FIRING_MAX])
    made_for = set(feed.keys.values_list("key", flat=True))
    spoke: set[int] = set()
    for at in range(0, len(rows), _AT_ONCE):
        bodies = RawBody.objects.filter(id__in=[row.raw for row in rows[at : at + _AT_ONCE]], key__in=made_for)
        spoke |= set(bodies.values_list("id", flat=True))
    return [row for row in rows if row.raw in spoke]


@transaction.atomic
def sign(feed: Feed, secrets: Sequence[str], *, by: Person) -> None:
    """Let only what is signed with one of `secrets` in from now on; with none, everything that has the key."""
    feed.secrets = settings.HOME.fernet().encrypt(json.dumps(list(secrets)).encode()).decode() if secrets else ""
    feed.save(update_fields=["secrets"])
    audit.record(feed.organisation, by, "feed.signed", feed.name, secrets=str(len(secrets)))


@transaction.atomic
def limit(feed: Feed, per_minute: int | None, *, by: Person) -> None:
    """Let so many bodies come by each key of a feed in a minute from now on; None: as many as come."""
    feed.per_minute = per_minute
    feed.save(update_fields=["per_minute"])
    audit.record(feed.organisation, by, "feed.limited", feed.name, per_minute=str(per_minute or ""))


def secrets(feed: Feed) -> tuple[str, ...]:
    """Return what may sign for a feed."""
    return tuple(json.loads(settings.HOME.fernet().decrypt(feed.secrets.encode()))) if feed.secrets else ()


def of_key(key_id: UUID) -> Feed | None:
    """Return the feed that a key was made for."""
    found = FeedKey.objects.select_related("feed").filter(key=key_id).first()
    return found.feed if found else None


def latest_key(feed: Feed) -> UUID:
    """Return the id of the newest key that was made for a feed, revoked or not: what comes by it is the feed's."""
    return feed.keys.values_list("key", flat=True).latest("key")


def slug(name: str) -> str:
    """Return the name of a feed as it stands in an address."""
    return slugify(name, allow_unicode=True)


def of_check(organisation_id: UUID, name: str) -> Feed | None:
    """Return the feed of the check that an address names, if it is exactly one."""
    checks = Feed.objects.filter(organisation=organisation_id, removed_at=None, check_up__isnull=False)
    found = [pk for pk, given in checks.values_list("pk", "name") if slug(given) == name]
    return Feed.objects.get(pk=found[0]) if len(found) == 1 else None


def settings_by_key(key_ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return how the feeds of these keys are set, for those that are."""
    rows = FeedKey.objects.filter(key__in=key_ids).exclude(feed__settings={}).values_list("key", "feed__settings")
    return dict(rows)
