"""The first act in an installation: an organisation and its owner."""

import re
import unicodedata

from django.db import transaction

from tocsin.accounts import audit, people
from tocsin.accounts.models import Access, Membership, Organisation, Person


@transaction.atomic
def found(organisation: str, email: str, person: str, language: str, timezone: str = "UTC") -> tuple[Organisation, Person]:
    """Make an organisation with its first owner, who has no password yet."""
    made = Organisation.objects.create(name=organisation.strip(), slug=_slug(organisation), language=language, timezone=timezone)
    owner = people.create(email, person or email, language)
    Membership.objects.create(organisation=made, person=owner, access=Access.OWNER)
    audit.record(made, owner, "organisation.founded", made.slug, name=made.name)
    return made, owner


def _slug(name: str) -> str:
    """Return a free slug for `name`: its Latin letters and digits, else `organisation`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return base if base not in taken else next(f"{base}-{n}" for n in range(2, 10_000) if f"{base}-{n}" not in taken)
