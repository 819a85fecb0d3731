"""The mappings of feeds: each saved version with who and when; what is in use stands in the settings of the feed."""

from collections.abc import Mapping

from django.db import transaction

from tocsin.accounts import audit
from tocsin.accounts.models import Person
from tocsin.ingest.mapping import text
from tocsin.ingest.mapping.text import Finding
from tocsin.ingest.models import Feed, MappingVersion
from tocsin.ingest.sources import email, generic
from tocsin.ingest.sources.generic import MAPPING, PREFIX

BEGINNING = """\
# A line for each field. Only `key` must be there.
key: id
title: title
firing: status == 'firing'
starts_at: started_at
labels: labels
annotations: {details: message}
link: url
"""
BEGINNINGS: Mapping[str, str] = {generic.SOURCE.name: BEGINNING, email.SOURCE.name: email.BEGINNING}
"""The sources that are read by a mapping, and what a new one begins as."""


class Stale(Exception):  # noqa: N818 - it says how things stand
    """Somebody else has saved a version meanwhile."""


def latest(feed: Feed) -> MappingVersion | None:
    """Return the version in use."""
    return feed.mappings.select_related("saved_by").order_by("-number").first()


def versions(feed: Feed, limit: int = 50) -> list[MappingVersion]:
    """Return the versions, the newest first."""
    return list(feed.mappings.select_related("saved_by").order_by("-number")[:limit])


@transaction.atomic
def save(feed: Feed, written: str, after: int, *, by: Person) -> tuple[Finding, ...]:
    """
    Put a mapping in use as the version that follows number `after`; where anything is wrong with it, return that and change nothing.

    :raises Stale: another version follows that one.
    """
    findings = text.read(written).findings
    if findings:
        return findings
    locked = Feed.objects.select_for_update().get(pk=feed.pk)
    newest = latest(locked)
    if (newest.number if newest else 0) != after:
        raise Stale
    MappingVersion.objects.create(feed=locked, number=after + 1, text=written, saved_by=by)
    locked.settings = {**locked.settings, MAPPING: written, PREFIX: f"{locked.pk.hex[-8:]}:"}
    locked.save(update_fields=["settings"])
    audit.record(locked.organisation, by, "mapping.saved", locked.name, version=str(after + 1))
    return ()
