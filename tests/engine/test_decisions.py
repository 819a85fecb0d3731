"""Decisions taken together, about one entry, through an option's own chain, and what a hand-over passes on."""

import pytest

from tests.engine.story import Story
from tests.plan.example import PLAN, example, messages
from tocsin.engine import terms as t
from tocsin.plan.read import Result, read

TOGETHER = """\
organisation:
  groups:
    board: {cite: §4, lead: lead, decides_together: {attendance: [in_person, video]}}
"""


def story(old: str, new: str, more: str = "") -> Story:
    result = example(old, new, more=more)
    assert result.program is not None, messages(result)
    return Story(cast={"ana": ("lead",), "lin": ("helper",)}, program=result.program).declare()


JUDGE = "judge: {cite: §5, who: [lead], asks: [size], marks: judged}"


@pytest.mark.row("ACT-05")
def test_a_group_decides_with_somebody_present_in_a_way_that_counts():
    run = story(JUDGE, JUDGE.replace("marks: judged", "marks: judged, together: board"), TOGETHER)
    assert run.refused(1, "ana", t.Decide(decision="judge")) == "E202"
    assert run.refused(1, "ana", t.Decide(decision="judge", attendance={"ana": "telephone"})) == "E104"
    run.do(1, "ana", t.Decide(decision="judge", attendance={"ana": "in_person", "lin": "video"}))
    assert [event.attendance for event in run.of(t.DecisionMade)] == [{"ana": "in_person", "lin": "video"}]


def test_a_decision_taken_alone_has_no_attendance():
    run = story(JUDGE, JUDGE)
    assert run.refused(1, "ana", t.Decide(decision="judge", attendance={"ana": "in_person"})) == "E104"


@pytest.mark.row("ROL-25")
def test_a_decision_about_a_record_names_an_entry_that_is_there():
    run = story(JUDGE, JUDGE.replace("marks: judged", "marks: judged, about: loans"))
    assert run.refused(1, "ana", t.Decide(decision="judge")) == "E202"
    assert run.refused(1, "ana", t.Decide(decision="judge", entry="loans-1")) == "E103"
    run.do(1, "ana", t.Enter(record="loans", fields={"item": "tester"}))
    assert run.refused(2, "ana", t.Decide(decision="judge", entry="loans-01")) == "E103"
    run.do(2, "ana", t.Decide(decision="judge", entry="loans-1"))
    assert [event.entry for event in run.of(t.DecisionMade)] == ["loans-1"]


@pytest.mark.row("EWS-10")
def test_one_option_can_need_signatures_that_the_others_do_not():
    options = "options: {clear: {}, renew: {chain: [{role: lead, does: apply}, {role: helper, does: approve}]}}, marks: judged"
    run = story(JUDGE, JUDGE.replace("marks: judged", options))
    run.do(1, "ana", t.Decide(decision="judge", option="renew"))
    assert run.of(t.DecisionMade) == []
    assert run.refused(2, "ana", t.Sign(chain="judge-1", link="approve")) == "E101"
    run.do(2, "lin", t.Sign(chain="judge-1", link="approve"))
    assert [(event.option, event.by) for event in run.of(t.DecisionMade)] == [("renew", "lin")]
    run.do(3, "ana", t.Decide(decision="judge", option="clear"))
    assert [event.option for event in run.of(t.DecisionMade)] == ["renew", "clear"]


def test_a_decision_is_recorded_under_the_role_of_its_last_signature():
    chain = "chain: [{role: lead, does: apply}, {role: helper, does: approve}], marks: judged"
    run = story(JUDGE, JUDGE.replace("marks: judged", chain))
    run.do(1, "ana", t.Decide(decision="judge"))
    run.do(2, "lin", t.Sign(chain="judge-1", link="approve"))
    assert [(event.by, event.role) for event in run.of(t.DecisionMade)] == [("lin", "helper")]


HANDS = """\
  second: {cite: §4, held_by: nobody, appointed_by: judge}
  adviser: {cite: §4, held_by: nobody}
"""
NOTE_IT = "\n  note_it: {cite: §5, who: [helper]}"
PASSES = "marks: judged, assigns: second, hands_over: {from: helper, to: second, former: adviser, passes: [report, note_it], keeps: []}"


def handing_over(judge: str) -> Result:
    """Read the example with two more roles and its decision replaced."""
    return read(PLAN.replace("moments:\n", HANDS + "moments:\n", 1).replace(JUDGE, judge, 1), "example.yaml")


