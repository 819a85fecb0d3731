"""Conditions and chains: clearing, termination, attestation, waiver, and lapses between signatures."""

from dataclasses import replace

import pytest

from tests.engine.story import STRANGER, Story
from tests.engine.written import written
from tocsin.engine import explain
from tocsin.engine import terms as t

STABLE = "availability.now >= 99.9 && call_success.now >= 99.0"
CALM = ("availability.now >= 99.9", "call_success.now >= 99.0", "!worse_than_mean(10.0)")
LOW = "complaints.level <= 85.0"
BACK = "complaints.level <= 90.0"
HOUR = 60
REPORT = {"termination_report": {"summary": "stable", "conditions": "all met"}}


CAST = {
    "chi": ("duty_manager",),
    "ana": ("head_of_command",),
    "lin": ("tech_leader",),
    "mei": ("top_management",),
    "fang": ("assessment_lead",),
    "zhou": ("cs_supervisor",),
}


def restored():
    """An incident restored at minute 60, with everything measured as good."""
    story = Story(cast=CAST).started(minutes=5)
    for watch in (STABLE, *CALM, LOW, BACK):
        story.observe(6, watch, True)
    story.do(59, "lin", t.StateFacts(facts={"secondary": "none"}))
    story.do(60, "ana", t.Decide(decision="accept_restoration"))
    return story


def ready(hours=72):
    story = restored()
    now = 60 + hours * HOUR
    story.do(now, "lin", t.Attest(condition="no_risk_reported"))
    story.do(now, "fang", t.Attest(condition="safe", evidence=("report",)))
    return story, now


def terminate():
    return t.Decide(decision="terminate", attach=REPORT)


@pytest.mark.row("TRM-05", "CLK-09")
def test_seventy_two_hours_are_not_a_minute_less():
    story, now = ready(71)
    answer = story.do(now, "lin", terminate())
    assert isinstance(answer, t.Refused)
    assert (answer.code, answer.details) == ("E201", ("no_anomaly held 71h of 72h",))
    assert not isinstance(story.do(60 + 72 * HOUR, "lin", terminate()), t.Refused)


@pytest.mark.row("TRM-05")
@pytest.mark.parametrize("missing", ["no_anomaly", "complaints_low", "no_risk_reported", "resources_withdrawn", "safe"])
def test_each_of_the_five_conditions_is_needed(missing):
    story, now = ready()
    break_it = {
        "no_anomaly": lambda: story.observe(now, CALM[2], False),
        "complaints_low": lambda: story.observe(now, LOW, False),
        "no_risk_reported": lambda: story.do(now, "lin", t.TakeBack(condition="no_risk_reported", reason="smoke")),
        "resources_withdrawn": lambda: story.do(now, "lin", t.Enter(record="loans", fields={"item": "generator"})),
        "safe": lambda: story.do(now, "fang", t.TakeBack(condition="safe", reason="doubt")),
    }
    break_it[missing]()
    answer = story.do(now, "lin", terminate())
    assert isinstance(answer, t.Refused)
    assert answer.code == "E201"
    assert [detail.split()[0] for detail in answer.details] == [missing]


@pytest.mark.row("TRM-06", "TRM-09")
def test_three_links_in_order_by_two_people_and_only_the_last_ends_it():
    story, now = ready()
    story.do(now, "lin", terminate())
    assert story.refused(now + 1, "mei", t.Sign(chain="terminate-1", link="approve")) == "E301"
    assert story.refused(now + 1, "lin", t.Sign(chain="terminate-1", link="evaluate")) == "E101"
    meeting = {"evaluation_meeting": {"conclusions": "good"}}
    assert story.refused(now + 2, "ana", t.Sign(chain="terminate-1", link="evaluate")) == "E202"
    story.do(now + 2, "ana", t.Sign(chain="terminate-1", link="evaluate", attach=meeting))
    assert story.state.phase == "watching"
    story.do(now + 3, "mei", t.Sign(chain="terminate-1", link="approve"))
    assert story.state.phase == "review"


@pytest.mark.row("TRM-06")
def test_the_evaluation_is_due_within_three_days_of_the_application():
    story, now = ready()
    story.do(now, "lin", terminate())
    assert story.clock("terminate.evaluate").due_at == story.at(now + 3 * 24 * HOUR)
    assert any(isinstance(e, t.ClockBreached) and e.clock == "terminate.evaluate" for e in story.tick(now + 3 * 24 * HOUR + 1))


