"""An organisation with one person for each access, and a stranger who owns another."""

from dataclasses import dataclass

import pytest

from tests import world
from tocsin.accounts import founding
from tocsin.accounts.models import Access, Organisation, Person


@dataclass(frozen=True, slots=True)
class House:
    organisation: Organisation
    elsewhere: Organisation
    owner: Person
    editor: Person
    member: Person
    observer: Person
    stranger: Person


@pytest.fixture
def house(db: None) -> House:
    organisation, owner = founding.found("Hotline", "ana@example.org", "Ana", "en")
    elsewhere, stranger = founding.found("Elsewhere", "dov@example.net", "Dov", "en")
    return House(
        organisation=organisation,
        elsewhere=elsewhere,
        owner=owner,
        editor=world.member(organisation, "Bea", Access.EDITOR),
        member=world.member(organisation, "Chi", Access.MEMBER),
        observer=world.member(organisation, "Eve", Access.OBSERVER),
        stranger=stranger,
    )
