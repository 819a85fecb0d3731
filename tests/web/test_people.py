"""Administration: people, keys, the own profile, the audit."""

import re
from pathlib import Path

import pytest
from markupsafe import Markup

import tocsin
from tests import world as cast
from tocsin.accounts import keys, links
from tocsin.accounts.models import AuditEntry, Key, Membership, Person, RoleHolder
from tocsin.kit import ids
from tocsin.web import audited

PRODUCT = Path(tocsin.__file__).parent


@pytest.fixture
def browse(client, house):
    """Give a function that signs someone of the house in and returns the client."""

    def signed_in(person):
        client.force_login(person)
        return client

    return signed_in


def of(person):
    return f"/o/hotline/people/{ids.typed('per', person.id)}"


def test_everyone_of_the_organisation_is_listed_and_nobody_else(browse, house):
    page = browse(house.observer).get("/o/hotline/people").content.decode()
    assert all(name in page for name in ("Ana", "Bea", "Chi", "Eve"))
    assert "Dov" not in page
    assert 'id="invite"' not in page


def test_people_are_found_by_name_and_by_what_they_hold(client, world):
    client.force_login(world.ana)
    found = client.get("/o/hotline/people", {"q": "duty"}).content.decode()
    assert "chi@example.org" in found
    assert "bea@example.org" not in found
    assert "bea@example.org" in client.get("/o/hotline/people", {"q": "BEA"}).content.decode()


@pytest.mark.row("PLN-13")
def test_people_are_found_by_every_name_of_what_they_hold(client, world):
    client.force_login(world.ana)
    cast.people.hold(world.organisation, world.chi, cast.PLAN, {"network": 0, "logistics_leader": 0}, by=world.ana)
    for name in ("网络部", "网络运营部", "后勤保障部"):
        found = client.get("/o/hotline/people", {"q": name}).content.decode()
        assert ("chi@example.org" in found, "bea@example.org" in found) == (True, False), name


@pytest.mark.parametrize(("name", "typed"), [("Анна Королёва", "КОРОЛЕВА"), ("Łucja Żak", "lucja zak"), ("陈雨", "陈")])
def test_people_are_found_whatever_the_case_and_marks_of_their_names(browse, house, name, typed):
    Person.objects.filter(pk=house.editor.pk).update(name=name)
    assert name in browse(house.owner).get("/o/hotline/people", {"q": typed}).content.decode()


def test_an_invitation_shows_a_link_that_lets_in(browse, house, client):
    page = browse(house.owner).post("/o/hotline/people/invitations", {"name": "New", "email": "new@example.org", "access": "observer"})
    secret = re.search(r"/sign-in/([0-9a-f]{40})", page.content.decode())[1]
    assert links.look(secret).person.email == "new@example.org"
    assert Membership.objects.get(person__email="new@example.org").access == "observer"
    assert secret not in client.get(of(Person.objects.get(email="new@example.org"))).content.decode()


def test_a_refused_invitation_keeps_what_was_typed(browse, house):
    answer = browse(house.owner).post("/o/hotline/people/invitations", {"name": "Chi", "email": "chi@example.org", "access": "member"})
    assert answer.status_code == 409
    assert "A002" in answer.content.decode()
    assert 'value="chi@example.org"' in answer.content.decode()


def test_access_is_changed_and_the_last_owner_stays(browse, house):
    client = browse(house.owner)
    assert client.post(of(house.member) + "/access", {"access": "editor"}).status_code == 303
    assert Membership.objects.get(person=house.member).access == "editor"
    assert "A001" in client.post(of(house.owner) + "/access", {"access": "member"}).content.decode()


def test_what_a_person_holds_is_set_by_a_form_and_posts_stay(client, world):
    client.force_login(world.ana)
    roles = f"{of(world.bea)}/roles/{cast.PLAN}"
    assert client.post(roles, {"rank:scribe": "", "rank:duty_manager": "1", "rank:no_such_role": "0"}).status_code == 303
    assert list(RoleHolder.objects.filter(person=world.bea).values_list("role", "rank")) == [("duty_manager", 1), ("legal_on_call", 0)]
    assert client.post(f"{of(world.bea)}/roles/no-such-plan", {}).status_code == 404


@pytest.mark.parametrize("act", ["access", "link", "leaving", f"roles/{cast.PLAN}"])
def test_only_an_owner_administers_people(browse, house, act):
    assert browse(house.editor).post(f"{of(house.member)}/{act}", {"access": "owner"}).status_code == 403
    assert Membership.objects.get(person=house.member).access == "member"


def test_whoever_is_taken_out_is_out_at_once(browse, house, client):
    client.force_login(house.owner)
    client.post(of(house.member) + "/leaving")
    client.force_login(house.member)
    assert client.get("/o/hotline/people").status_code == 404


