"""People of an organisation: invited, given an access and names of a plan to hold, taken out. Each act is audited."""

from collections.abc import Iterable

from django.db import transaction

from tocsin.accounts import audit
from tocsin.accounts.models import Access, Membership, Organisation, Person, RoleHolder
from tocsin.engine.terms import Refused

LAST_OWNER = Refused("A001", "This is the last owner.", "Make someone else an owner first.")
ALREADY_HERE = Refused("A002", "A person with this e-mail is already here.", "Change the access in the list.")
NO_SUCH_ACCESS = Refused("A003", "There is no such access.", "Choose owner, editor, member, observer or guest.")
NOT_AN_ADDRESS = Refused("A004", "This is not an e-mail address.", "Write it as name@example.org.")


def create(email: str, name: str, language: str = "") -> Person:
    """Return a new person without a password; a one-time link lets them in to set one. Within the caller's transaction."""
    person = Person(email=email.strip().lower(), name=name.strip(), language=language)
    person.set_unusable_password()
    person.save()
    return person


@transaction.atomic
def invite(organisation: Organisation, email: str, name: str, access: str, *, by: Person | None) -> Person | Refused:
    """Make someone a member, known to the installation or new, and return them; issue a link to let them in."""
    email = email.strip().lower()
    if access not in Access.values:
        return NO_SUCH_ACCESS
    if "@" not in email[1:-1]:
        return NOT_AN_ADDRESS
    person = Person.objects.filter(email=email).first() or create(email, name or email, organisation.language)
    _, new = Membership.objects.get_or_create(organisation=organisation, person=person, defaults={"access": access})
    if not new:
        return ALREADY_HERE
    audit.record(organisation, by, "person.invited", email, access=access)
    return person


@transaction.atomic
def change_access(membership: Membership, access: str, *, by: Person) -> Refused | None:
    """Give another access. An organisation keeps an owner."""
    if access not in Access.values:
        return NO_SUCH_ACCESS
    if access != Access.OWNER and _last_owner(membership):
        return LAST_OWNER
    was, membership.access = membership.access, access
    membership.save(update_fields=["access"])
    if was != access:
        audit.record(membership.organisation, by, "access.changed", membership.person.email, was=was, now=access)
    return None


def qualify(membership: Membership, brings: Iterable[str], *, by: Person) -> None:
    """Record what a person has learned or may use, in the words of the plans that require it (ROL-36)."""
    known = sorted(set(brings))
    if known == membership.brings:
        return
    membership.brings = known
    membership.save(update_fields=["brings"])
    audit.record(membership.organisation, by, "qualifications.changed", membership.person.email, now=", ".join(known))


@transaction.atomic
def remove(membership: Membership, *, by: Person) -> Refused | None:
    """Take a person out of the organisation, with all that they hold in its directory. Their acts stay in the record."""
    if _last_owner(membership):
        return LAST_OWNER
    RoleHolder.objects.filter(organisation=membership.organisation, person=membership.person).delete()
    audit.record(membership.organisation, by, "person.removed", membership.person.email, was=membership.access)
    membership.delete()
    return None


@transaction.atomic
def hold(organisation: Organisation, person: Person, plan: str, ranks: dict[str, int], *, by: Person | None) -> None:
    """Let `person` hold exactly these names of `plan` (role, department, post), each with its rank. Idempotent."""
    before = {row.role: row.rank for row in RoleHolder.objects.filter(organisation=organisation, plan=plan, person=person)}
    if before == ranks:
        return
    RoleHolder.objects.filter(organisation=organisation, plan=plan, person=person).delete()
    RoleHolder.objects.bulk_create(
        RoleHolder(organisation=organisation, plan=plan, role=role, person=person, rank=rank) for role, rank in ranks.items()
    )
    changed = sorted(ranks.items() ^ before.items())
    audit.record(organisation, by, "roles.changed", person.email, plan=plan, changed=", ".join(sorted({role for role, _ in changed})))


def _last_owner(membership: Membership) -> bool:
    owners = Membership.objects.select_for_update().filter(organisation=membership.organisation, access=Access.OWNER)
    return list(owners.values_list("person_id", flat=True)) == [membership.person_id]
