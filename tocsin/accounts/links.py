"""One-time links: one person signs in by each, and with the first of all the installation is set up."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from tocsin.accounts import tokens
from tocsin.accounts.models import Organisation, Person, SignInLink
from tocsin.kit import chance, clock

VALID_FOR = timedelta(days=3)


def issue(person: Person, valid_for: timedelta = VALID_FOR) -> str:
    """Return the secret of a new link for `person`. Earlier unused ones of that person end."""
    return _issue(person, valid_for)


def issue_setup() -> str | None:
    """Return the secret of a new set-up link, ending earlier ones; None once there is an organisation."""
    return None if Organisation.objects.exists() else _issue(None, VALID_FOR)


def look(secret: str) -> SignInLink | None:
    """Return the link if it can still be used, without using it: mail scanners open links too."""
    usable = Q(used_at=None, expires_at__gt=clock.now())
    return SignInLink.objects.select_related("person").filter(usable, digest=tokens.digest(secret)).first()


def redeem(secret: str) -> SignInLink | None:
    """Use the link up and return it; None if it was used, has expired or never was. Of two at once, one wins."""
    link = look(secret)
    if link is None or not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now()):
        return None
    return link


@transaction.atomic
def _issue(person: Person | None, valid_for: timedelta) -> str:
    ended = Q(person=person, used_at=None) | Q(expires_at__lte=clock.now())
    SignInLink.objects.filter(ended).delete()
    secret = chance.secret()
    SignInLink.objects.create(digest=tokens.digest(secret), person=person, expires_at=clock.now() + valid_for)
    return secret
