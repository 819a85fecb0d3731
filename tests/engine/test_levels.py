"""Levels: every rule shown, the gravest proposed with its reason, nothing changed until decided."""

from datetime import timedelta

import pytest

from tests.engine.story import Story, number
from tocsin.engine import explain
from tocsin.engine import terms as t

OVER_50 = "complaints.excess >= 50.0"
OVER_30 = "complaints.excess > 30.0"


def view(story, minutes=1):
    return explain.level(story.program, story.state, story.at(minutes))


@pytest.mark.row("CLS-12")
def test_the_gravest_rule_that_is_met_is_proposed_and_every_rule_is_listed():
    story = Story().declare(facts={"scope": "single_region", "effect": "interrupted", "business": "core"})
    story.observe(1, OVER_50, True, **{"complaints.excess": "70.00"})
    found = view(story)
    assert (found.level, found.source) == ("l1", "rule")
    assert [rule.rule for rule in found.rules] == [rule.id for rule in story.program.classify.rules]
    values = {rule.rule: rule.value for rule in found.rules}
    assert (values["r1"], values["r2"], values["r3"], values["r8"], values["r6"]) == (False, True, True, True, None)


@pytest.mark.row("CLS-12")
def test_flipping_a_fact_names_exactly_the_rule_and_the_value_that_flipped():
    story = Story().declare(facts={"scope": "single_region", "effect": "degraded", "business": "general"})
    before = {rule.rule: (rule.value, rule.reason) for rule in view(story).rules}
    story.do(1, "chi", t.StateFacts(facts={"business": "core"}))
    after = {rule.rule: (rule.value, rule.reason) for rule in view(story).rules}
    flipped = [rule for rule in after if after[rule][0] is not before[rule][0]]
    assert flipped == ["r8"]
    (seen,) = after["r8"][1].because
    assert (seen.text, seen.value) == ("business", "core")


@pytest.mark.row("CLS-12")
def test_an_unknown_that_could_be_graver_is_named():
    story = Story().declare(facts={"scope": "nationwide", "effect": "degraded", "business": "core"})
    found = view(story)
    assert found.level == "l2"
    assert found.could_be == ("r2", "r7")


@pytest.mark.row("CLS-13")
@pytest.mark.parametrize(
    ("facts", "level", "because"),
    [
        ({"scope": "single_region"}, "l3", ("table:0",)),
        ({"scope": "multiple_regions"}, "l2", ("table:1",)),
        ({"scope": "nationwide"}, "l2", ("table:2",)),
        ({"scope": "single_region", "recovery": timedelta(hours=30)}, "l2", ("table:0", "then:0")),
        ({"scope": "single_region", "secondary": "high"}, "l2", ("table:0", "then:1")),
        ({"scope": "nationwide", "recovery": timedelta(hours=30), "secondary": "high"}, "l1", ("table:2", "then:0", "then:1")),
    ],
)
def test_where_no_rule_speaks_the_fallback_does_and_says_so(facts, level, because):
    story = Story().declare(facts={"effect": "degraded", "business": "general", "node_fault": False, **facts})
    assert (view(story).level, view(story).source, view(story).because) == (level, "fallback", because)


@pytest.mark.row("CLS-13")
def test_where_neither_rule_nor_table_speaks_there_is_no_proposal():
    assert (view(Story().declare()).level, Story().declare().state.proposal) == ("", None)


@pytest.mark.row("CLS-15")
def test_another_level_than_proposed_needs_a_reason_and_the_difference_stays():
    story = Story().declare(facts={"scope": "single_region", "effect": "interrupted"})
    assert story.refused(1, "ana", t.Decide(decision="set_level", option="l1")) == "E105"
    story.do(2, "ana", t.Decide(decision="set_level", option="l1", reason="a holiday"))
    (decided,) = story.of(t.LevelDecided)
    assert (decided.level, decided.proposed, decided.reason, decided.before) == ("l1", "l2", "a holiday", "")


@pytest.mark.row("LVL-01", "CLS-15")
def test_a_changed_proposal_is_told_and_changes_nothing():
    story = Story().started("l3")
    story.observe(20, OVER_50, True, **{"complaints.excess": "70.00"})
    assert story.state.level == "l3"
    assert story.state.proposal.level == "l1"
    assert any(event.cause == "proposed:l1" and "ana" in event.persons for event in story.of(t.Told))


