"""The door: passwords, one-time links, sessions."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tocsin.accounts import attempts, links

PASSWORD = "four words nobody guesses"


@pytest.fixture
def ana(house):
    house.owner.set_password(PASSWORD)
    house.owner.save()
    return house.owner


def sign_in(client, password=PASSWORD, email="ana@example.org", **more):
    return client.post("/sign-in", {"email": email, "password": password, **more})


def is_in(client):
    return client.get("/o/hotline/people").status_code == 200


def test_a_password_lets_in_and_the_front_leads_to_the_organisation(client, ana):
    answer = sign_in(client, email=" Ana@Example.ORG")
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert client.get("/")["Location"] == "/o/hotline/"
    assert is_in(client)


def test_a_wrong_password_and_an_unknown_person_are_answered_alike(client, ana):
    wrong, unknown = sign_in(client, "wrong"), sign_in(client, email="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 409
    assert "A011" in wrong.content.decode()
    assert wrong.content.decode().count('role="alert"') == unknown.content.decode().count('role="alert"') == 1
    assert not is_in(client)


def test_the_right_password_is_refused_too_after_ten_wrong_ones(client, ana, clock):
    for _ in range(attempts.ALLOWED):
        sign_in(client, "wrong")
    assert "A010" in sign_in(client).content.decode()
    assert not is_in(client)
    clock.shift(timedelta(minutes=15))
    sign_in(client)
    assert is_in(client)


def test_the_session_gets_a_new_name_at_sign_in(client, ana):
    client.get("/sign-in")
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["tocsin_session"] = planted
    sign_in(client)
    assert client.cookies["tocsin_session"].value != planted


def test_signing_out_ends_the_session(client, ana):
    sign_in(client)
    kept = client.cookies["tocsin_session"].value
    client.post("/sign-out")
    assert not is_in(client)
    other = Client()
    other.cookies["tocsin_session"] = kept
    assert not is_in(other)


def test_a_session_that_has_ended_and_one_of_somebody_who_is_gone_let_nobody_in(client, ana):
    sign_in(client)
    Session.objects.update(expire_date=timezone.now())
    assert not is_in(client)
    sign_in(client)
    assert is_in(client)
    ana.delete()
    assert not is_in(client)


def test_a_signed_out_person_comes_back_to_the_page_they_wanted(client, ana):
    answer = client.get("/o/hotline/people?q=chi")
    assert answer["Location"] == "/sign-in?next=/o/hotline/people%3Fq%3Dchi"
    assert sign_in(client, next="/o/hotline/people?q=chi")["Location"] == "/o/hotline/people?q=chi"


@pytest.mark.parametrize("away", ["https://example.net/", "//example.net/", "javascript:alert(1)", "/\\example.net"])
def test_nobody_is_led_away_by_a_sign_in_link(client, ana, away):
    assert sign_in(client, next=away)["Location"] == "/"


def test_a_one_time_link_asks_for_a_password_on_first_use_and_then_lets_in(client, house):
    address = f"/sign-in/{links.issue(house.member)}"
    assert 'name="password"' in client.get(address).content.decode()
    assert client.post(address, {"password": PASSWORD})["Location"] == "/"
    assert is_in(client)
    again = Client()
    assert again.get(address).status_code == 410
    assert again.post(address, {"password": PASSWORD}).status_code == 410
    sign_in(again, email="chi@example.org")
    assert is_in(again)


def test_a_poor_password_is_refused_and_the_link_still_works(client, house):
    address = f"/sign-in/{links.issue(house.member)}"
    assert "A005" in client.post(address, {"password": "short"}).content.decode()
    assert "A006" in client.post(address, {"password": "password123"}).content.decode()
    assert not is_in(client)
    assert client.get(address).status_code == 200


def test_a_later_link_lets_in_without_touching_the_password(client, ana):
    address = f"/sign-in/{links.issue(ana)}"
    assert 'name="password"' not in client.get(address).content.decode()
    client.post(address, {"password": "another password"})
    assert is_in(client)
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_a_form_without_its_token_is_refused(ana):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403
    assert not is_in(strict)


def test_the_way_out_takes_a_form_and_no_link(client, ana):
    sign_in(client)
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)
