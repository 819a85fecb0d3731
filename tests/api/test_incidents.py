"""A program declares, reads and commands an incident, and is told every no with a code."""

from datetime import timedelta

import pytest

from tests.api import client
from tocsin.engine import precedence
from tocsin.engine import terms as t
from tocsin.incidents import desk
from tocsin.incidents.models import BoardRow, Incident
from tocsin.kit import ids


@pytest.mark.row("REG-04")
def test_one_line_of_words_is_enough_to_declare(ana):
    response = ana.post("/incidents", {"words": "客户服务热线中断"})
    assert response.status_code == 201
    done = response.json()
    assert done["number"] == "INC-1"
    assert (done["first"], done["events"][0]["type"]) == (1, "Declared")
    assert response.headers["Location"] == f"/api/v1/incidents/{done['incident']}"


@pytest.mark.row("REG-01")
def test_the_means_of_a_declaration_is_kept(ana):
    done = ana.declare(means="monitoring")
    assert done["events"][0]["data"]["means"] == "monitoring"
    assert ana.declare()["events"][0]["data"]["means"] == "api"


GRAVE = {"scope": "nationwide", "effect": "interrupted", "recovery": "24h"}


@pytest.mark.row("CLS-11", "CLS-13")
def test_facts_are_read_by_their_type_and_the_level_is_explained(ana):
    done = ana.declare(facts=GRAVE)
    state = ana.get(f"/incidents/{done['incident']}").json()
    assert state["id"] == done["incident"]
    assert {fact["fact"]: fact["value"] for fact in state["facts"] if fact["source"] == "person"} == {
        **GRAVE,
        "recovery": {"seconds": "86400"},
    }
    assert state["proposal"] == "l1"
    because = {rule["rule"]: rule for rule in state["proposal_rules"] if rule["rule"] in state["proposal_because"]}
    assert because
    assert all(rule["value"] is True and rule["cite"] and "scope" in rule["text"] for rule in because.values())

    ana.command(done["incident"], "state_facts", facts={"scope": "single_region"})
    after = ana.get(f"/incidents/{done['incident']}").json()
    assert after["proposal"] != "l1"
    assert all(rule["value"] is not True for rule in after["proposal_rules"] if rule["rule"] in because)


@pytest.mark.parametrize(
    ("fact", "value", "kept"),
    [
        ("recovery", {"seconds": "5400"}, {"seconds": "5400"}),
        ("recovery", "3d4h", {"seconds": "273600"}),
        ("node_volume", 99.5, {"number": "99.5"}),
        ("node_volume", "70.0", {"number": "70.0"}),
        ("node_volume", {"number": "1e3"}, None),
        ("node_fault", True, True),
        ("occurred_at", "2026-10-12T12:00:00+08:00", {"instant": "2026-10-12T04:00:00.000000Z"}),
        ("symptom", "No tone", "No tone"),
    ],
)
def test_a_value_may_be_plain_or_as_the_api_writes_it(ana, fact, value, kept):
    done = ana.declare()
    answer = ana.command(done["incident"], "state_facts", facts={fact: value})
    if kept is None:
        assert answer.json()["errors"][0]["place"] == f"/facts/{fact}"
        return
    stated = [event["data"] for event in answer.json()["events"] if event["type"] == "FactStated"]
    assert [data["value"] if data["value"] is not None else data["words"] for data in stated if data["fact"] == fact] == [kept]


def test_values_of_another_type_are_all_named_at_once(ana):
    done = ana.declare()
    wrong = {
        "recovery": 7,
        "node_volume": "many",
        "node_fault": "yes",
        "occurred_at": "2026-10-12T12:00:00",
        "effect": ["degraded"],
        "symptom": 1,
    }
    answer = ana.command(done["incident"], "state_facts", facts=wrong)
    assert answer.status_code == 422
    assert {error["place"] for error in answer.json()["errors"]} == {f"/facts/{name}" for name in wrong}


def test_a_fact_that_the_plan_does_not_have_is_refused_by_the_engine(ana):
    done = ana.declare()
    answer = ana.command(done["incident"], "state_facts", facts={"colour": "red"})
    assert answer.status_code == 409
    assert "colour" in answer.json()["title"]


