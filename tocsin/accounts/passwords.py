"""Passwords: chosen by the person on first use, or anew in the profile. None is ever given out."""

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from tocsin.accounts.models import Person
from tocsin.engine.terms import Refused

TOO_SHORT = Refused("A005", "The password is too short.", "Use at least ten characters.")
TOO_COMMON = Refused("A006", "This password is one of the most common.", "Use several words that only you would put together.")


def choose(person: Person, password: str) -> Refused | None:
    """Set the password of `person`, or say why not."""
    refused = check(password)
    if refused is None:
        person.set_password(password)
        person.save(update_fields=["password"])
    return refused


def check(password: str) -> Refused | None:
    """Return why this is no password, if it is none."""
    try:
        password_validation.validate_password(password)
    except ValidationError as error:
        return TOO_SHORT if any(each.code == "password_too_short" for each in error.error_list) else TOO_COMMON
    return None