@pytest.mark.row("AUD-01")
def test_a_decision_keeps_the_data_then_seen_and_the_role_then_held():
    story = Story().declare(facts={"scope": "single_region", "effect": "interrupted"})
    story.do(1, "lin", t.Decide(decision="assess", facts={"secondary": "low"}, reason="looked"))
    (made,) = story.of(t.DecisionMade)
    assert (made.by, made.role) == ("lin", "tech_leader")
    assert made.seen == {"scope": "single_region", "effect": "interrupted", "secondary": "low"}
    story.observe(2, OVER_50, True, **{"complaints.excess": "70.00"})
    story.do(3, "ana", t.Decide(decision="set_level", option="l1"))
    assert story.of(t.DecisionMade)[-1].seen == {"scope": "single_region", "effect": "interrupted", "complaints.excess": "70.00"}


@pytest.mark.row("LVL-06")
def test_an_adjustment_keeps_from_to_reason_and_evidence_and_is_filed_for_revision():
    story = Story().started("l2")
    adjust = t.Decide(decision="adjust_level", option="l3", reason="better", evidence=("picture",))
    story.do(20, "ana", adjust)
    decided, made = story.of(t.LevelDecided)[-1], story.of(t.DecisionMade)[-1]
    assert (decided.before, decided.level, decided.reason, made.evidence) == ("l2", "l3", "better", ("picture",))
    assert story.state.filed == {"plan_revision": 1}
    assert story.refused(21, "lin", t.Decide(decision="adjust_level", option="l2", reason="x", evidence=("y",))) == "E101"
    assert story.refused(21, "ana", t.Decide(decision="adjust_level", option="l2", reason="x")) == "E106"


@pytest.mark.row("CLS-11")
def test_the_four_dimensions_take_exactly_their_values():
    story = Story().declare()
    good = {"scope": "nationwide", "recovery": timedelta(hours=6), "business": "core", "secondary": "medium"}
    assert not isinstance(story.do(1, "lin", t.Decide(decision="assess", facts=good)), t.Refused)
    for name, wrong in (("scope", "everywhere"), ("recovery", "soon"), ("business", True), ("secondary", number("3"))):
        assert story.refused(2, "lin", t.Decide(decision="assess", facts={name: wrong})) == "E104"


def test_the_level_decision_is_open_only_to_those_the_plan_names_for_that_level():
    story = Story().declare(facts={"scope": "single_region", "effect": "interrupted"})
    assert story.refused(1, "chi", t.Decide(decision="set_level", option="l2")) == "E101"
    assert not isinstance(story.do(1, "chi", t.Decide(decision="set_level", option="l3", reason="one room")), t.Refused)


def test_what_hangs_over_the_limit_is_applied_provisionally_and_still_owed():
    story = Story().declare(facts={"scope": "single_region", "effect": "interrupted"})
    story.tick(12)
    decided = story.of(t.LevelDecided)
    assert [(event.level, event.by) for event in decided] == [("l2", t.SYSTEM)]
    assert story.state.phase == "responding"
    assert story.clock("level_in_time").status == "breached"


@pytest.mark.row("CLS-13")
def test_what_the_fallback_gives_is_confirmed_before_it_is_in_force():
    story = Story().declare(facts={"scope": "nationwide"})
    assert view(story).confirm == ({},)
    assert story.refused(1, "ana", t.Decide(decision="set_level", option="l2")) == "E107"
    story.do(2, "ana", t.Decide(decision="set_level", option="l2", confirmed=("proposal",)))
    assert story.state.level == "l2"


@pytest.mark.row("CLS-23")
def test_between_two_thresholds_both_clauses_and_what_each_gives_are_named():
    story = Story().declare()
    story.observe(1, OVER_30, True)
    story.observe(1, OVER_50, True, **{"complaints.excess": "55.00"})
    story.observe(1, "complaints.excess > 60.0", False)
    (band,) = view(story).bands
    assert (band.rule, band.cite, band.level, band.other_cite, band.other) == ("r2", ("H 一.2",), "l1", ("H 四.2",), "l2")
    story.observe(2, "complaints.excess > 60.0", True)
    assert view(story).bands == ()


