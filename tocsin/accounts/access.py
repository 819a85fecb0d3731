"""The one policy: what an access allows, and whether a person or a key may do an act in an organisation."""

from collections.abc import Mapping

from tocsin.accounts.models import Access, Key, Membership, Organisation, Person

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


def may(principal: Person | Key, organisation: Organisation, act: str) -> bool:
    """Return whether `principal` may do `act` in `organisation`. Whoever is no member may nothing there."""
    return act in acts(principal, organisation)


def access_of(person: Person, organisation: Organisation) -> str:
    """Return the access of `person` in `organisation`; empty for a stranger."""
    membership = Membership.objects.filter(organisation=organisation, person=person).only("access").first()
    return membership.access if membership else ""


def acts(principal: Person | Key, organisation: Organisation) -> frozenset[str]:
    """Return every act that `principal` may do in `organisation`; none for a stranger."""
    if isinstance(principal, Person):
        return ACTS.get(access_of(principal, organisation), frozenset())
    if principal.organisation_id != organisation.id or principal.kind != "api" or principal.revoked_at:
        return frozenset()
    allowed = ACTS.get(principal.access, frozenset())
    # A key never outlives or outgrows the person in whose name it acts.
    return allowed & acts(principal.person, organisation) if principal.person else frozenset()
