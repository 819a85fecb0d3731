"""Keys for sources (`ingest`) and programs (`api`): made, found, revoked. The secret is shown once and kept only as a hash."""

import hmac
import re
from datetime import timedelta

from django.db import transaction

from tocsin.accounts import audit, tokens
from tocsin.accounts.models import Access, Key, Organisation, Person
from tocsin.kit import chance, clock
from tocsin.kit.readonly import readonly

INGEST, API = "ingest", "api"
SECRET = re.compile(r"(ingest|api)_[0-9a-f]{40}")
TOUCH_AFTER = timedelta(minutes=10)


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


def touch(key: Key) -> None:
    """Remember that `key` was used, at most once in ten minutes, where anything can be written. Idempotent."""
    now = clock.now()
    if readonly.now:
        return
    if key.last_used_at is None or now - key.last_used_at > TOUCH_AFTER:
        Key.objects.filter(pk=key.pk).update(last_used_at=now)
        key.last_used_at = now


@transaction.atomic
def revoke(key: Key, *, by: Person | None) -> None:
    """Revoke `key` for good. Idempotent. `by` is None on the machine itself."""
    if Key.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        audit.record(key.organisation, by, "key.revoked", key.prefix, kind=key.kind, name=key.name)


def _prefix(secret: str) -> str:
    kind, _, rest = secret.partition("_")
    return f"{kind[:6]}_{rest[:8]}"
