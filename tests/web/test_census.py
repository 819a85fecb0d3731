"""The census of every route: strangers find nothing, nobody enters unknown, and a route that this census does not know fails it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.test_alerts import alert
from tests.world import PLAN, World
from tocsin.accounts import keys
from tocsin.accounts.models import Access, Membership
from tocsin.api import problems
from tocsin.incidents import desk
from tocsin.incidents.desk import Declaration, Done
from tocsin.ingest import feeds, keeping, log
from tocsin.ingest.log import Arrived
from tocsin.ingest.models import Alert, RawBody, Route
from tocsin.ingest.pings import checks
from tocsin.ingest.pings.schedule import Schedule
from tocsin.ingest.routing.models import MaintenanceWindow
from tocsin.kit import clock, ids

OWN = {"profile-change", "profile-password", "inbox-reading", "plan-acknowledgement", "plan-approval"}
"""What whoever only looks may still send: what is of him or her alone, and a signature that the plan asks of its roles."""
OPEN = {"front", "organisation", "sign-in", "link", "sign-out", "setup", "language", "theme", "healthz", "readyz", "metrics", "plan-schema"}
"""What anybody may open: none of it tells anything of an organisation."""

PROGRAMS = ("api/v1/", "api/v2/")
API_OPEN = {"openapi.json"}
OF_A_CLOSED_INCIDENT = {"o/<slug:slug>/incidents/<str:number>/scenario"}
"""What is not there before an incident is closed."""
ASKED = {"o/<slug:slug>/plans/<str:plan_id>/<str:plan_hash>/clauses": "?cite=H 四.1"}
"""What a page is asked for behind its path."""


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every route of the product with its whole address."""
    for each in patterns:
        where = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, where)
        else:
            yield where, each


ALL = list(routes(get_resolver().url_patterns))
INSIDE = [(where, route) for where, route in ALL if where.startswith("o/<slug:slug>/")]


@pytest.fixture
def fill(world: World) -> Callable[[str], str]:
    """Give a function that fills an address with what really is in the first organisation."""
    done = desk.declare(world.organisation.id, world.plan.hash, Declaration(words="Nobody answers"), actor=world.actor(world.ana))
    assert isinstance(done, Done)
    key, _ = keys.create(world.organisation, keys.INGEST, "alerts", person=world.ana)
    log.append([Arrived(world.organisation.id, "alertmanager", key.id, clock.now(), b"{}")])
    feed, _ = feeds.create(world.organisation, "generic", "Uptime", person=world.ana)
    check, _ = checks.create(world.organisation, "Night backup", Schedule(timedelta(hours=1), timedelta(days=1)), by=world.ana)
    alert(world)
    route = Route.objects.create(organisation=world.organisation, name="Hotline", rule={"wanted": "a=b"}, plan=PLAN)
    now, person = clock.now(), world.ana.id
    silence = keeping.silence(world.organisation.id, "a=b", now, now + timedelta(hours=1), comment="x", person=person)
    window = MaintenanceWindow.objects.create(
        organisation=world.organisation, name="w", matchers="a=b", zone="UTC", begins="2026-01-01T00:00", lasts_s=60, person=person
    )
    known = {
        "body": f"raw-{RawBody.objects.latest('id').pk}",
        "slug": world.organisation.slug,
        "person_id": ids.typed("per", world.chi.id),
        "key_id": ids.typed("key", key.id),
        "plan_id": PLAN,
        "incident": ids.typed("inc", done.incident),
        "number": done.number,
        "plan_hash": world.plan.hash,
        "scenario": "first-ten-minutes",
        "step": "1",
        "signal": "complaints",
        "rule_id": "1",
        "alert": ids.typed("alr", Alert.objects.get().pk),
        "route_id": ids.typed("rou", route.pk),
        "silence_id": ids.typed("sil", silence.pk),
        "window_id": ids.typed("mnt", window.pk),
        "route": ids.typed("rou", route.pk),
        "silence": ids.typed("sil", silence.pk),
        "window": ids.typed("mnt", window.pk),
    }

    def filled(where: str) -> str:
        known["feed_id"] = ids.typed("fee", check.pk if "/checks/" in where else feed.id)
        parts = [part.strip("<>").split(":")[-1] if part.startswith("<") else "" for part in where.split("/")]
        return (
            "/"
            + "/".join(known.get(name, "unknown") if name else part for name, part in zip(parts, where.split("/"), strict=True))
            + ASKED.get(where, "")
        )

    return filled


