"""The one policy: what an access allows, and whether a person or a key may do an act in an organisation."""

from collections.abc import Mapping

from tocsin.accounts.models import Access, Membership, Organisation, Person

ATTEND, SPEAK = "incident.attend", "incident.speak"
"""To see what one was invited to, and to take part in its stream: all that a guest may."""
SEE, ACT, DECLARE = "incident.see", "incident.act", "incident.declare"
PLANS, PEOPLE, KEYS, OWN = "plan.edit", "people.edit", "keys.edit", "organisation.own"

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
