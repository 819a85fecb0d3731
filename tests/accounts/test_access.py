"""The one policy: who may do what, where."""

import pytest

from tocsin.accounts import access, keys
from tocsin.accounts.models import Access, Membership

PART = {"incident.attend", "incident.speak"}
EVERYTHING = PART | {"incident.see", "incident.act", "incident.declare", "plan.edit", "people.edit", "keys.edit", "organisation.own"}


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("owner", EVERYTHING),
        ("editor", PART | {"incident.see", "incident.act", "incident.declare", "plan.edit"}),
        ("member", PART | {"incident.see", "incident.act", "incident.declare"}),
        ("observer", {"incident.attend", "incident.see"}),
        ("stranger", set()),
    ],
)
def test_each_access_allows_its_acts_and_a_stranger_none(house, who, allowed):
    person = getattr(house, who)
    assert {act for act in EVERYTHING if access.may(person, house.organisation, act)} == allowed


def test_nobody_may_an_act_that_does_not_exist(house):
    assert not access.may(house.owner, house.organisation, "everything")


def test_an_api_key_may_what_both_it_and_its_person_may(house):
    key, _ = keys.create(house.organisation, keys.API, "report", person=house.editor, access=Access.OWNER)
    assert access.may(key, house.organisation, "plan.edit")
    assert not access.may(key, house.organisation, "people.edit")
    narrow, _ = keys.create(house.organisation, keys.API, "screen", person=house.owner, access=Access.OBSERVER)
    assert access.acts(narrow, house.organisation) == {"incident.attend", "incident.see"}


def test_an_api_key_ends_with_the_membership_of_its_person(house):
    key, _ = keys.create(house.organisation, keys.API, "report", person=house.member)
    Membership.objects.get(organisation=house.organisation, person=house.member).delete()
    assert not access.may(key, house.organisation, "incident.see")


def test_a_key_opens_no_other_organisation_and_an_ingest_key_no_page(house):
    key, _ = keys.create(house.organisation, keys.API, "report", person=house.owner, access=Access.OWNER)
    ingest, _ = keys.create(house.organisation, keys.INGEST, "alerts", person=house.owner)
    assert not access.may(key, house.elsewhere, "incident.see")
    assert not access.may(ingest, house.organisation, "incident.see")


def test_a_revoked_key_may_nothing(house):
    key, _ = keys.create(house.organisation, keys.API, "report", person=house.owner)
    keys.revoke(key, by=house.owner)
    key.refresh_from_db()
    assert not access.may(key, house.organisation, "incident.see")
