"""The defaults taken where the shipped documents contradict themselves or leave a number open: said by checking, and there in the plan."""

from functools import cache
from itertools import product

import pytest

from tests.plan.test_contradictions import _plain
from tocsin.engine.expressions import evaluate
from tocsin.engine.program import FromFact, Program
from tocsin.engine.times import Span
from tocsin.plan.findings import Finding
from tocsin.plan.read import read
from tocsin.plan.shipped import program, sources


@cache
def found(plan: str) -> tuple[Finding, ...]:
    return read(sources()[plan].read_bytes(), plan).findings


def said(plan: str, code: str, path: str) -> str:
    """Return the one sentence of this code at this place."""
    [message] = [str(each.message) for each in found(plan) if (each.code, each.path) == (code, path)]
    return message


def shipped(plan: str) -> Program:
    known = program(plan)
    assert known is not None
    return known


@pytest.mark.row("X-06")
def test_the_fourth_group_is_the_assessment_team_under_the_command():
    assert said("hotline-outage", "L10", "organisation.announced").startswith("the document announces 4 groups and lists 3")
    groups = shipped("hotline-outage").groups
    assert set(groups) >= {"technical", "care", "logistics", "assessment"}
    assert groups["assessment"].under == "command"


@pytest.mark.row("X-28")
@pytest.mark.parametrize(
    ("plan", "duty", "interval"),
    [
        ("hotline-outage", "supplies_inspected", "1mo"),
        ("hotline-outage", "boxes_checked", "1mo"),
        ("hotline-outage", "first_aid_training", "6mo"),
        ("hotline-outage", "joint_drill", "6mo"),
        ("incident-basics", "exercise", "6mo"),
    ],
)
def test_what_the_document_calls_regular_has_an_interval_that_is_said_to_be_assumed(plan: str, duty: str, interval: str):
    assert f"the document gives no number for every: {interval} is assumed" in said(plan, "L09", f"readiness.{duty}.every")


@pytest.mark.row("X-30")
def test_the_standard_is_kept_with_its_edition_and_the_newer_one_is_said():
    standard = _plain("hotline-outage")["document"]["standard"]
    assert (standard["name"], str(standard["cited"]), str(standard["in_force"])) == ("GB/T 29639", "2013", "2020")
    assert "cites GB/T 29639 of 2013, the edition of 2020 is in force" in said("hotline-outage", "L22", "document.standard")


@pytest.mark.row("X-31")
def test_where_the_document_breaks_off_its_sections_stand_ready_and_empty_and_are_said_to_be_assumed():
    plan = shipped("hotline-outage")
    sections = ("drills_held", "reviews_held", "revisions_made", "filings", "annexes")
    assert {
        name: (plan.resources[name].cite, plan.resources[name].items, bool(plan.resources[name].assumed)) for name in sections
    } == dict.fromkeys(sections, (("X-31",), (), True))
    assert plan.standing is not None
    duties = plan.standing.obligations
    assert {name: (str(duties[name].every), "every" in duties[name].assumed) for name in ("joint_drill", "plan_review")} == {
        "joint_drill": ("6mo", True),
        "plan_review": ("1y", True),
    }
    (form,) = [field for field in plan.standing.records["training_given"].fields if field.id == "form"]
    assert form.of == ("online", "offline")


@pytest.mark.row("X-36")
@pytest.mark.parametrize(("shorter", "department"), [("技术部", "it"), ("网络部", "network"), ("安全部", "security")])
def test_a_department_is_found_under_its_shorter_name(shorter: str, department: str):
    departments = shipped("hotline-outage").departments
    assert [name for name, rule in departments.items() if shorter in rule.aliases] == [department]
    assert not [each for each in found("hotline-outage") if each.code == "L17"]


@pytest.mark.row("X-55")
def test_the_analysis_has_an_owner_and_a_limit_and_missing_documents_are_said():
    plan = shipped("pass24-critical-incidents")
    analyse = plan.obligations["analyse"]
    assert (analyse.owes, analyse.within) == ("problem_manager", Span(days=3))
    assert "3d is assumed" in said(plan.id, "L09", "situations.step8.obligations.analyse.within")
    assert said(plan.id, "L22", "document.related").startswith("other documents are named and not at hand: ")
    assert "1y is assumed" in said(plan.id, "L09", "readiness.document_current.every")


@pytest.mark.row("X-65")
def test_importance_and_urgency_give_four_priorities_and_every_time_is_said_to_be_the_plans_own():
    plan = shipped("incident-basics")
    assert plan.classify is not None
    assert plan.classify.fallback is not None
    grades = ("high", "medium", "low")
    matrix = {}
    for importance, urgency in product(grades, grades):
        known = {"importance": importance, "urgency": urgency}
        matrix[importance, urgency] = next(
            level for when, level in plan.classify.fallback.table if evaluate(when, lambda leaf, known=known: known[leaf.path]) is True
        )
    assert [matrix[each] for each in product(grades, grades)] == ["p1", "p2", "p3", "p2", "p3", "p4", "p3", "p4", "p4"]
    of_entries = [duty for duty in plan.obligations.values() if isinstance(duty.within, FromFact)]
    kept = [item for duty in of_entries for name in duty.collections for item in plan.resources[name].items]
    assert [item.id for item in kept if "limit" not in item.assumed] == []
    limited = [duty for duty in plan.obligations.values() if (duty.within or duty.every) and duty not in of_entries]
    places = {each.path for each in found(plan.id) if each.code == "L09"}
    assert [duty.id for duty in limited if not any(f".{duty.id}." in f".{place}" for place in places)] == []