@pytest.mark.row("TRM-08")
def test_a_condition_that_lapses_before_the_approval_blocks_it_again():
    story, now = ready()
    story.do(now, "lin", terminate())
    story.observe(now + 1, LOW, False)
    sign = t.Sign(chain="terminate-1", link="evaluate", attach={"evaluation_meeting": {"conclusions": "good"}})
    assert story.refused(now + 2, "ana", sign) == "E201"
    story.observe(now + 3, LOW, True)
    assert not isinstance(story.do(now + 4, "ana", sign), t.Refused)


@pytest.mark.row("TRM-07", "TRM-03")
def test_main_and_coordinating_responsibility_are_named_on_the_application():
    story, now = ready()
    story.do(now, "lin", terminate())
    (applied,) = story.of(t.DecisionApplied)
    assert (applied.main, applied.coordinates) == ("lin", "chi")


@pytest.mark.row("TRM-02")
def test_a_refused_application_goes_back_with_its_reason_and_can_be_made_again():
    story, now = ready()
    story.do(now, "lin", terminate())
    assert story.refused(now + 1, "lin", terminate()) == "E102"
    story.do(now + 1, "ana", t.SendBack(chain="terminate-1", link="evaluate", reason="one log is missing"))
    assert story.of(t.ChainSentBack)[0].reason == "one log is missing"
    story.do(now + 2, "lin", terminate())
    assert story.state.chains["terminate-2"].status == "running"


@pytest.mark.row("TRM-04")
def test_a_measured_condition_cannot_be_ticked_by_hand():
    story = restored()
    assert story.refused(61, "lin", t.Attest(condition="complaints_low")) == "E103"
    assert story.refused(61, "ana", t.WaiveCondition(condition="no_anomaly", reason="hurry")) == "E203"


@pytest.mark.row("TRM-04")
def test_a_waiver_takes_the_command_a_reason_and_top_management():
    story = restored()
    story.observe(61, LOW, False)
    assert story.refused(62, "lin", t.WaiveCondition(condition="complaints_low", reason="x")) == "E101"
    assert story.refused(62, "ana", t.WaiveCondition(condition="complaints_low", reason="")) == "E105"
    story.do(62, "ana", t.WaiveCondition(condition="complaints_low", reason="normal traffic is this high"))
    condition = story.program.conditions["complaints_low"]
    assert explain.condition(story.program, story.state, condition, story.at(63)).holds is False
    story.do(64, "mei", t.WaiveCondition(condition="complaints_low", reason="agreed"))
    shown = explain.condition(story.program, story.state, condition, story.at(65))
    assert (shown.holds, shown.waived, shown.waived_by) == (True, True, ("ana", "mei"))
    assert story.state.filed["plan_revision"] == 1


WAIVED = """conditions:
  seen: {cite: O 6, measure: done("look"), waive: {by: clerkINTO}}
obligations:
  look: {cite: O 6, owes: clerk, do: {en: Look}, within: 1h, of: reported}
"""


@pytest.mark.parametrize(("into", "inbox"), [("", "plan_revision"), (", into: examples", "examples")])
def test_a_waiver_is_filed_where_the_plan_says_else_with_what_waits_for_its_revision(into: str, inbox: str):
    story = Story(program=written(WAIVED.replace("INTO", into)), cast={"ana": ("clerk",)}).declare(person="ana")
    story.do(1, "ana", t.WaiveCondition(condition="seen", reason="there is nothing to see"))
    assert [(event.inbox, event.cause) for event in story.of(t.Filed)] == [(inbox, "waived:seen")]


@pytest.mark.row("TRM-08")
def test_each_condition_says_since_when_by_what_and_when_it_will_hold():
    story = restored()
    shown = explain.condition(story.program, story.state, story.program.conditions["no_anomaly"], story.at(60 + 60))
    assert (shown.holds, shown.since, shown.earliest) == (False, story.at(60), story.at(60 + 72 * HOUR))
    assert shown.held.total_seconds() == 3600


def test_an_attestation_lapses_when_what_denies_it_turns_true():
    story = Story().declare(facts={"secondary": "none"})
    story.do(1, "lin", t.Attest(condition="no_secondary_risk"))
    story.do(2, "lin", t.StateFacts(facts={"secondary": "high"}))
    assert story.state.conditions["no_secondary_risk"].attested_by == ""
    assert story.refused(3, "lin", t.Attest(condition="no_secondary_risk")) == "E201"