@pytest.mark.row("EWS-01")
def test_what_comes_near_a_threshold_without_reaching_it_proposes_a_warning():
    story = Story().declare()
    story.observe(1, "complaints.excess > 24.0", True, **{"complaints.excess": "26.00"})
    assert (story.state.nearest, story.state.near) == ("l2", ("r4",))
    assert "issue_warning" in story.state.proposed_decisions
    story.observe(2, OVER_30, True)
    assert (story.state.nearest, story.state.near) == ("", ())


@pytest.mark.row("EWS-01")
def test_what_is_met_already_is_not_warned_of():
    story = Story().declare()
    story.observe(1, OVER_30, True)
    story.observe(1, "complaints.excess > 24.0", True)
    assert story.state.proposed_decisions == {}


@pytest.mark.row("DET-11")
def test_a_feed_that_falls_silent_takes_no_proposal_back():
    story = Story().declare()
    story.observe(1, OVER_50, True)
    story.observe(2, OVER_50, None)
    assert story.state.proposal.level == "l1"
    story.observe(3, OVER_50, False)
    assert story.state.proposal is None


@pytest.mark.row("ACT-08", "LVL-07")
def test_a_level_fills_its_roles_from_the_roster_at_once():
    story = Story().declare(facts={"scope": "nationwide", "effect": "interrupted"})
    story.do(1, "ana", t.Decide(decision="set_level", option="l1"))
    assert {role: seat.person for role, seat in story.state.roles.items()} == {
        role: person for role, person in story.seats.items() if role in story.program.roles
    }
    alerted = [event.targets for event in story.of(t.Told) if event.cause.startswith("filled:")]
    assert ("tech_leader",) in alerted


def ahead(story: Story) -> Story:
    """Let the recovery take half of what the level was decided on: the plan proposes the next lower level."""
    story.do(10, "lin", t.StateFacts(facts={"recovery": timedelta(hours=1)}))
    assert (story.state.proposal.level, story.state.proposal.source) == ("l3", "adjust")
    return story


@pytest.mark.row("LVL-01")
def test_a_graver_rule_that_comes_true_after_the_decision_is_proposed_although_the_recovery_is_ahead():
    story = ahead(Story().started("l2"))
    story.observe(11, OVER_50, True, **{"complaints.excess": "70.00"})
    assert (story.state.proposal.level, story.state.proposal.source, story.state.level) == ("l1", "rule", "l2")
    assert any(event.cause == "proposed:l1" and "ana" in event.persons for event in story.of(t.Told))
    story.observe(12, OVER_50, False, **{"complaints.excess": "10.00"})
    assert (story.state.proposal.level, story.state.proposal.source) == ("l3", "adjust")


def test_a_graver_rule_that_the_decision_weighed_leaves_the_adjustment_standing():
    story = Story().declare()
    story.observe(1, OVER_50, True, **{"complaints.excess": "70.00"})
    story.do(
        4, "lin", t.Decide(decision="assess", facts={"scope": "single_region", "effect": "interrupted", "recovery": timedelta(hours=2)})
    )
    story.do(5, "ana", t.Decide(decision="set_level", option="l2", reason="a poll, not a fault"))
    ahead(story)
    story.observe(11, OVER_50, None)
    story.observe(12, OVER_50, True, **{"complaints.excess": "70.00"})
    assert story.state.proposal.level == "l3", "what is unknown for a while has not ended"
    story.observe(13, OVER_50, False, **{"complaints.excess": "10.00"})
    story.observe(14, OVER_50, True, **{"complaints.excess": "70.00"})
    assert (story.state.proposal.level, story.state.proposal.source) == ("l1", "rule")


def test_an_adjustment_to_a_level_as_grave_as_the_rule_says_stands():
    story = Story().started("l3")
    for minute, secondary in ((9, "low"), (10, "high")):
        story.do(minute, "lin", t.StateFacts(facts={"secondary": secondary}))
    assert (story.state.proposal.level, story.state.proposal.source) == ("l2", "adjust")
    story.observe(11, OVER_30, True, **{"complaints.excess": "40.00"})
    assert (story.state.proposal.level, story.state.proposal.source) == ("l2", "adjust")
    story.observe(12, OVER_50, True, **{"complaints.excess": "70.00"})
    assert (story.state.proposal.level, story.state.proposal.source) == ("l1", "rule")
