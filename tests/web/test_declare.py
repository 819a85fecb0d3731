"""Declaring: one line is enough, the level is recommended with its reasons, and a changed answer says what it turned."""

import json
import re
from typing import Any

import pytest

from tests.web.test_plans import take
from tests.world import World
from tocsin.accounts.models import Access, Membership, Person
from tocsin.incidents.models import BoardRow, FactRow, Incident, TimelineRow
from tocsin.kit import ids

pytestmark = pytest.mark.django_db


def post(world: World, who: Person, path: str = "declare", *, htmx: bool = False, **fields: str) -> Any:
    body = {"key": ids.new().hex, **fields}
    return world.browse(who).post(f"/o/{world.organisation.slug}/{path}", body, headers={"HX-Request": "true"} if htmx else {})


@pytest.mark.row("REG-04")
def test_one_line_of_text_is_enough(world: World) -> None:
    answer = post(world, world.chi, what="Hotline unreachable")
    assert answer.status_code == 303
    board = BoardRow.objects.get(organisation=world.organisation)
    assert answer.headers["Location"] == f"/o/{world.organisation.slug}/incidents/{board.number}"
    assert (board.words, board.level) == ("Hotline unreachable", "")


def test_no_line_at_all_is_refused_and_keeps_the_answers(world: World) -> None:
    answer = post(world, world.chi, what=" ", **{"fact:scope": "nationwide"})
    assert answer.status_code == 409
    assert 'value="nationwide" checked' in answer.content.decode()
    assert not Incident.objects.exists()


def test_answers_become_facts_of_the_incident(world: World) -> None:
    post(
        world,
        world.chi,
        what="x",
        **{"fact:scope": "nationwide", "fact:recovery": "6h", "fact:node_volume": "1200", "fact:node_fault": "no"},
    )
    known = dict(FactRow.objects.filter(organisation=world.organisation, source="person").values_list("fact", "value"))
    assert known == {"scope": "nationwide", "recovery": {"seconds": "21600"}, "node_volume": {"number": "1200"}, "node_fault": False}


def test_whoever_may_decide_sets_the_level_with_the_same_click(world: World) -> None:
    page = post(
        world, world.ana, "declare/recommendation", htmx=True, what="x", **{"fact:scope": "nationwide", "fact:effect": "interrupted"}
    )
    assert 'name="level" value="l1"' in page.content.decode()
    post(world, world.ana, what="x", level="l1", **{"fact:scope": "nationwide", "fact:effect": "interrupted"})
    assert BoardRow.objects.get(organisation=world.organisation).level == "l1"


def test_whoever_may_not_decide_declares_all_the_same(world: World) -> None:
    facts = {"fact:scope": "nationwide", "fact:effect": "interrupted"}
    page = post(world, world.bea, "declare/recommendation", htmx=True, what="x", **facts).content.decode()
    assert 'name="level"' not in page
    post(world, world.bea, what="x", level="l1", **facts)
    board = BoardRow.objects.get(organisation=world.organisation)
    assert (board.level, board.proposal) == ("", "l1")


@pytest.mark.row("CLS-12")
def test_a_flipped_answer_names_the_rule_and_the_value_that_it_turned(world: World) -> None:
    before = {"scope": "nationwide", "effect": "interrupted", "business": "general"}
    after = {"fact:scope": "nationwide", "fact:effect": "degraded", "fact:business": "general"}
    page = post(world, world.chi, "declare/recommendation", htmx=True, what="x", answers=json.dumps(before), **after).content.decode()
    told = page[page.index("What your answer changed") : page.index('class="why"')]
    assert re.findall(r"<s>(?:<[^>]+>)*([^<]+)(?:<[^>]+>)*</s> <b>(?:<[^>]+>)*([^<]+)", told) == [
        ("Interrupted", "Degraded"),
        ("met", "not met"),
        ("Level 1", "Level 2"),
    ]
    assert told.count("data-turned") == 1


@pytest.mark.row("CLS-13")
def test_the_fallback_says_that_it_is_one_and_asks_to_be_confirmed(world: World) -> None:
    page = post(world, world.ana, "declare/recommendation", htmx=True, what="x", **{"fact:scope": "nationwide"}).content.decode()
    assert "No rule speaks." in page
    assert "Confirm and declare: Level 2" in page


@pytest.mark.row("CLS-12")
def test_a_graver_level_that_is_still_possible_is_said(world: World) -> None:
    page = post(world, world.chi, "declare/recommendation", htmx=True, what="x", **{"fact:node_fault": "yes"}).content.decode()
    assert "it could still be this level" in page


def test_a_value_that_cannot_be_read_is_named(world: World) -> None:
    answer = post(world, world.chi, what="x", **{"fact:node_volume": "many"})
    assert answer.status_code == 409
    assert "Mean daily calls of the failed node: many" in answer.content.decode()


