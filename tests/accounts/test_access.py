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
    _, secret = keys.create(house.organisation, keys.API, "report", person=house.editor, access=Access.OWNER)
    opened = keys.open_api(secret)
    assert (opened.organisation, opened.person_id) == (house.organisation, house.editor.id)
    assert opened.acts == access.acts(house.editor, house.organisation)
    _, narrow = keys.create(house.organisation, keys.API, "screen", person=house.owner, access=Access.OBSERVER)
    assert keys.open_api(narrow).acts == {"incident.attend", "incident.see"}


def test_an_api_key_is_narrowed_and_ends_with_the_membership_of_its_person(house):
    _, secret = keys.create(house.organisation, keys.API, "report", person=house.member)
    seat = Membership.objects.filter(organisation=house.organisation, person=house.member)
    seat.update(access=Access.OBSERVER)
    assert keys.open_api(secret).acts == {"incident.attend", "incident.see"}
    seat.delete()
    assert keys.open_api(secret) is None


def test_an_api_key_of_a_person_of_another_organisation_opens_nothing(house):
    _, secret = keys.create(house.elsewhere, keys.API, "report", person=house.owner, access=Access.OWNER)
    assert keys.open_api(secret) is None


def test_a_key_of_another_kind_or_revoked_opens_nothing(house):
    key, secret = keys.create(house.organisation, keys.API, "report", person=house.owner)
    assert keys.open_api(keys.create(house.organisation, keys.INGEST, "alerts", person=house.owner)[1]) is None
    assert keys.open_api(secret[:-1] + ("0" if secret[-1] != "0" else "1")) is None
    keys.revoke(key, by=house.owner)
    assert keys.open_api(secret) is None


def test_the_use_of_an_api_key_is_noted(house):
    key, secret = keys.create(house.organisation, keys.API, "report", person=house.owner)
    assert keys.open_api(secret)
    key.refresh_from_db()
    assert key.last_used_at is not None


def test_one_enters_an_organisation_with_the_access_of_now_and_a_stranger_does_not(house):
    organisation, acts = access.enter(house.member.id, house.organisation.slug)
    assert (organisation, organisation.name, organisation.created_at) == (
        house.organisation,
        house.organisation.name,
        house.organisation.created_at,
    )
    assert acts == access.acts(house.member, house.organisation)
    Membership.objects.filter(organisation=house.organisation, person=house.member).update(access=Access.OBSERVER)
    assert access.enter(house.member.id, house.organisation.slug)[1] == {"incident.attend", "incident.see"}
    assert access.enter(house.stranger.id, house.organisation.slug) is None
    assert access.enter(house.member.id, "nowhere") is None
