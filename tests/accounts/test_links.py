"""One-time links work once, for a while, for one person."""

from datetime import timedelta

from tocsin.accounts import links
from tocsin.accounts.models import SignInLink


def test_a_link_works_once(house):
    secret = links.issue(house.member)
    assert links.redeem(secret).person == house.member
    assert links.redeem(secret) is None


def test_looking_at_a_link_does_not_use_it_up(house):
    secret = links.issue(house.member)
    assert links.look(secret)
    assert links.look(secret)
    assert links.redeem(secret)


def test_a_link_ends_after_three_days(house, clock):
    secret = links.issue(house.member)
    clock.shift(timedelta(days=3, seconds=1))
    assert links.look(secret) is None
    assert links.redeem(secret) is None


def test_a_new_link_ends_the_one_before_and_nobody_elses(house):
    old, other = links.issue(house.member), links.issue(house.editor)
    new = links.issue(house.member)
    assert links.look(old) is None
    assert links.look(new)
    assert links.look(other)


def test_only_a_hash_of_the_link_is_kept(house):
    secret = links.issue(house.member)
    assert secret not in " ".join(str(value) for row in SignInLink.objects.values_list() for value in row)


def test_each_start_prints_a_new_set_up_link_until_there_is_an_organisation(db):
    first = links.issue_setup()
    second = links.issue_setup()
    assert links.look(first) is None
    assert links.look(second).person is None


def test_an_installation_with_an_organisation_has_no_set_up_link(house):
    assert links.issue_setup() is None