def test_without_script_the_recommendation_is_a_whole_page(world: World) -> None:
    answer = post(world, world.chi, "declare/recommendation", what="Silence", **{"fact:scope": "nationwide", "fact:effect": "interrupted"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'value="Silence"' in page
    assert "<html" in page
    assert "Level 1" in page


def test_a_form_sent_twice_declares_once(world: World) -> None:
    key = ids.new().hex
    first, second = (post(world, world.chi, what="Once", key=key) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Incident.objects.count() == 1


def test_a_drill_is_marked_as_one(world: World) -> None:
    post(world, world.chi, what="Only a drill", drill="1")
    assert BoardRow.objects.get(organisation=world.organisation).drill


def test_observers_and_strangers_declare_nothing(world: World) -> None:
    Membership.objects.filter(person=world.bea).update(access=Access.OBSERVER)
    assert post(world, world.bea, what="x").status_code == 403
    assert post(world, world.dov, what="x").status_code == 404
    assert not Incident.objects.exists()


# ------------------------------------------------------------------ the plan for it (PLN-04)


@pytest.mark.row("PLN-04")
def test_the_plan_whose_scope_speaks_of_it_is_proposed_with_the_words_that_say_so(world: World) -> None:
    take(world, "pass24-critical-incidents")
    shown = post(world, world.chi, "declare/recommendation", htmx=True, what="The barrier does not open").content.decode()
    assert "The plan for this" in shown
    assert "Critical incidents of PASS24.online" in shown
    assert "its scope speaks of: barrier" in shown
    assert "its scope speaks of: 热线" in post(world, world.chi, "declare/recommendation", htmx=True, what="热线中断").content.decode()


@pytest.mark.row("PLN-04")
def test_whoever_picks_another_plan_is_asked_why_and_both_are_recorded(world: World) -> None:
    take(world, "pass24-critical-incidents")
    fields = {"what": "The barrier does not open", "plan": "hotline-outage"}
    assert "Why another plan" in post(world, world.chi, "declare/recommendation", htmx=True, **fields).content.decode()
    assert post(world, world.chi, **fields, plan_reason="The hotline tells of it").status_code == 303
    declared = TimelineRow.objects.get(organisation=world.organisation, kind="Declared")
    assert (declared.data["proposed"], declared.data["reason"]) == ("pass24-critical-incidents", "The hotline tells of it")
    page = world.browse(world.chi).get(f"/o/{world.organisation.slug}/incidents/INC-1/record").content.decode()
    assert "The hotline tells of it" in page


@pytest.mark.row("REG-04", "PLN-04")
def test_no_reason_is_demanded_and_none_asked_where_the_scope_fits(world: World) -> None:
    take(world, "pass24-critical-incidents")
    assert post(world, world.chi, what="The barrier does not open", plan="hotline-outage").status_code == 303
    assert post(world, world.chi, what="The hotline is silent", plan="hotline-outage").status_code == 303
    rows = TimelineRow.objects.filter(organisation=world.organisation, kind="Declared").order_by("pk")
    assert [row.data["proposed"] for row in rows] == ["pass24-critical-incidents", ""]


@pytest.mark.row("PLN-04")
def test_the_proposed_plan_is_taken_with_one_click_and_asks_its_own_questions(world: World) -> None:
    take(world, "pass24-critical-incidents")
    fields = {"what": "The barrier does not open", "plan": "hotline-outage", "asked_by": "hotline-outage"}
    assert "Take this plan" in post(world, world.chi, "declare/recommendation", htmx=True, **fields).content.decode()
    taken = post(world, world.chi, "declare/recommendation", htmx=True, **{**fields, "plan": "pass24-critical-incidents"})
    assert taken.headers["HX-Retarget"] == taken.headers["HX-Reselect"] == "#declaration"
    page = taken.content.decode()
    assert 'name="fact:unusable"' in page
    assert 'name="fact:scope"' not in page
    assert 'value="The barrier does not open"' in page


def test_answers_to_the_questions_of_another_plan_are_not_lost_in_silence(world: World) -> None:
    take(world, "pass24-critical-incidents")
    fields = {"what": "The barrier does not open", "plan": "pass24-critical-incidents"}
    refused = post(world, world.chi, **fields, **{"fact:scope": "nationwide"})
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "This plan asks other questions" in page
    assert 'name="fact:unusable"' in page
    assert 'value="The barrier does not open"' in page
    assert post(world, world.chi, **fields).status_code == 303


def test_a_second_plan_brings_its_questions_at_once(world: World) -> None:
    take(world, "pass24-critical-incidents")
    fields = {"what": "x", "plan": "hotline-outage", "asked_by": "hotline-outage", "beside": "pass24-critical-incidents"}
    page = post(world, world.chi, "declare/recommendation", htmx=True, **fields).content.decode()
    assert re.search(r'name="fact:[^"]*\bscope"', page)
    assert re.search(r'name="fact:[^"]*\bunusable"', page)


@pytest.mark.row("CLS-02")
def test_a_level_that_the_plan_sets_at_once_is_decided_once(world: World) -> None:
    take(world, "pass24-critical-incidents")
    post(world, world.ana, what="Down", plan="pass24-critical-incidents", level="critical", **{"fact:unusable": "yes"})
    decided = TimelineRow.objects.filter(organisation=world.organisation, kind="LevelDecided")
    assert [row.data["level"] for row in decided] == ["critical"]