def test_a_key_is_shown_once_and_revoked(browse, house):
    client = browse(house.owner)
    page = client.post("/o/hotline/keys/new", {"kind": "ingest", "name": "Warsaw"}).content.decode()
    secret = re.search(r"ingest_[0-9a-f]{40}", page)[0]
    key = keys.find(keys.INGEST, secret)
    assert secret not in client.get("/o/hotline/keys").content.decode()
    client.post(f"/o/hotline/keys/{ids.typed('key', key.id)}/revocation")
    assert keys.find(keys.INGEST, secret) is None


def test_a_key_of_another_organisation_cannot_be_revoked(browse, house):
    key, secret = keys.create(house.elsewhere, keys.INGEST, "theirs", person=house.stranger)
    answer = browse(house.owner).post(f"/o/hotline/keys/{ids.typed('key', key.id)}/revocation")
    assert answer.status_code == 404
    assert keys.find(keys.INGEST, secret) == key


@pytest.mark.parametrize(
    "typed", [{"kind": "king", "name": "x"}, {"kind": "api", "name": " "}, {"kind": "api", "name": "x", "access": "king"}]
)
def test_a_key_needs_a_name_and_a_kind(browse, house, typed):
    assert browse(house.owner).post("/o/hotline/keys/new", typed).status_code == 409
    assert not Key.objects.exists()


def test_the_own_profile_changes_language_zone_theme_and_keys(browse, house):
    client = browse(house.observer)
    wanted = {"name": "Ewa", "language": "pl", "timezone": "Europe/Warsaw", "theme": "dark"}
    assert client.post("/o/hotline/profile/change", wanted).status_code == 303
    page = client.get("/o/hotline/profile").content.decode()
    assert '<html lang="pl" data-theme="dark">' in page
    assert "data-letter-keys" not in page
    assert (Person.objects.get(pk=house.observer.pk).name, "Europe/Warsaw" in page) == ("Ewa", True)


def test_a_zone_that_is_none_is_refused(browse, house):
    assert browse(house.observer).post("/o/hotline/profile/change", {"timezone": "../../etc/passwd"}).status_code == 409
    assert Person.objects.get(pk=house.observer.pk).timezone == ""


def test_another_password_needs_the_present_one_and_ends_other_sessions(browse, house, client):
    house.member.set_password("the old password")
    house.member.save()
    client.force_login(house.member)
    other = cast.Client()
    other.force_login(house.member)
    change = {"old": "the old password", "password": "the new password"}
    assert "A009" in client.post("/o/hotline/profile/password", change | {"old": "guess"}).content.decode()
    assert client.post("/o/hotline/profile/password", change).status_code == 303
    assert client.get("/o/hotline/profile").status_code == 200
    assert other.get("/o/hotline/profile").status_code == 302


def test_every_administrative_form_leaves_an_entry_in_the_audit(client, world):
    client.force_login(world.ana)
    before = AuditEntry.objects.count()
    client.post("/o/hotline/people/invitations", {"name": "New", "email": "new@example.org", "access": "member"})
    new = Person.objects.get(email="new@example.org")
    client.post(of(new) + "/access", {"access": "editor"})
    client.post(of(new) + "/link")
    client.post(f"{of(new)}/roles/{cast.PLAN}", {"rank:duty_manager": "1"})
    client.post(of(new) + "/leaving")
    client.post("/o/hotline/keys/new", {"kind": "api", "name": "report"})
    client.post(f"/o/hotline/keys/{ids.typed('key', Key.objects.get().id)}/revocation")
    acts = list(AuditEntry.objects.order_by("at", "id").values_list("act", flat=True))[before:]
    assert acts == ["person.invited", "access.changed", "link.issued", "roles.changed", "person.removed", "key.created", "key.revoked"]
    page = client.get("/o/hotline/audit").content.decode()
    assert page.count("new@example.org") == 5
    said = [" ".join(Markup(cell).striptags().split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]
    assert any(each.startswith("made the key report api_") for each in said)
    assert "For: Program: uses the API" in " ".join(said)
    assert "Access: Member" in said
    assert "Roles: Duty manager" in " ".join(said)


def test_whatever_the_audit_keeps_has_words():
    kept = re.compile(r"audit\.record(?:_everywhere)?\((.*)\)$", re.MULTILINE)
    calls = [call for file in PRODUCT.rglob("*.py") for call in kept.findall(file.read_text("utf-8"))]
    names = {name for call in calls for name in re.findall(r"\b(\w+)=", call)}
    assert len(calls) > 50
    assert names - set(audited.DETAILS) == {"name"}  # a key's, which stands in the subject, or the organisation's own
