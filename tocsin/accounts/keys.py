"""Keys for sources (`ingest`) and programs (`api`): made, found, revoked. The secret is shown once and kept only as a hash."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from tocsin.accounts import access as accesses
from tocsin.accounts import audit, tokens
from tocsin.accounts.models import Access, Key, Organisation, Person
from tocsin.kit import bulk, chance, clock
from tocsin.kit.readonly import readonly

INGEST, API = "ingest", "api"
SECRET = re.compile(r"(ingest|api)_[0-9a-f]{40}")
TOUCH_AFTER = timedelta(minutes=10)
_KEY: Final = ("known.id", "digest", "last_used_at", "known.access", "member.access", "known.person_id")
_OWN: Final = ("own.id", "slug", "own.name", "language", "timezone", "own.created_at")
_OPENED: Final = """SELECT {} FROM accounts_key AS known
    JOIN accounts_organisation AS own ON own.id = known.organisation_id
    JOIN accounts_membership AS member ON member.organisation_id = own.id AND member.person_id = known.person_id
    WHERE prefix = {{}} AND kind = {{}} AND revoked_at IS NULL"""


@transaction.atomic
def create(organisation: Organisation, kind: str, name: str, *, person: Person, access: str = "") -> tuple[Key, str]:
    """
    Make a key and return it with its secret, which cannot be read again.

    An API key acts as `person`, at most with `access` (a member's, unless said otherwise).
    """
    secret = f"{kind}_{chance.secret()}"
    key = Key.objects.create(
        organisation=organisation,
        kind=kind,
        name=name,
        prefix=_prefix(secret),
        digest=tokens.digest(secret),
        person=person,
        access=(access or Access.MEMBER) if kind == API else "",
    )
    audit.record(organisation, person, "key.created", key.prefix, kind=kind, name=name, access=key.access)
    return key, secret


def find(kind: str, secret: str) -> Key | None:
    """Return the key of `kind` with this secret unless it is revoked. One read, no write: the lane asks on every request."""
    if not SECRET.fullmatch(secret):
        return None
    key = Key.objects.select_related("organisation", "person").filter(prefix=_prefix(secret)).first()
    if key is None or key.kind != kind or key.revoked_at is not None:
        return None
    return key if hmac.compare_digest(key.digest, tokens.digest(secret)) else None


@dataclass(frozen=True, slots=True)
class Opened:
    """What an API key opens now: its organisation, in the name of a person, and what both may do there."""

    organisation: Organisation
    person_id: UUID
    acts: frozenset[str]


def open_api(secret: str) -> Opened | None:
    """
    Return what an API key opens, and note that it was used; None for one that is unknown, revoked, or whose person may nothing any more.

    One statement, asked anew each time: what was taken away a moment ago opens nothing.
    """
    if not SECRET.fullmatch(secret):
        return None
    found = bulk.asked(_OPENED.format(bulk.stored(*_KEY, *_OWN)), [("text", _prefix(secret)), ("text", API)])
    if not found:
        return None
    key_id, digest, used_at, key_access, person_access, person_id, own_id, slug, name, language, zone, made_at = found[0]
    acts = accesses.through(key_access, person_access)
    if not acts or not hmac.compare_digest(digest, tokens.digest(secret)):
        return None
    _touch(bulk.uuid(key_id), bulk.instant(used_at) if used_at else None)
    organisation = Organisation(bulk.uuid(own_id), slug, name, language, zone, bulk.instant(made_at))
    return Opened(organisation, bulk.uuid(person_id), acts)


def touch(key: Key) -> None:
    """Remember that `key` was used, at most once in ten minutes, where anything can be written. Idempotent."""
    key.last_used_at = _touch(key.pk, key.last_used_at)


def _touch(key_id: UUID, used_at: datetime | None) -> datetime | None:
    now = clock.now()
    if readonly.now or (used_at is not None and now - used_at <= TOUCH_AFTER):
        return used_at
    Key.objects.filter(pk=key_id).update(last_used_at=now)
    return now


@transaction.atomic
def revoke(key: Key, *, by: Person | None) -> None:
    """Revoke `key` for good. Idempotent. `by` is None on the machine itself."""
    if Key.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        audit.record(key.organisation, by, "key.revoked", key.prefix, kind=key.kind, name=key.name)


def _prefix(secret: str) -> str:
    kind, _, rest = secret.partition("_")
    return f"{kind[:6]}_{rest[:8]}"
