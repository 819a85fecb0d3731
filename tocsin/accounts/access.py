"""The one policy: what an access allows, and whether a person or a key may do an act in an organisation."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from tocsin.accounts.models import Access, Membership, Organisation, Person
from tocsin.kit import bulk

ATTEND, SPEAK = "incident.attend", "incident.speak"
"""To see what one was invited to, and to take part in its stream: all that a guest may."""
SEE, ACT, DECLARE = "incident.see", "incident.act", "incident.declare"
PLANS, PEOPLE, KEYS, OWN = "plan.edit", "people.edit", "keys.edit", "organisation.own"

_OWN: Final = ("own.id", "name", "language", "timezone", "own.created_at")
_ENTERED: Final = """SELECT {} FROM accounts_organisation AS own JOIN accounts_membership AS member ON member.organisation_id = own.id
    WHERE member.person_id = {{}} AND slug = {{}}"""

ACTS: Mapping[str, frozenset[str]] = {
    Access.GUEST: frozenset({ATTEND, SPEAK}),
    Access.OBSERVER: frozenset({ATTEND, SEE}),
    Access.MEMBER: frozenset({ATTEND, SPEAK, SEE, ACT, DECLARE}),
    Access.EDITOR: frozenset({ATTEND, SPEAK, SEE, ACT, DECLARE, PLANS}),
    Access.OWNER: frozenset({ATTEND, SPEAK, SEE, ACT, DECLARE, PLANS, PEOPLE, KEYS, OWN}),
}


def may(person: Person, organisation: Organisation, act: str) -> bool:
    """Return whether `person` may do `act` in `organisation`. Whoever is no member may nothing there."""
    return act in acts(person, organisation)


def enter(person_id: UUID, slug: str) -> tuple[Organisation, frozenset[str]] | None:
    """Return the organisation with this address and what a person may do there now; None for a stranger and where there is none."""
    found = bulk.asked(_ENTERED.format(bulk.stored(*_OWN, "access")), [("uuid", person_id), ("text", slug)])
    if not found or found[0][-1] not in ACTS:
        return None
    own_id, name, language, zone, made_at, access = found[0]
    return Organisation(bulk.uuid(own_id), slug, name, language, zone, bulk.instant(made_at)), ACTS[access]


def access_of(person: Person, organisation: Organisation) -> str:
    """Return the access of `person` in `organisation`; empty for a stranger."""
    membership = Membership.objects.filter(organisation=organisation, person=person).only("access").first()
    return membership.access if membership else ""


def acts(person: Person, organisation: Organisation) -> frozenset[str]:
    """Return every act that `person` may do in `organisation`; none for a stranger."""
    return ACTS.get(access_of(person, organisation), frozenset())


def through(key: str, person: str) -> frozenset[str]:
    """Return the acts that a key with one access allows whose person has another: it never outlives or outgrows the person."""
    return ACTS.get(key, frozenset()) & ACTS.get(person, frozenset())
