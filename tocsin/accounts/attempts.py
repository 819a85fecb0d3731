"""Guessing is slow: after ten failed sign-ins for one e-mail within a quarter of an hour, the rest of it is waited out."""

from datetime import timedelta

from django.db import transaction

from tocsin.accounts import tokens
from tocsin.accounts.models import Attempt
from tocsin.kit import clock

WINDOW = timedelta(minutes=15)
ALLOWED = 10


def blocked(email: str) -> bool:
    """Return whether sign-in by password for this e-mail rests now, right or wrong. A one-time link still works."""
    return Attempt.objects.filter(subject=_subject(email), count__gte=ALLOWED, since__gt=clock.now() - WINDOW).exists()


@transaction.atomic
def failed(email: str) -> None:
    """Count one failure, known e-mail or not, so that the answer does not tell which exist."""
    Attempt.objects.filter(since__lte=clock.now() - WINDOW).delete()
    attempt, _ = Attempt.objects.select_for_update().get_or_create(subject=_subject(email))
    attempt.count += 1
    attempt.save()


def forget(email: str) -> None:
    """Start over after a success."""
    Attempt.objects.filter(subject=_subject(email)).delete()


def _subject(email: str) -> str:
    return tokens.digest(email.strip().lower())
