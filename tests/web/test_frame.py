"""The frame of every page, the guard of every view, and the two answers of an action."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from tocsin.engine.terms import Refused
from tocsin.kit import loops
from tocsin.web import reply

TEMPLATES = Path(reply.__file__).parent / "templates"
LATE = Refused("E012", "This is not open.", "It was met.")


@pytest.fixture
def inside(rf: RequestFactory, house):
    """Give a function that makes a request of Ana as `needs` hands it to a view."""

    def made(**headers: str) -> reply.Request:
        request = rf.post("/o/hotline/thing", headers={"referer": "http://testserver/o/hotline/people?q=x", **headers})
        request.user = house.owner
        request.htmx = "hx-request" in headers
        handed = []
        reply.needs("incident.see")(lambda request: handed.append(request) or HttpResponse())(request, slug="hotline")
        return handed[0]

    return made


def test_an_action_answers_htmx_with_the_fragment(inside):
    answer = reply.part(inside(**{"hx-request": "true"}), "_secret.html", {"secret": "s3cret", "address": ""})
    assert (answer.status_code, "<html" in answer.content.decode(), "s3cret" in answer.content.decode()) == (200, False, True)


def test_an_action_answers_a_plain_browser_with_the_page_it_came_from(inside):
    answer = reply.part(inside(), "_secret.html", {"secret": "s3cret", "address": ""})
    assert (answer.status_code, answer["Location"]) == (303, "/o/hotline/people?q=x")
    assert reply.part(inside(), "_secret.html", {}, to="/o/hotline/keys")["Location"] == "/o/hotline/keys"


@pytest.mark.parametrize("referer", ["", "http://testserver//example.net/x"])
def test_an_action_never_leads_to_another_site(inside, referer):
    assert reply.part(inside(referer=referer), "_secret.html", {})["Location"] == "/o/hotline/"


def test_a_refusal_is_409_and_says_why_with_and_without_script(inside):
    context = {"secret": "s3cret", "address": ""}
    with_script = reply.part(inside(**{"hx-request": "true"}), "_secret.html", context, LATE)
    without = reply.part(inside(), "_secret.html", context, LATE)
    assert with_script.status_code == without.status_code == 409
    assert "<html" in without.content.decode()
    assert all(words in without.content.decode() for words in ("This is not open.", "s3cret", "/o/hotline/people?q=x"))


def test_a_member_without_the_access_is_told_so(client, house):
    client.force_login(house.observer)
    answer = client.get("/o/hotline/keys")
    assert answer.status_code == 403
    assert "keys.edit" in answer.content.decode()


def test_htmx_of_a_signed_out_person_goes_to_sign_in_as_a_whole_page(client, house):
    stood = {"referer": "http://testserver/o/hotline/incidents/INC-1?x=1"}
    pressed = client.post("/o/hotline/incidents/INC-1/notes", headers={"hx-request": "true"} | stood)
    assert pressed["HX-Redirect"] == "/sign-in?next=/o/hotline/incidents/INC-1%3Fx%3D1", "whoever comes back is in the room again"
    assert client.post("/o/hotline/incidents/INC-1/notes", headers=stood)["Location"] == pressed["HX-Redirect"]
    assert client.get("/o/hotline/people", headers={"hx-request": "true"})["HX-Redirect"] == "/sign-in?next=/"


def test_the_frame_knows_where_one_is_and_what_one_may(client, house):
    client.force_login(house.owner)
    owner = client.get("/o/hotline/people").content.decode()
    assert 'sse-connect="/o/hotline/stream?since=0"' in owner
    assert "data-letter-keys" in owner
    assert 'href="/o/hotline/keys"' in owner
    client.force_login(house.observer)
    assert 'href="/o/hotline/keys"' not in client.get("/o/hotline/people").content.decode()


def test_the_theme_is_rendered_by_the_server(client, house):
    assert "data-theme" not in client.get("/sign-in").content.decode()
    client.post("/theme", {"next": "/sign-in"})
    assert '<html lang="en" data-theme="dark">' in client.get("/sign-in").content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/sign-in").content.decode()


def test_what_is_not_there_is_said_in_the_frame_of_the_door(client, db):
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert "<h1>There is nothing here</h1>" in answer.content.decode()


def test_every_file_that_a_page_names_is_served(client, db):
    page = client.get("/sign-in").content.decode()
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(named) >= 19
    for address in named:
        answer = client.get(address)
        assert (address, answer.status_code, bool(answer.content)) == (address, 200, True)
        assert "max-age=31536000" in answer["Cache-Control"]
        assert client.get(address, headers={"if-modified-since": answer["Last-Modified"]}).status_code == 304


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'id="i-([a-z]+)"', (TEMPLATES / "_icons.html").read_text()))
    named = {name for page in TEMPLATES.rglob("*.html") for name in re.findall(r'icon\("([a-z]+)"\)', page.read_text())}
    assert len(named) > 10
    assert named - sprite == set()


@pytest.mark.postgresql
@pytest.mark.row("F-17")
@pytest.mark.django_db(transaction=True)
def test_whoever_asks_whether_all_is_well_needs_no_connection_of_the_pool(client):
    held = [connection.pool.getconn() for _ in range(connection.pool.max_size - (connection.connection is not None))]
    try:
        assert client.get("/readyz").status_code == 200
    finally:
        for each in held:
            connection.pool.putconn(each)


def test_alive_ready_and_the_numbers(client, db, monkeypatch):
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").json() == {"ready": True, "stale": [], "faults": {}}
    now = loops.clock.monotonic()
    monkeypatch.setattr(loops, "_pulses", {"ticker": loops._Pulse(-1000.0), "delivery": loops._Pulse(now)})
    stale = client.get("/readyz")
    assert (stale.status_code, stale.json()) == (503, {"ready": False, "stale": ["ticker"], "faults": {}})
    monkeypatch.setattr(loops, "_pulses", {"declaring": loops._Pulse(now, "KeyError"), "delivery": loops._Pulse(now)})
    failing = client.get("/readyz")
    assert (failing.status_code, failing.json()) == (503, {"ready": False, "stale": [], "faults": {"declaring": "KeyError"}})
    assert 'tocsin_loop_age_seconds{loop="delivery"}' in client.get("/metrics").content.decode()


@pytest.mark.django_db
def test_an_organisation_s_address_without_its_last_slash_leads_to_its_board(client):
    answer = client.get("/o/hotline")
    assert (answer.status_code, answer["Location"]) == (302, "/o/hotline/")
