"""Alerts and routes: what fires is listed with its count, and a route says which labels declare under which plan."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.web.test_plans import take
from tests.world import World
from tocsin.accounts.models import Person
from tocsin.ingest.models import Alert, Route

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


def test_a_link_that_is_no_web_address_is_not_a_link(world: World) -> None:
    alert(world, link="javascript:alert(1)")
    assert "javascript:" not in get(world, world.bea).content.decode()


def test_an_editor_makes_a_route_with_facts(world: World) -> None:
    body = {
        "name": "Hotline",
        "labels": 'alertname=HotlineDown, region="east"',
        "plan": "hotline-outage",
        "fact:scope": "nationwide",
        "fact:node_fault": "no",
    }
    assert world.browse(world.ana).post(f"/o/{world.organisation.slug}/alerts/routes", body).status_code == 303
    route = Route.objects.get(organisation=world.organisation)
    assert route.labels == {"alertname": "HotlineDown", "region": "east"}
    assert route.facts == {"scope": "nationwide", "node_fault": False}


def test_a_route_names_the_other_plans_that_it_declares_by(world: World) -> None:
    take(world, "incident-roles")
    body = {"name": "Hotline", "labels": "a=b", "plan": "hotline-outage", "beside": ["incident-roles", "hotline-outage", "none"]}
    assert world.browse(world.ana).post(f"/o/{world.organisation.slug}/alerts/routes", body).status_code == 303
    assert Route.objects.get(organisation=world.organisation).beside == ["incident-roles"]
    assert "hotline-outage + incident-roles" in get(world, world.ana).content.decode()


def test_a_route_without_labels_would_declare_for_everything_and_is_refused(world: World) -> None:
    body = {"name": "All", "labels": "", "plan": "hotline-outage"}
    answer = world.browse(world.ana).post(f"/o/{world.organisation.slug}/alerts/routes", body)
    assert answer.status_code == 409
    assert not Route.objects.filter(organisation=world.organisation).exists()


def test_members_see_routes_and_make_none(world: World) -> None:
    assert world.browse(world.bea).post(f"/o/{world.organisation.slug}/alerts/routes", {"name": "x"}).status_code == 403
    assert get(world, world.dov).status_code == 404
