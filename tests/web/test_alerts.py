"""Alerts and routes: what fires is listed with its count, and a route says which labels declare under which plan."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import pytest
from markupsafe import Markup

from tests.ingest import bodies
from tests.ingest.test_follower import arrive, follow
from tests.web import room
from tests.web.test_plans import take
from tests.world import World
from tocsin.accounts.models import AuditEntry, Person
from tocsin.incidents.models import Incident
from tocsin.ingest.expiry import Expirer
from tocsin.ingest.models import Alert, Match, RawBody, Remark, Route
from tocsin.kit import ids
from tocsin.web import alerts

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 19, 5, 52, tzinfo=UTC)


def get(world: World, who: Person, **query: str) -> Any:
    return world.browse(who).get(f"/o/{world.organisation.slug}/alerts", query)


def alert(world: World, **values: Any) -> Alert:
    made = {
        "organisation": world.organisation,
        "source": "alertmanager",
        "fingerprint": "f1",
        "title": "HotlineDown",
        "labels": {"alertname": "HotlineDown", "region": "east"},
        "annotations": {},
        "firing": True,
        "starts_at": AT,
        "first_received_at": AT,
        "last_received_at": AT,
        "turned_at": AT,
        "turn": 1,
        "received": 18,
        "duplicates": 17,
        "raw": 1,
    }
    return Alert.objects.create(**made | values)


def test_what_fires_is_listed_with_its_count_and_since_when(world: World) -> None:
    alert(world)
    page = get(world, world.bea).content.decode()
    assert "HotlineDown" in page
    assert ">18<" in page


def test_what_has_ended_is_listed_among_all(world: World) -> None:
    alert(world, firing=False, ends_at=AT)
    assert "Nothing fires" in get(world, world.bea).content.decode()
    assert "Resolved" in get(world, world.bea, show="all").content.decode()


def test_a_label_filters(world: World) -> None:
    alert(world)
    alert(world, fingerprint="f2", title="Queue grows", labels={"region": "west"})
    page = get(world, world.bea, q="region=west").content.decode()
    assert "Queue grows" in page
    assert "HotlineDown" not in page
    (silencing,) = re.findall(r'href="([^"]*)"[^>]*>(?:<svg.*?</svg>)?Silence these', page)
    assert ">region=west</textarea>" in world.browse(world.bea).get(unescape(silencing)).content.decode()


def test_a_link_that_is_no_web_address_is_not_a_link(world: World) -> None:
    made = alert(
        world, link="javascript:alert(1)", annotations={"runbook": "javascript:alert(2)", "dashboard": "https://graphs.example.org/4"}
    )
    page = world.browse(world.bea).get(f"/o/{world.organisation.slug}/alerts/seen/{ids.typed('alr', made.id)}").content.decode()
    assert 'href="javascript:' not in get(world, world.bea).content.decode() + page
    assert 'href="https://graphs.example.org/4"' in page


def test_what_was_done_at_the_source_stands_with_the_alert(world: World) -> None:
    made = alert(world)
    Remark.objects.create(
        organisation=world.organisation, alert=made, starts_at=AT, at=AT, by="Zoë", deed="tags", words="+ queue\n<b>note</b>"
    )
    page = world.browse(world.bea).get(f"/o/{world.organisation.slug}/alerts/seen/{ids.typed('alr', made.id)}").content.decode()
    assert "Done at the source" in page
    for said in ("Zoë", "Tags", "+ queue", "&lt;b&gt;note"):
        assert said in page


def test_pages_lead_further_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "LISTED", 2)
    for number in range(3):
        alert(world, fingerprint=f"f{number}", title=f"Line {number}", raw=number + 1)
    first = get(world, world.bea).content.decode()
    (further,) = re.findall(r'href="\?([^"]*after=[^"]*)"', first)
    second = get(world, world.bea, **dict(parse_qsl(unescape(further)))).content.decode()
    assert "Line 0" in second
    assert "Line 2" not in second


def test_a_storm_is_counted_by_a_label_over_all_that_fires_and_leads_to_each_group(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "GROUP_LISTED", 2)
    for number in range(7):
        labels = {"severity": "critical", **({"region": "east"} if number < 4 else {"region": "west"} if number < 6 else {})}
        alert(world, fingerprint=f"f{number}", title=f"Line {number}", labels=labels, raw=number + 1)
    page = get(world, world.bea, by="region", q="severity=critical").content.decode()
    assert [unescape(one) for one in re.findall(r'scope="rowgroup">([^<]*?),', page)] == ["region = east", "region = west", "region = –"]
    assert "4 alerts" in page
    assert set(re.findall(r">(Line \d)<", page)) == {"Line 3", "Line 2", "Line 5", "Line 4", "Line 6"}, "the latest of each"
    (all_of_it,) = re.findall(r'rowgroup">region = east, 4 alerts <a href="[^"?]*\?([^"]*)"', page)
    narrowed = get(world, world.bea, **dict(parse_qsl(unescape(all_of_it)))).content.decode()
    assert set(re.findall(r">(Line \d)<", narrowed)) == {"Line 0", "Line 1", "Line 2", "Line 3"}


def test_what_led_to_an_incident_is_listed_alone(world: World) -> None:
    incident = Incident.objects.get(number=room.declare(world).number)
    route = Route.objects.create(organisation=world.organisation, name="Hotline", rule={"wanted": "a=b"}, plan="hotline-outage")
    for number in range(3):
        made = alert(world, fingerprint=f"f{number}", title=f"Line {number}", firing=number > 0, raw=number + 1)
        if number < 2:
            about = ids.typed("inc", incident.id)
            Match.objects.create(
                organisation=world.organisation, route=route, alert=made, starts_at=AT, turn=1, firing=True, at=AT, about=about
            )
    page = get(world, world.bea, incident=incident.number).content.decode()
    assert set(re.findall(r">(Line \d)<", page)) == {"Line 0", "Line 1"}, "what has ended too"
    assert set(re.findall(r">(Line \d)<", get(world, world.bea, incident=incident.number, show="firing").content.decode())) == {"Line 1"}
    assert "Line 2" in get(world, world.bea, incident="INC-77").content.decode(), "one that nobody here sees narrows nothing"


@pytest.mark.parametrize(
    ("asked", "found"), [("region!=east", "west"), ("region=~we.*", "west"), ("region!~we.*", "east"), ("LINE east", "east")]
)
def test_labels_and_words_find(world: World, asked: str, found: str) -> None:
    for name in ("east", "west"):
        alert(world, fingerprint=name, title=f"Line {name}", labels={"region": name})
    page = get(world, world.bea, q=asked).content.decode()
    assert {name for name in ("east", "west") if f"Line {name}" in page} == {found}


def test_what_cannot_be_looked_for_is_said(world: World) -> None:
    answer = get(world, world.bea, q="region=~[")
    assert answer.status_code == 409
    assert "cannot be read" in answer.content.decode()


def test_a_person_takes_an_alert_on_and_leaves_it_again(world: World) -> None:
    made = alert(world)
    page = f"/o/{world.organisation.slug}/alerts/seen/{ids.typed('alr', made.id)}"
    assert "Nobody yet." in world.browse(world.bea).get(page).content.decode()
    assert world.browse(world.bea).post(f"{page}/acknowledgement", {"words": "Looking at the trunk"}).status_code == 303
    shown = world.browse(world.chi).get(page).content.decode()
    assert "Looking at the trunk" in shown
    assert "Bea" in get(world, world.chi).content.decode()
    assert world.browse(world.chi).post(f"{page}/withdrawal").status_code == 303
    assert "Nobody yet." in world.browse(world.bea).get(page).content.decode()
    assert "Looking at the trunk" in world.browse(world.bea).get(page).content.decode(), "that she had it stays said"
    assert world.browse(world.dov).get(page).status_code == 404


def test_an_alert_whose_sender_never_ends_it_is_ended_here_and_fires_again_when_it_is_sent_again(world: World, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON)
    arrive(world.organisation, bodies.body())
    follow()
    page = f"/o/{world.organisation.slug}/alerts/seen/{ids.typed('alr', Alert.objects.get().id)}"
    assert world.browse(world.bea).post(f"{page}/ending").status_code == 303
    assert "It ends in a moment." in world.browse(world.bea).get(page).content.decode()
    clock.shift(timedelta(minutes=5))
    Expirer(grace_s=0).run_once()
    ended = Alert.objects.get()
    assert (ended.firing, AuditEntry.objects.get(act="alert.ended").person) == (False, world.bea)
    assert "Resolved" in world.browse(world.bea).get(page).content.decode()
    arrive(world.organisation, bodies.body(), at=bodies.NOON + timedelta(minutes=10))
    follow()
    assert Alert.objects.get().firing
    assert world.browse(world.dov).post(f"{page}/ending").status_code == 404


def make(world: World, **body: Any) -> Any:
    asked = {"name": "Hotline", "wanted": "a=b", "plan": "hotline-outage"} | body
    return world.browse(world.ana).post(f"/o/{world.organisation.slug}/alerts/routes/new", asked)


def test_an_editor_makes_a_route_with_facts(world: World) -> None:
    wanted = 'alertname=HotlineDown, region="east"'
    assert make(world, wanted=wanted, **{"fact:scope": "nationwide", "fact:node_fault": "no"}).status_code == 303
    route = Route.objects.get(organisation=world.organisation)
    assert route.rule == {"wanted": "alertname=HotlineDown, region=east"}
    assert route.facts == {"scope": "nationwide", "node_fault": False}


def test_a_route_names_the_other_plans_that_it_declares_by(world: World) -> None:
    take(world, "incident-roles")
    assert make(world, beside=["incident-roles", "hotline-outage", "none"]).status_code == 303
    assert Route.objects.get(organisation=world.organisation).beside == ["incident-roles"]
    page = Markup(get(world, world.ana).content.decode()).striptags()
    assert "→ Customer hotline outage + Incident response roles" in page


@pytest.mark.parametrize(
    "wrong", [{"wanted": ""}, {"wanted": "region"}, {"name": ""}, {"plan": "none"}, {"count": "0"}, {"flaps": "3"}, {"held": "x"}]
)
def test_a_route_that_cannot_be_is_refused(world: World, wrong: dict[str, str]) -> None:
    assert make(world, **wrong).status_code == 409
    assert not Route.objects.filter(organisation=world.organisation).exists()


def test_a_route_is_changed_stopped_and_removed(world: World) -> None:
    make(world)
    route = Route.objects.get()
    page = f"/o/{world.organisation.slug}/alerts/routes/{ids.typed('rou', route.id)}"
    assert 'value="Hotline"' in world.browse(world.ana).get(page).content.decode()
    changed = {"name": "Lines", "wanted": "a=~c.*", "plan": "hotline-outage", "count": "3", "within": "10", "group_by": "region"}
    assert world.browse(world.ana).post(page, changed).status_code == 303
    assert Route.objects.get().rule == {"wanted": "a=~c.*", "count": 3, "within": 600, "group_by": ["region"]}
    world.browse(world.ana).post(f"{page}/stop")
    assert not Route.objects.get().enabled
    world.browse(world.ana).post(f"{page}/removal")
    assert "Lines" not in get(world, world.ana).content.decode()
    assert world.browse(world.ana).get(page).status_code == 404
    assert make(world, name="Lines").status_code == 303, "its name is free again"


def test_a_route_is_tried_on_what_came_in_before_it_goes_live(world: World, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON + timedelta(days=1))
    for minute, name in enumerate(("a1", "a2", "a3")):
        arrive(world.organisation, bodies.body(bodies.entry(name, summary=f"Line {name}")), at=bodies.NOON + timedelta(minutes=minute))
    follow()
    tried = make(world, wanted="region=north", count="2", within="30", trial="1").content.decode()
    assert "It would have declared 1 incident" in tried
    assert "Line a1, Line a2" in tried
    assert "3 bodies were read once more" in tried
    assert not Route.objects.exists()
    assert "can no longer be read" not in tried
    RawBody.objects.filter(pk=RawBody.objects.earliest("pk").pk).update(body=b"{}")
    tried = make(world, wanted="region=north", count="2", within="30", trial="1").content.decode()
    assert "3 bodies were read once more" in tried
    assert "1 of them can no longer be read" in tried


def test_members_see_routes_and_make_none(world: World) -> None:
    assert world.browse(world.bea).post(f"/o/{world.organisation.slug}/alerts/routes/new", {"name": "x"}).status_code == 403
    assert get(world, world.dov).status_code == 404