@pytest.mark.row("AUD-01")
def test_a_decision_is_kept_with_person_role_time_and_what_was_seen(ana, chi, world, clock):
    done = ana.declare(facts={"scope": "nationwide"})
    clock.shift(timedelta(minutes=3))
    answer = chi.command(done["incident"], "decide", decision="assess", facts={"effect": "interrupted"})
    assert answer.status_code == 200
    (decided,) = ana.get(f"/incidents/{done['incident']}").json()["decided"]
    assert (decided["by"], decided["role"]) == (ids.typed("per", world.chi.id), "tech_leader")
    assert decided["at"] == answer.json()["events"][0]["at"] > done["events"][0]["at"]
    assert {"scope": "nationwide", "effect": "interrupted"}.items() <= decided["seen"].items()

    ana.command(done["incident"], "state_facts", facts={"scope": "single_region"})
    assert ana.get(f"/incidents/{done['incident']}").json()["decided"] == [decided]


@pytest.mark.row("AUD-01", "CLS-15")
def test_a_level_other_than_the_proposed_one_needs_a_reason_and_stays_visible(ana):
    done = ana.declare(facts=GRAVE)
    assert ana.command(done["incident"], "decide", decision="set_level", option="l2").json()["code"] == "E105"
    reason = "Only calls from the north fail"
    assert ana.command(done["incident"], "decide", decision="set_level", option="l2", reason=reason).status_code == 200
    state = ana.get(f"/incidents/{done['incident']}").json()
    (level,) = state["levels"]
    assert (level["proposed"], level["level"], level["reason"]) == ("l1", "l2", reason)
    assert state["decided"][0]["reason"] == reason


def test_an_incident_is_found_by_its_number_too(ana):
    done = ana.declare()
    assert ana.get("/incidents/INC-1").json()["id"] == done["incident"]


def test_a_command_answers_with_the_entries_that_followed(ana):
    done = ana.declare()
    answer = ana.command(done["incident"], "note", words="The lines are silent")
    assert answer.status_code == 200
    (event,) = answer.json()["events"]
    assert (event["type"], event["data"], event["seq"]) == ("Noted", {"words": "The lines are silent"}, done["seq"] + 1)
    assert event["at"].endswith("Z")
    assert len(event["at"]) == len("2026-10-12T09:12:04.000000Z")


def test_a_refusal_is_409_with_its_code_and_hint(ana, chi):
    done = ana.declare()
    answer = chi.command(done["incident"], "create_role", role="helper", name="Helper", duty="Help", person="per_1")
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "E101"
    assert problem["title"]
    assert problem["hint"]
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_same_key_acts_once_and_answers_the_same(ana):
    done = ana.declare()
    first = ana.command(done["incident"], "note", words="Once", key="k1")
    again = ana.command(done["incident"], "note", words="Once", key="k1")
    assert first.json() == again.json()
    assert ana.get(f"/incidents/{done['incident']}/timeline", after=str(done["seq"])).json()["items"][1:] == []


def test_the_same_key_declares_once(ana):
    first = ana.post("/incidents", {"words": "Silence"}, key="k1").json()
    again = ana.post("/incidents", {"words": "Silence"}, key="k1").json()
    assert first["incident"] == again["incident"]
    assert len(ana.get("/incidents").json()["items"]) == 1


def test_a_key_used_for_something_else_is_422(ana):
    done = ana.declare()
    ana.command(done["incident"], "note", words="Once", key="k1")
    answer = ana.command(done["incident"], "note", words="Other", key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


def test_a_key_belongs_to_the_person_who_used_it(ana, chi):
    done = ana.declare()
    ana.command(done["incident"], "note", words="Once", key="k1")
    assert chi.command(done["incident"], "note", words="Other", key="k1").status_code == 200


@pytest.mark.row("REG-12")
def test_who_and_when_cannot_be_handed_in(ana, world):
    done = ana.declare()
    for forged in ({"by": "per_1"}, {"at": "2020-01-01T00:00:00Z"}):
        answer = ana.command(done["incident"], "note", words="Forged", **forged)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["place"] == f"/{next(iter(forged))}"
    event = ana.command(done["incident"], "note", words="Mine").json()["events"][0]
    assert event["by"] == ids.typed("per", world.ana.id)


@pytest.mark.parametrize("command", ["tick", "observe", "report_delivery", "declare", "burn"])
def test_what_is_the_servers_is_no_command_of_a_program(ana, command):
    done = ana.declare()
    assert ana.command(done["incident"], command).status_code == 422


def test_every_place_that_cannot_be_read_is_said_at_once(ana):
    done = ana.declare()
    answer = ana.command(done["incident"], "fulfil", obligation=7, checks=["x"], happened_at="yesterday", more=1)
    assert answer.status_code == 422
    assert {error["place"] for error in answer.json()["errors"]} == {"/obligation", "/checks/0", "/happened_at", "/more"}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"words": NaN}', b'{"words":"a","words":"b"}', b"[" * 100_000, b"\xff"],
    ids=["nothing", "list", "half", "nan", "twice", "deep", "bytes"],
)
def test_what_is_no_json_object_is_a_problem(ana, body):
    answer = ana.post("/incidents", body)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("words", ["a\x00b", "\ud800", "", "x" * 20_001], ids=["nul", "surrogate", "empty", "long"])
