"""Set-up by the one-time link."""

import pytest
from django.test import Client

from tocsin.accounts import directory, links
from tocsin.accounts.models import Access, Key, Membership, Organisation
from tocsin.comms import setup
from tocsin.engine.role_names import seat_of
from tocsin.incidents import plans
from tocsin.kit import ids

pytestmark = pytest.mark.django_db
TYPED = {
    "organisation": "Линия помощи",
    "language": "pl",
    "person": "Ana",
    "email": "ana@example.org",
    "password": "four words nobody guesses",
}


@pytest.fixture
def address():
    return f"/setup/{links.issue_setup()}"


def test_before_set_up_the_front_says_where_the_link_is(client):
    assert "one-time link" in client.get("/").content.decode()


def test_whoever_has_the_link_names_the_organisation_and_owns_it(client, address):
    assert client.get(address).status_code == 200
    answer = client.post(address, TYPED)
    organisation = Organisation.objects.get()
    assert answer["Location"] == f"/o/{organisation.slug}/"
    assert (organisation.name, organisation.language) == ("Линия помощи", "pl")
    assert Membership.objects.get(organisation=organisation).access == "owner"
    assert "Ludzie" in client.get(f"/o/{organisation.slug}/people").content.decode()


def test_the_link_works_once(client, address):
    client.post(address, TYPED)
    other = Client()
    assert other.get(address).status_code == 410
    assert other.post(address, TYPED).status_code == 410
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"organisation": " "}, "A012"), ({"person": ""}, "A012"), ({"email": "ana"}, "A004"), ({"password": "short"}, "A005")],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, address, wrong, code):
    answer = client.post(address, TYPED | wrong)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert code in page
    assert not Organisation.objects.exists()
    assert TYPED["password"] not in page
    assert ("Линия помощи" in page) == ("organisation" not in wrong)
    assert client.post(address, TYPED).status_code == 303


def test_the_sample_brings_a_plan_in_force_people_and_a_key_shown_once(client, address):
    page = client.post(address, TYPED | {"sample": "1"}).content.decode()
    organisation, key = Organisation.objects.get(), Key.objects.get()
    assert page.count(f"{key.prefix}") >= 1
    assert f"/in/alertmanager/{key.prefix}" in page
    assert list(plans.in_force(organisation.id)) == ["hotline-outage"]
    assert key.prefix not in client.get(f"/o/{organisation.slug}/").content.decode()


def test_the_sample_lets_whoever_ends_an_incident_act_and_sends_nothing_out(client, address):
    client.post(address, TYPED | {"sample": "1"})
    organisation = Organisation.objects.get()
    program = plans.compiled(plans.in_force(organisation.id)["hotline-outage"])
    seats = directory.seats(organisation.id, program)
    signing = {seats[link.role] for decision in program.decisions.values() for link in decision.chain if link.role in seats}
    access = {ids.typed("per", member.person_id): member.access for member in Membership.objects.filter(organisation=organisation)}
    assert {access[person] for person in signing} & {Access.OBSERVER} == set()
    channels = {name for message in program.messages.values() for name in message.channels}
    assert {setup.ready(organisation.id, name).channel.captures for name in channels} == {True}


def test_the_sample_seats_a_person_in_every_role_that_the_organisation_fills(client, address):
    client.post(address, TYPED | {"sample": "1"})
    organisation = Organisation.objects.get()
    program = plans.compiled(plans.in_force(organisation.id)["hotline-outage"])
    seats = directory.seats(organisation.id, program)
    ours = {role.id for role in program.roles.values() if not role.outside and role.held_by.kind not in ("nobody", "each")}
    assert ours - seats.keys() == set()
    in_each = [seat_of(role.id, name) for role in program.roles.values() if role.held_by.kind == "each" for name in program.departments]
    assert in_each
    assert set(in_each) - seats.keys() == set()
    assert set(program.departments) - seats.keys() == set()
    names = "".join(contact.name for contact in directory.contacts(organisation.id).values())
    assert all(any(first <= letter <= last for letter in names) for first, last in (("一", "龥"), ("А", "я"), ("A", "z"), ("ó", "ń")))
    assert directory.contacts(organisation.id)[seats[program.commander]].email == "ana@example.org"
