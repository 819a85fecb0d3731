"""Answers of yes, no or unsure that decide by themselves, and what they default to (CLS-02 to CLS-04, COM-06)."""

from datetime import timedelta
from decimal import Decimal
from functools import cache

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.expressions import Name
from tocsin.engine.program import Program
from tocsin.engine.values import lookup, suggested
from tocsin.plan import read, shipped

CAST = {"anna": ("support_specialist",), "boris": ("head_of_support",), "vera": ("client_contact",), "gleb": ("team",)}


@cache
def desk() -> Program:
    program = read.read(shipped.sources()["pass24-critical-incidents"].read_bytes(), "plan.yaml").program
    assert program is not None
    return program


def story() -> Story:
    return Story(cast=CAST, program=desk()).declare(person="anna")


@pytest.mark.row("CLS-03", "CLS-04")
def test_one_unsure_is_critical_in_the_act_of_the_answer_and_by_whoever_gave_it():
    run = story()
    run.do(2, "gleb", t.StateFacts(facts={"immediate": "unsure"}))
    assert run.state.level == "critical"
    assert run.state.moments["identified"].at == run.at(2)
    assert run.holder("responsible") == "gleb"


@pytest.mark.row("CLS-02")
def test_four_no_and_nothing_more_decide_nothing():
    run = story()
    run.do(2, "anna", t.StateFacts(facts=dict.fromkeys(("unusable", "critical_project", "critical_service", "many_users"), "no")))
    assert run.state.level == ""
    run.do(3, "anna", t.StateFacts(facts={"immediate": "yes"}))
    assert run.state.level == "critical"


def test_five_no_are_none_of_this_plan():
    run = story()
    five = ("unusable", "critical_project", "critical_service", "many_users", "immediate")
    run.do(2, "anna", t.StateFacts(facts=dict.fromkeys(five, "no")))
    assert (run.state.level, run.state.phase) == ("ordinary", "cancelled")


@pytest.mark.row("COM-06")
def test_the_interval_follows_the_urgency_until_somebody_says_it_and_has_a_longest():
    run = story()
    interval = lookup(run.program, run.state, run.at(1))(Name("interval"))
    assert interval == timedelta(hours=2)
    run.do(2, "anna", t.StateFacts(facts={"unusable": "yes"}))
    assert lookup(run.program, run.state, run.at(2))(Name("interval")) == timedelta(hours=1)
    assert run.refused(3, "anna", t.StateFacts(facts={"interval": timedelta(minutes=121)})) == "E104"
    run.do(3, "anna", t.StateFacts(facts={"interval": timedelta(minutes=120)}))


def test_how_many_are_hit_suggests_an_answer_and_gives_none():
    run = story()
    run.do(1, "anna", t.AddParty(name="Client", about={"users_hit_share": Decimal(60)}))
    fact = run.program.facts["many_users"]
    assert suggested(run.program, run.state, fact, run.at(1)) == "yes"
    assert "many_users" not in run.state.facts


@pytest.mark.row("REG-08")
def test_what_the_register_calls_critical_is_an_answer_until_somebody_gives_another():
    run = story()
    run.do(1, "anna", t.AddParty(name="Client", about={"project.critical": True}))
    assert (run.state.facts["critical_project"].value, run.state.level) == ("yes", "critical")
    run.do(2, "anna", t.StateFacts(facts={"critical_project": "no"}))
    run.do(3, "anna", t.AddParty(name="Another", about={"project.critical": True}))
    assert run.state.facts["critical_project"].value == "no"


def test_a_change_of_the_plan_of_action_is_a_moment_and_its_first_wording_is_none():
    run = story()
    run.do(1, "anna", t.StateFacts(facts={"action_plan": "restart"}))
    assert "action_plan_changed" not in run.state.moments
    run.do(5, "anna", t.StateFacts(facts={"action_plan": "roll back"}))
    assert run.state.moments["action_plan_changed"].at == run.at(5)
