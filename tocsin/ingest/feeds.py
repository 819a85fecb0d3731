"""Feeds: what sends to an organisation, each with keys of its own, perhaps a secret to sign with, and its source's settings."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tocsin.accounts import audit, keys
from tocsin.accounts.models import Key, Organisation, Person
from tocsin.ingest.models import Feed, FeedKey

NAME_CHARS_MAX: Final = 120


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


@transaction.atomic
def sign(feed: Feed, secrets: Sequence[str], *, by: Person) -> None:
    """Let only what is signed with one of `secrets` in from now on; with none, everything that has the key."""
    feed.secrets = settings.HOME.fernet().encrypt(json.dumps(list(secrets)).encode()).decode() if secrets else ""
    feed.save(update_fields=["secrets"])
    audit.record(feed.organisation, by, "feed.signed", feed.name, secrets=str(len(secrets)))


def secrets(feed: Feed) -> tuple[str, ...]:
    """Return what may sign for a feed."""
    return tuple(json.loads(settings.HOME.fernet().decrypt(feed.secrets.encode()))) if feed.secrets else ()


def of_key(key_id: UUID) -> Feed | None:
    """Return the feed that a key was made for."""
    found = FeedKey.objects.select_related("feed").filter(key=key_id).first()
    return found.feed if found else None


def settings_by_key(key_ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return how the feeds of these keys are set, for those that are."""
    rows = FeedKey.objects.filter(key__in=key_ids).exclude(feed__settings={}).values_list("key", "feed__settings")
    return dict(rows)
