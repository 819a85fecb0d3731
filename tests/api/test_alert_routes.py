"""Routes for programs: tried, made, changed, stopped and removed; what is typed is read back, and what cannot be says where."""

import pytest

from tests.api import client
from tests.incidents.test_declaring import arrive, declare
from tests.ingest import bodies
from tocsin.accounts.models import AuditEntry
from tocsin.incidents.models import Incident
from tocsin.ingest.models import Route

ROUTE = {
    "name": "Queues",
    "match": 'alertname="HotlineQueue"',
    "group_by": ["region"],
    "count": 2,
    "within_s": 600,
    "unless": "alertname=Core",
    "equal": ["region"],
    "plan": "hotline-outage",
    "facts": {"scope": "nationwide", "node_fault": False},
}
READ_BACK = {"match": "alertname=HotlineQueue", "enabled": True, "distinct": "", "held_s": 0, "flaps": 0, "flaps_within_s": 0, "beside": []}


def test_a_program_makes_reads_changes_and_removes_a_route(world, ana):
    answer = ana.post("/routes", ROUTE)
    made = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/routes/{made['id']}")
    assert {name: made[name] for name in ROUTE | READ_BACK} == ROUTE | READ_BACK
    assert ana.get("/routes").json() == [ana.get(f"/routes/{made['id']}").json()] == [made]
    changed = ana.put(f"/routes/{made['id']}", ROUTE | {"name": "Lines", "count": 3, "enabled": False}).json()
    assert (changed["id"], changed["name"], changed["count"], changed["enabled"]) == (made["id"], "Lines", 3, False)
    assert ana.delete(f"/routes/{made['id']}").status_code == 204
    assert ana.get("/routes").json() == []
    assert ana.get(f"/routes/{made['id']}").status_code == 404
    assert Route.objects.get().removed_at is not None, "alerts go on saying where it led"
    acts = AuditEntry.objects.filter(person=world.ana, act__startswith="route.").order_by("at", "id").values_list("act", flat=True)
    assert list(acts) == ["route.made", "route.changed", "route.stopped", "route.removed"]


@pytest.mark.django_db(transaction=True)
def test_a_trial_says_what_the_same_route_then_does_live(world, ana, clock):
    clock.freeze(bodies.NOON)
    asked = {"match": "alertname=HotlineQueue", "group_by": ["region"]}
    for region in ("north", "south"):
        arrive(world.organisation, bodies.entry(region, labels={"alertname": "HotlineQueue", "region": region}))
    trial = ana.post("/routes/trial", asked).json()
    assert (trial["count"], sorted(one["group"] for one in trial["incidents"])) == (2, [["north"], ["south"]])
    assert (trial["bodies"], trial["unread"], trial["cut"], trial["kept"]) == (2, 0, False, {})
    assert not Route.objects.exists()
    ana.post("/routes", asked | {"name": "Queues", "plan": "hotline-outage"})
    for region in ("east", "west"):
        arrive(world.organisation, bodies.entry(region, labels={"alertname": "HotlineQueue", "region": region}))
    declare()
    assert Incident.objects.count() == 2
    assert ana.post("/routes/trial", asked).json()["count"] == 4
    assert ana.post("/routes/trial", asked | {"count": 3}).json()["kept"] == {"more": 4}


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        ({"match": "region", "unless": "job"}, ["/match", "/unless"]),
        ({"match": ","}, ["/match"]),
        ({"count": 0}, ["/count"]),
        ({"flaps": 3}, ["/flaps"]),
        ({"plan": "none", "beside": ["other"]}, ["/plan", "/beside/0"]),
        ({"facts": {"unheard": 1}}, ["/facts/unheard"]),
        ({"facts": {"node_fault": "perhaps"}}, ["/facts/node_fault"]),
    ],
)
def test_a_route_that_cannot_be_is_422_and_says_where(ana, wrong, places):
    answer = ana.post("/routes", ROUTE | wrong)
    assert (answer.status_code, [one["place"] for one in answer.json()["errors"]]) == (422, places)
    assert not Route.objects.exists()


def test_a_name_stands_once(ana):
    ana.post("/routes", ROUTE)
    answer = ana.post("/routes", ROUTE)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


@pytest.mark.row("I8")
def test_strangers_and_members_change_no_route(world, ana, chi, dov):
    made = ana.post("/routes", ROUTE).json()["id"]
    for who, answer in ((dov, 404), (chi, 403), (client.of(world, world.ana, "observer"), 403)):
        assert (who.put(f"/routes/{made}", ROUTE).status_code, who.delete(f"/routes/{made}").status_code) == (answer, answer)
    assert chi.post("/routes", ROUTE | {"name": "Other"}).status_code == chi.post("/routes/trial", {"match": "a=b"}).status_code == 403
    assert dov.get("/routes").json() == []
    assert dov.get(f"/routes/{made}").content == dov.get("/routes/rou_x").content
