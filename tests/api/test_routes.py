"""What surrounds the incidents: the description, alerts, plans, and addresses that do not exist."""

import json

import pytest

from tests.api.client import Program
from tocsin.api import out
from tocsin.api.commands import KINDS
from tocsin.api.wire import Exact
from tocsin.ingest.models import Alert
from tocsin.kit import clock, ids

NOBODY = Program("")


def alert(organisation, fingerprint: str, *, firing: bool = True) -> Alert:
    now = clock.now()
    return Alert.objects.create(
        organisation=organisation, source="alertmanager", fingerprint=fingerprint, title=fingerprint, labels={"alertname": "Down"}, annotations={},
        firing=firing, starts_at=now, first_received_at=now, last_received_at=now, turned_at=now, turn=1, received=1, duplicates=0, raw=1,
    )  # fmt: skip


def test_the_description_names_every_address_and_every_command(db):
    description = NOBODY.get("/openapi.json").json()
    assert description["openapi"].startswith("3.")
    assert {"/api/v1/incidents", "/api/v1/incidents/{incident}/commands", "/api/v1/alerts", "/api/v1/plans"} <= set(description["paths"])
    body = description["paths"]["/api/v1/incidents/{incident}/commands"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["discriminator"]["mapping"]) == set(KINDS)
    state = description["components"]["schemas"]["State"]["properties"]
    assert {"proposal_rules", "facts", "conditions", "roles", "clocks", "decided"} <= set(state)


def test_a_page_of_alerts_is_written_as_it_is_described(world, ana):
    alert(world.organisation, "a", firing=True)
    (row,) = Alert.objects.all()
    described = json.loads(Exact().render(None, out.AlertOut.from_orm(row).model_dump(), response_status=200))
    assert ana.get("/alerts").json() == {"items": [described], "next": ""}


@pytest.mark.row("I8")
def test_alerts_are_listed_within_the_organisation(world, ana, dov):
    ours, over = alert(world.organisation, "a"), alert(world.organisation, "b", firing=False)
    alert(world.elsewhere, "c")
    assert [row["fingerprint"] for row in ana.get("/alerts").json()["items"]] == ["b", "a"]
    assert [row["id"] for row in ana.get("/alerts", firing="true").json()["items"]] == [ids.typed("alr", ours.id)]
    assert [row["id"] for row in ana.get("/alerts", firing="false").json()["items"]] == [ids.typed("alr", over.id)]
    assert [row["fingerprint"] for row in dov.get("/alerts").json()["items"]] == ["c"]


def test_alerts_are_walked_by_cursor(world, ana):
    names = [alert(world.organisation, str(number)).fingerprint for number in range(5)]
    first = ana.get("/alerts", limit="3").json()
    second = ana.get("/alerts", limit="3", cursor=first["next"]).json()
    assert [row["fingerprint"] for row in first["items"] + second["items"]] == names[::-1]
    assert second["next"] == ""


def test_alerts_are_found_by_labels_and_words(world, ana):
    for name in ("east-1", "east-2", "west-1"):
        alert(world.organisation, name)
        Alert.objects.filter(fingerprint=name).update(labels={"region": name[:4]}, title=f"Line {name}")
    assert [row["fingerprint"] for row in ana.get("/alerts", match="region=east").json()["items"]] == ["east-2", "east-1"]
    assert [row["fingerprint"] for row in ana.get("/alerts", match='region!~"ea.*"').json()["items"]] == ["west-1"]
    assert [row["fingerprint"] for row in ana.get("/alerts", q="LINE EAST-1").json()["items"]] == ["east-1"]
    assert ana.get("/alerts", since="2100-01-01T00:00:00Z").json()["items"] == []


@pytest.mark.row("I8")
def test_a_program_takes_an_alert_on_for_its_person_and_leaves_it(world, ana, dov):
    made = ids.typed("alr", alert(world.organisation, "a").id)
    assert ana.post(f"/alerts/{made}/acknowledgement", {"taken": True, "words": "on it"}).json() == {"taken_by": ["Ana"]}
    assert ana.post(f"/alerts/{made}/acknowledgement", {"taken": False}).json() == {"taken_by": []}
    assert dov.post(f"/alerts/{made}/acknowledgement", {"taken": True}).status_code == 404
    assert ana.post("/alerts/a/acknowledgement", {"taken": True}).status_code == 404
    assert ana.post(f"/alerts/{made}/acknowledgement", {}).status_code == 422


@pytest.mark.parametrize("wrong", [{"match": "region"}, {"cursor": "WzEsICJ4Il0"}, {"since": "yesterday"}])
def test_what_cannot_be_looked_for_is_422(ana, wrong):
    assert ana.get("/alerts", **wrong).status_code == 422


def test_plans_are_listed_with_their_hash(world, ana):
    (plan,) = ana.get("/plans").json()
    assert (plan["plan_id"], plan["hash"], plan["status"]) == ("hotline-outage", world.plan.hash, "in_force")


@pytest.mark.parametrize("path", ["/", "/nothing", "/incidents/INC-1/nothing"])
def test_an_address_that_does_not_exist_is_a_problem(ana, path):
    answer = ana.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_method_that_an_address_does_not_know_is_a_problem(ana):
    answer = ana.post("/plans", {})
    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "wrong_method", "GET")


def test_a_body_that_is_too_large_is_413(ana):
    answer = ana.post("/incidents", b'{"words":"' + b"x" * 3_000_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