@pytest.mark.row("AUD-02")
def test_a_stranger_attests_nothing():
    story = Story().declare()
    for condition in ("no_secondary_risk", "no_risk_reported", "safe", "wording_is_objective"):
        assert story.refused(1, STRANGER, t.Attest(condition=condition, evidence=("x",))) == "E101"


@pytest.mark.row("REG-01", "REG-04")
def test_one_line_registers_and_nothing_blocks_it():
    story = Story(cast={}).declare(words="lines dead", means="telephone", person="eve")
    (declared,) = story.of(t.Declared)
    assert (declared.words, declared.means, declared.by) == ("lines dead", "telephone", "eve")
    assert {"reported", "registered"} <= set(story.state.moments)
    assert "verified" not in story.state.moments
    story.do(4, "eve", t.Decide(decision="judge", facts={"severity": "general"}))
    assert story.state.moments["verified"].at == story.at(4)


@pytest.mark.row("REG-10")
def test_any_number_of_reports_belongs_to_one_incident_and_a_repeat_is_one():
    story = Story().declare()
    for key in ("a", "b", "a"):
        story.do(1, "chi", t.AddReport(key=key, means="ticket", words=f"client {key}"))
    assert [event.words for event in story.of(t.ReportAdded)] == ["client a", "client b"]


@pytest.mark.row("PLN-14")
def test_an_incident_begins_only_under_a_plan_in_force():
    story = Story()
    story.program = replace(story.program, status="draft")
    declare = t.Declare(incident="i", number="INC-7", plan="p", plan_hash="h", means="person", words="x")
    assert story.refused(0, "chi", declare) == "E501"


@pytest.mark.row("PLN-05")
def test_only_the_commander_moves_an_incident_to_another_version_and_says_why():
    story = Story().declare()
    move = t.MovePlan(plan_hash=story.program.hash, version="1.1", reason="new telephone list")
    assert story.refused(1, "lin", move) == "E101"
    assert story.refused(1, "ana", t.MovePlan(plan_hash="other", version="9", reason="x")) == "E103"
    assert story.refused(1, "ana", t.MovePlan(plan_hash=story.program.hash, version="1.1", reason="")) == "E105"
    story.state = replace(story.state, plan_hash="old")
    (moved, *_) = story.do(2, "ana", move)
    assert (type(moved), moved.by, moved.reason) == (t.PlanMoved, "ana", "new telephone list")
    assert story.state.plan_hash == story.program.hash


def told(story, minutes, *edges):
    """Hand in edges, each with the minute since which it stands."""
    story.do(minutes, t.SYSTEM, t.Observe(edges=tuple(t.Edge(watch, value, story.at(since)) for watch, value, since in edges)))


@pytest.mark.row("TRM-04", "CLK-09")
def test_samples_that_come_late_close_a_gap_also_beside_what_is_not_measured():
    story = restored()
    story.observe(60 + HOUR, CALM[0], None)
    assert story.state.conditions["no_anomaly"].value is None
    told(story, 60 + 2 * HOUR, (CALM[0], True, 6))
    held = story.state.conditions["no_anomaly"]
    assert (held.value, held.since) == (True, story.at(6))


@pytest.mark.row("TRM-04", "DET-08")
def test_a_trigger_that_fired_in_between_starts_the_hold_anew_whatever_comes_late():
    story = restored()
    peak = 'complaints.excess("5m") > 30.0'
    story.observe(60 + HOUR, peak, True)
    assert story.state.conditions["no_anomaly"].value is False
    story.observe(60 + HOUR + 10, peak, False)
    story.observe(60 + 2 * HOUR, CALM[0], None)
    told(story, 60 + 3 * HOUR, (CALM[0], True, 6))
    assert story.state.conditions["no_anomaly"].since == story.at(60 + HOUR + 10)


@pytest.mark.row("TRM-04")
def test_time_completes_no_hold_that_had_ended_before_when_both_are_learned_at_once():
    story = restored()
    told(story, 60 + 80 * HOUR, (CALM[0], None, 60 + 10 * HOUR))
    assert "no_anomaly.met" not in story.state.moments
    told(story, 60 + 81 * HOUR, (CALM[0], True, 6))
    assert story.state.moments["no_anomaly.met"].at == story.at(60 + 81 * HOUR)