def test_the_census_sees_the_routes():
    assert len(INSIDE) >= 14
    assert {route.name for where, route in ALL if not where.startswith(("o/<slug:slug>/", *PROGRAMS))} == OPEN


@pytest.mark.row("I8")
@pytest.mark.parametrize("where", [where for where, _ in INSIDE])
def test_every_page_of_an_organisation_says_whom_it_lets_in(where):
    route = dict(INSIDE)[where]
    assert getattr(route.callback, "needs", "") in {
        "incident.attend",
        "incident.speak",
        "incident.see",
        "incident.act",
        "incident.declare",
        "plan.edit",
        "people.edit",
        "keys.edit",
        "organisation.own",
    }


@pytest.mark.row("I8")
def test_a_stranger_finds_no_page_of_another_organisation(world: World, fill):
    stranger = world.browse(world.dov)
    found = {(method, where): getattr(stranger, method)(fill(where)).status_code for where, _ in INSIDE for method in ("get", "post")}
    assert {each: status for each, status in found.items() if status not in {404, 405}} == {}
    assert [where for where, _ in INSIDE if {found["get", where], found["post", where]} == {405}] == []


def test_what_a_stranger_does_not_find_is_there(world: World, fill):
    owner = world.browse(world.ana)
    looked_at = [where for where, _ in INSIDE if "unknown" not in fill(where) and where not in OF_A_CLOSED_INCIDENT]
    found = {where: owner.get(fill(where)).status_code for where in looked_at}
    assert {where: status for where, status in found.items() if status not in {200, 405}} == {}
    assert sum(1 for status in found.values() if status == 200) >= 12


@pytest.mark.row("I8")
def test_whoever_only_looks_changes_nothing_but_what_is_his_or_her_own(world: World, fill):
    Membership.objects.filter(person=world.bea).update(access=Access.OBSERVER)
    observer = world.browse(world.bea)
    looked_at = [(where, route) for where, route in INSIDE if getattr(route.callback, "needs", "") in {"incident.attend", "incident.see"}]
    answers = {route.name: observer.post(fill(where)).status_code for where, route in looked_at}
    assert {name for name, status in answers.items() if status not in {403, 405}} == OWN


@pytest.mark.row("I8")
def test_a_stranger_sees_the_same_as_where_there_is_nothing(world: World, fill):
    stranger = world.browse(world.dov)
    there, nowhere = stranger.get(fill("o/<slug:slug>/people")), stranger.get("/o/nowhere/people")
    pages = [re.sub(r'value="\w{64}"', "", answer.content.decode().replace("/nowhere/", "/hotline/")) for answer in (there, nowhere)]
    assert there.status_code == nowhere.status_code == 404
    assert pages[0] == pages[1]


@pytest.mark.row("I8")
def test_nobody_enters_an_organisation_unknown(world: World, fill):
    anonymous = world.browse()
    for where, _ in INSIDE:
        for answer in (anonymous.get(fill(where)), anonymous.post(fill(where))):
            assert answer.status_code == 405 or answer["Location"].startswith("/sign-in"), where


@pytest.mark.row("I8")
def test_ids_of_one_organisation_find_nothing_under_the_name_of_another(world: World, fill):
    stranger = world.browse(world.dov)
    named = [where for where, _ in INSIDE if where.count("<") > 1 and "<str:plan_id>" not in where]
    answers = {where: stranger.get(fill(where).replace("/o/hotline/", "/o/elsewhere/")).status_code for where in named}
    assert len(named) >= 5
    assert {where: status for where, status in answers.items() if status not in {404, 405}} == {}


@pytest.mark.row("I8")
def test_programs_enter_with_a_key_only_and_a_strangers_key_finds_nothing(world: World, fill):
    _, secret = keys.create(world.elsewhere, keys.API, "theirs", person=world.dov, access="owner")
    _, ours = keys.create(world.organisation, keys.API, "ours", person=world.ana, access="owner")
    programs = [(where, route) for where, route in ALL if where.startswith(PROGRAMS) and route.callback is not problems.nowhere]
    assert len(programs) >= 6
    for where, _ in programs:
        if where.removeprefix(PROGRAMS[0]) in API_OPEN:
            continue
        address = fill(where)
        assert Client().get(address).status_code in {401, 405}, where
        if "<" in where:
            statuses = [Client().get(address, headers={"authorization": f"Bearer {key}"}).status_code for key in (secret, ours)]
            assert statuses in ([404, 200], [405, 405]), where
