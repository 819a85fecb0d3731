"""People come, change and go, and each act is audited."""

import pytest

from tocsin.accounts import people
from tocsin.accounts.models import Access, AuditEntry, Membership, Person, RoleHolder


def membership(house, person):
    return Membership.objects.get(organisation=house.organisation, person=person)


def acts(house):
    return list(AuditEntry.objects.filter(organisation=house.organisation).order_by("at", "id").values_list("act", "subject"))


def test_an_invited_person_is_a_member_without_a_password(house):
    made = people.invite(house.organisation, " New@Example.org", "New", Access.MEMBER, by=house.owner)
    assert (made.email, made.has_usable_password(), membership(house, made).access) == ("new@example.org", False, "member")
    assert acts(house)[-1] == ("person.invited", "new@example.org")


def test_someone_known_elsewhere_keeps_their_one_identity(house):
    made = people.invite(house.organisation, "dov@example.net", "Somebody", Access.OBSERVER, by=house.owner)
    assert made == house.stranger
    assert Person.objects.get(pk=made.pk).name == "Dov"


@pytest.mark.parametrize(
    ("email", "access", "code"),
    [("chi@example.org", "member", "A002"), ("new@example.org", "king", "A003"), ("nobody", "member", "A004"), ("@", "member", "A004")],
)
def test_what_is_wrong_with_an_invitation_has_a_code(house, email, access, code):
    before = Person.objects.count()
    assert people.invite(house.organisation, email, "X", access, by=house.owner).code == code
    assert Person.objects.count() == before


def test_an_organisation_keeps_an_owner(house):
    assert people.change_access(membership(house, house.owner), Access.EDITOR, by=house.owner).code == "A001"
    assert people.remove(membership(house, house.owner), by=house.owner).code == "A001"
    assert people.change_access(membership(house, house.editor), Access.OWNER, by=house.owner) is None
    assert people.change_access(membership(house, house.owner), Access.EDITOR, by=house.editor) is None


def test_whoever_leaves_holds_nothing_any_more(house):
    people.hold(house.organisation, house.member, "plan", {"scribe": 0}, by=house.owner)
    assert people.remove(membership(house, house.member), by=house.owner) is None
    assert not RoleHolder.objects.filter(organisation=house.organisation, person=house.member).exists()
    assert Person.objects.filter(pk=house.member.pk).exists()
    assert acts(house)[-1] == ("person.removed", "chi@example.org")


def test_holding_is_set_as_a_whole_and_audited_only_if_it_changes(house):
    people.hold(house.organisation, house.member, "plan", {"scribe": 0, "lead": 1}, by=house.owner)
    people.hold(house.organisation, house.member, "plan", {"lead": 0}, by=house.owner)
    people.hold(house.organisation, house.member, "plan", {"lead": 0}, by=house.owner)
    rows = RoleHolder.objects.filter(organisation=house.organisation, person=house.member)
    assert list(rows.values_list("role", "rank")) == [("lead", 0)]
    assert sum(1 for act, _ in acts(house) if act == "roles.changed") == 2
