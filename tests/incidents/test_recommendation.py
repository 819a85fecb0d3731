"""The recommendation before a declaration: the level with every rule as it stands, and what a flipped fact turned."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.incidents import recommendation
from tocsin.incidents.recommendation import Recommendation
from tocsin.plan import read, shipped

AT = datetime(2026, 11, 19, 5, 52, tzinfo=UTC)


@pytest.fixture(scope="module")
def program() -> Program:
    found = read.read(shipped.sources()["hotline-outage"].read_bytes(), "plan.yaml").program
    assert found is not None
    return found


def recommend(program: Program, **facts: Any) -> Recommendation:
    found = recommendation.recommend(program, facts, AT)
    assert isinstance(found, Recommendation), found
    return found


@pytest.mark.row("CLS-12")
def test_every_rule_is_listed_with_its_value_and_its_clause(program: Program) -> None:
    found = recommend(program, scope="nationwide", effect="interrupted")
    rules = {view.rule: view for view in found.view.rules}
    assert program.classify is not None
    assert set(rules) == {rule.id for rule in program.classify.rules}
    assert found.view.level == "l1"
    assert rules["r1"].value is True
    assert rules["r1"].chosen
    assert rules["r3"].value is False
    assert rules["r2"].value is None
    assert all(view.cite for view in rules.values())


@pytest.mark.row("CLS-12")
def test_what_is_unknown_and_graver_is_said_to_be_possible_still(program: Program) -> None:
    assert "r2" in recommend(program, scope="single_region", effect="interrupted").view.could_be


@pytest.mark.row("CLS-12", "CLS-13")
def test_one_flipped_fact_turns_exactly_the_rules_that_look_at_it(program: Program) -> None:
    before = recommend(program, scope="nationwide", effect="interrupted", business="general")
    after = recommend(program, scope="nationwide", effect="degraded", business="general")
    changes = recommendation.changes(before, after)
    assert changes.facts == ("effect",)
    assert [(turned.rule, turned.before, turned.after) for turned in changes.rules] == [("r1", True, False)]
    assert (changes.level_before, changes.level_after) == ("l1", "l2")


@pytest.mark.row("CLS-13")
def test_a_level_out_of_the_fallback_says_so(program: Program) -> None:
    found = recommend(program, scope="nationwide", effect="degraded", business="general", node_fault=False)
    assert (found.view.level, found.view.source) == ("l2", "fallback")
    assert found.view.because == ("table:2",)


@pytest.mark.row("REG-04")
def test_nothing_needs_to_be_known(program: Program) -> None:
    found = recommend(program)
    assert found.view.level == ""
    assert {clock.obligation for clock in found.clocks} >= {"first_judgement", "impact"}


def test_the_questions_are_the_kind_and_the_facts_on_which_the_level_depends(program: Program) -> None:
    asked = [fact.id for fact in recommendation.questions(program)]
    assert asked[0] == "kind"
    assert set(asked[1:]) == {"node_fault", "node_volume", "effect", "scope", "recovery", "business", "secondary"}
    assert asked == [name for name in program.facts if name in asked]


def test_a_fact_that_the_plan_does_not_have_is_refused(program: Program) -> None:
    found = recommendation.recommend(program, {"weather": "rain"}, AT)
    assert isinstance(found, t.Refused)
    assert found.code == "E103"


@pytest.mark.row("AUD-02")
def test_only_who_may_decide_is_offered_to_decide_at_once(program: Program) -> None:
    seats = {"head_of_command": "per_ana", "duty_manager": "per_chi"}

    def may(person: str, **facts: Any) -> bool:
        found = recommendation.recommend(program, facts, AT, by=t.Actor(person), seats=seats)
        assert isinstance(found, Recommendation)
        return recommendation.may_decide(program, found, t.Actor(person), AT)

    assert may("per_ana", scope="nationwide", effect="interrupted")
    assert not may("per_chi", scope="nationwide", effect="interrupted")
    assert may("per_chi", node_fault=True)
    assert not may("per_ana")
