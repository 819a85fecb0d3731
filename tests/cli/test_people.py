"""Whoever has the machine can let people in and make keys, without a page."""

import pytest
from click.testing import CliRunner

from tocsin.accounts import founding, keys, links
from tocsin.accounts.models import AuditEntry, Membership
from tocsin.cli.people import key, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return founding.found("Hotline", "ana@example.org", "Ana", "en")[0]


def said(command, *arguments: str, code: int = 0) -> str:
    answer = CliRunner().invoke(command, arguments)
    assert answer.exit_code == code, answer.output
    return answer.output.strip()


def secret(link: str) -> str:
    return link.rpartition("/")[2]


def test_a_person_is_added_with_a_link(organisation):
    link = said(user, "add", "bea@example.org", "--name", "Bea", "--access", "editor")
    assert links.look(secret(link)).person.email == "bea@example.org"
    assert "bea@example.org\teditor\tBea" in said(user, "list").splitlines()
    assert "A002" in said(user, "add", "bea@example.org", code=1)


def test_whoever_is_locked_out_gets_a_link_and_the_audit_knows(organisation):
    link = said(user, "link", " Ana@example.org")
    assert links.look(secret(link)).person.email == "ana@example.org"
    assert AuditEntry.objects.get(act="link.issued").subject == "ana@example.org"
    assert "Nobody has the e-mail" in said(user, "link", "dov@example.net", code=1)


def test_a_key_is_made_listed_and_revoked(organisation):
    made = said(key, "create", "Warsaw")
    found = keys.find(keys.INGEST, made)
    assert f"{found.prefix}\tingest\tvalid\tWarsaw" in said(key, "list").splitlines()
    assert made not in said(key, "list")
    said(key, "revoke", found.prefix)
    assert keys.find(keys.INGEST, made) is None
    assert f"{found.prefix}\tingest\trevoked\tWarsaw" in said(key, "list").splitlines()
    assert "There is no key" in said(key, "revoke", "ingest_0", code=1)


def test_an_api_key_acts_for_the_first_owner_unless_someone_is_named(organisation):
    assert keys.find(keys.API, said(key, "create", "report", "--kind", "api")).person.email == "ana@example.org"
    said(user, "add", "bea@example.org")
    assert (
        keys.find(keys.API, said(key, "create", "screen", "--kind", "api", "--email", "bea@example.org")).person.email == "bea@example.org"
    )
    assert "Nobody in Hotline" in said(key, "create", "x", "--kind", "api", "--email", "dov@example.net", code=1)


def test_of_several_organisations_one_has_to_be_named(organisation):
    founding.found("Elsewhere", "dov@example.net", "Dov", "en")
    assert "Say which organisation" in said(user, "list", code=1)
    assert "dov@example.net" in said(user, "list", "--organisation", "elsewhere")
    assert "There is no such organisation" in said(key, "list", "--organisation", "nowhere", code=1)
    assert Membership.objects.count() == 2