@pytest.mark.row("ROL-35")
def test_a_hand_over_passes_open_clocks_later_clocks_and_decisions():
    more_roles = JUDGE.replace("marks: judged", PASSES) + NOTE_IT
    result = handing_over(more_roles)
    assert result.program is not None, messages(result)
    run = Story(cast={"ana": ("lead",), "lin": ("helper",)}, program=result.program).declare()
    run.do(1, "ana", t.Decide(decision="set_level", option="low", reason="so it is"))
    assert run.clock("report").owes == "helper"
    run.do(2, "ana", t.Decide(decision="judge", assignee="zoe"))
    assert run.clock("report").owes == "second"
    assert (run.holder("second"), run.holder("adviser"), run.holder("helper")) == ("zoe", "lin", "lin")
    assert run.clock("call").owes == "helper"  # what does not pass stays
    assert run.refused(3, "lin", t.Decide(decision="note_it")) == "E101"
    run.do(3, "zoe", t.Decide(decision="note_it"))
    assert [event.decision for event in run.of(t.DecisionMade)] == ["set_level", "judge", "note_it"]


def test_whom_an_application_names_gets_the_role_with_the_last_signature():
    named = JUDGE.replace("who: [lead]", "who: [lead], assigns: helper, chain: [{role: lead, does: apply}, {role: helper, does: approve}]")
    run = story(JUDGE, named)
    assert run.refused(1, "ana", t.Decide(decision="judge")) == "E104"
    run.do(1, "ana", t.Decide(decision="judge", assignee="zoe"))
    assert run.holder("helper") == "lin"
    run.do(2, "lin", t.Sign(chain="judge-1", link="approve"))
    assert run.holder("helper") == "zoe"
    assert [event.assignee for event in run.of(t.DecisionMade)] == ["zoe"]


def test_whoever_takes_over_is_not_named_and_holds_the_role_with_what_it_owes():
    result = example(JUDGE, JUDGE.replace("who: [lead]", "who: [lead], takes_over: helper"))
    assert result.program is not None, messages(result)
    run = Story(cast={"ana": ("lead",), "lin": ("helper",)}, program=result.program).declare()
    assert run.refused(1, "ana", t.Decide(decision="judge", assignee="zoe")) == "E104"
    run.do(1, "ana", t.Decide(decision="judge"))
    assert run.holder("helper") == "ana"
    assert [(event.role, event.before, event.person) for event in run.of(t.RoleAssigned)[-1:]] == [("helper", "lin", "ana")]


def test_a_decision_names_somebody_or_is_taken_over_not_both():
    result = example(JUDGE, JUDGE.replace("who: [lead]", "who: [lead], assigns: helper, takes_over: helper"))
    assert messages(result)[0].startswith("L03 a decision names somebody for a role")


def test_what_an_option_leads_to_is_a_moment_of_its_own():
    decision = JUDGE.replace("marks: judged", "marks: judged, options: {yes: {}, no: {title: {en: Not now}}}")
    result = example(JUDGE, decision, more="figures: {refused: {cite: §9, from: reported, to: judge.no}}\n")
    assert result.program is not None, messages(result)
    assert result.program.moments["judge.no"].title["en"].endswith(": Not now")
    run = Story(cast={"ana": ("lead",), "lin": ("helper",)}, program=result.program).declare()
    run.do(1, "ana", t.Decide(decision="judge", option="yes"))
    assert "judge.no" not in run.state.moments
    run.do(2, "ana", t.Decide(decision="judge", option="no"))
    assert run.state.moments["judge.no"].generation == 1


def test_an_option_may_be_called_as_what_is_made():
    figure = "figures: {taken: {cite: §9, from: reported, to: judge.made}}\n"
    run = story(JUDGE, JUDGE.replace("marks: judged", "marks: judged, options: {made: {}, dropped: {}}"), figure)
    run.do(1, "ana", t.Decide(decision="judge", option="made"))
    assert run.state.moments["judge.made"].generation == 1


def test_nothing_can_pass_and_stay():
    change = JUDGE.replace("marks: judged", PASSES.replace("keeps: []", "keeps: [note_it]")) + NOTE_IT
    result = handing_over(change)
    assert messages(result)[0].startswith("L03 note_it cannot both pass and stay")


def test_a_group_that_decides_together_says_how():
    result = example(
        JUDGE, JUDGE.replace("marks: judged", "marks: judged, together: board"), more=TOGETHER.partition(", decides")[0] + "}\n"
    )
    assert any("board does not say how it decides together" in message for message in messages(result))