def test_a_text_that_no_database_takes_is_422(ana, words):
    answer = ana.post("/incidents", {"words": words})
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, "/words")


def test_texts_are_composed(ana):
    done = ana.declare(words="cafe\u0301")
    assert done["events"][0]["data"]["words"] == "caf\u00e9"


def test_a_plan_that_is_not_there_is_said_with_those_that_are(ana):
    answer = ana.post("/incidents", {"words": "Silence", "plan": "other"})
    assert answer.status_code == 422
    assert "hotline-outage" in answer.json()["errors"][0]["problem"]


def test_clocks_and_timeline_are_read_as_they_stand(ana, clock):
    done = ana.declare()
    incident = Incident.objects.get(pk=ids.untyped("inc", done["incident"]))
    clock.shift(timedelta(hours=2))
    desk.handle(incident.id, t.Tick(), actor=t.Actor(t.SYSTEM))
    breached = ana.get(f"/incidents/{done['incident']}/clocks", status="breached").json()
    assert breached
    assert {row["status"] for row in breached} == {"breached"}
    assert all(row["due_at"].endswith("Z") for row in breached)
    assert "ClockBreached" in {line["kind"] for line in ana.get(f"/incidents/{done['incident']}/timeline").json()["items"]}


def test_the_list_narrows_to_open_incidents(ana):
    done = ana.declare()
    assert [row["id"] for row in ana.get("/incidents", state="open").json()["items"]] == [done["incident"]]
    assert ana.get("/incidents", state="closed").json()["items"] == []
    assert ana.get("/incidents", state="odd").status_code == 422


def test_a_list_is_walked_by_cursor_without_gap_or_repeat(ana):
    numbers = [ana.declare()["number"] for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = ana.get("/incidents", limit="2", cursor=cursor).json()
        seen += [row["number"] for row in page["items"]]
        if len(seen) == 2:
            ana.declare()  # newer than all that is walked
        cursor = page["next"]
        if not cursor:
            break
    assert seen == numbers[::-1]


@pytest.mark.row("REG-09")
def test_what_is_worked_out_of_turn_comes_first_in_the_list_and_once_however_it_is_walked(ana):
    first, *others = (ana.declare()["number"] for _ in range(4))
    BoardRow.objects.filter(number=first).update(place=precedence.FIRST)
    page = ana.get("/incidents", limit="2").json()
    assert [(row["number"], row["place"]) for row in page["items"]] == [(first, 0), (others[-1], 1)]
    following = ana.get("/incidents", limit="2", cursor=page["next"]).json()
    assert [row["number"] for row in following["items"]] == others[-2::-1]
    assert following["next"] == ""


def test_a_timeline_is_walked_in_order(ana):
    done = ana.declare()
    seqs: list[int] = []
    page = ana.get(f"/incidents/{done['incident']}/timeline", limit="7").json()
    while True:
        seqs += [line["seq"] for line in page["items"]]
        if not page["next"]:
            break
        page = ana.get(f"/incidents/{done['incident']}/timeline", limit="7", cursor=page["next"]).json()
    assert seqs == list(range(1, done["seq"] + 1))


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwgImIiXQ", "=", "é"])
def test_a_cursor_of_ones_own_making_is_422(ana, cursor):
    ana.declare()
    assert ana.get("/incidents", cursor=cursor).status_code == 422


def test_a_member_may_do_what_a_key_with_less_access_may_not(world, ana):
    done = ana.declare()
    observer = client.of(world, world.ana, "observer")
    assert observer.get(f"/incidents/{done['incident']}").status_code == 200
    for answer in (observer.command(done["incident"], "note", words="No"), observer.post("/incidents", {"words": "No"})):
        assert (answer.status_code, answer.json()["code"]) == (403, "no_right")
