"""Roles: nothing is unowned, acceptance, handover, roles made on the spot."""

import pytest

from tests.engine.story import STRANGER, Story
from tests.plan.example import PLAN, example, messages
from tocsin.engine import terms as t
from tocsin.plan.read import read


@pytest.mark.row("ROL-10")
def test_what_nobody_holds_falls_to_the_commander_with_its_obligations():
    story = Story(cast={"ana": ("head_of_command",)}).declare(person="ana")
    assert story.holder("tech_leader") == "ana"
    assert story.clock("impact").owes == "tech_leader"
    assert not isinstance(story.do(3, "ana", t.Decide(decision="assess")), t.Refused)
    assert story.clock("impact").status == "met"


@pytest.mark.row("ROL-10")
def test_without_any_commander_whoever_declared_answers():
    assert Story(cast={}).declare(person="eve").holder("head_of_command") == "eve"


@pytest.mark.row("ROL-17")
def test_before_acceptance_the_duty_stays_with_whoever_assigned_it():
    story = Story(cast={"ana": ("head_of_command",)}).declare(person="ana")
    events = story.do(1, "ana", t.Assign(role="tech_leader", person="lin"))
    assert any(isinstance(event, t.Told) and event.persons == ("lin",) and event.accept for event in events)
    assert story.holder("tech_leader") == "ana"
    assert story.refused(2, "eve", t.Accept(role="tech_leader")) == "E101"
    story.do(2, "lin", t.Accept(role="tech_leader"))
    assert story.holder("tech_leader") == "lin"


@pytest.mark.row("ROL-17")
def test_an_assignment_nobody_accepts_in_five_minutes_is_told_to_whoever_made_it():
    story = Story(cast={"ana": ("head_of_command",)}).declare(person="ana")
    story.do(1, "ana", t.Assign(role="tech_leader", person="lin"))
    assert not any(isinstance(event, t.Told) and event.cause == "unaccepted:tech_leader" for event in story.tick(5.9))
    told = [event for event in story.tick(6) if isinstance(event, t.Told)]
    assert [(event.persons, event.cause) for event in told] == [(("ana",), "unaccepted:tech_leader")]
    assert not any(isinstance(event, t.Told) for event in story.tick(7))
    assert story.holder("tech_leader") == "ana"


@pytest.mark.row("ROL-19")
def test_a_handover_names_both_people_the_reason_and_the_open_clocks():
    story = Story().declare()
    (event,) = [
        e for e in story.do(2, "lin", t.HandOver(role="tech_leader", to="wu", reason="end of shift")) if isinstance(e, t.RoleAssigned)
    ]
    assert (event.before, event.person, event.reason, event.passes) == ("lin", "wu", "end of shift", ("impact",))
    assert story.holder("tech_leader") == "wu"


@pytest.mark.row("ROL-19")
def test_the_commander_hands_over_the_whole_incident():
    story = Story(cast={"ana": ("head_of_command",)}).declare(person="ana")
    story.do(1, "ana", t.HandOver(role="head_of_command", to="bo", reason="relief"))
    assert {story.holder(role) for role in ("head_of_command", "tech_leader", "care_leader")} == {"bo"}
    assert story.refused(2, "ana", t.Decide(decision="false_alarm", reason="x")) == "E101"


@pytest.mark.row("ROL-11")
def test_the_commander_makes_a_role_that_the_plan_does_not_have():
    story = Story().declare()
    story.do(1, "ana", t.CreateRole(role="runner", name="Runner", duty="carries paper", person="ned"))
    story.do(1, "ned", t.Accept(role="runner"))
    assert story.holder("runner") == "ned"
    story.do(2, "ana", t.Assign(role="runner", person=""))
    assert story.holder("runner") == "ana"
    assert story.refused(3, "lin", t.CreateRole(role="clerk", name="Clerk", duty="", person="")) == "E101"
    assert story.refused(3, "ana", t.CreateRole(role="tech_leader", name="Again", duty="", person="")) == "E104"


def test_a_role_filled_by_decision_is_not_given_away_otherwise():
    story = Story().declare()
    assert story.refused(1, "ana", t.Assign(role="spokesperson", person="ned")) == "E101"
    story.do(1, "ana", t.Decide(decision="authorise_spokesperson", assignee="ned"))
    assert story.holder("spokesperson") == "ned"


@pytest.mark.row("AUD-02")
def test_a_deputy_on_record_may_act_and_a_stranger_may_not():
    story = Story().declare()
    assert story.refused(1, STRANGER, t.Decide(decision="judge", facts={"severity": "general"})) == "E101"
    answer = story.do(1, STRANGER, t.Decide(decision="judge", facts={"severity": "general"}), frozenset({"deputy:duty_manager"}))
    (made,) = [event for event in answer if isinstance(event, t.DecisionMade)]
    assert (made.by, made.role) == (STRANGER, "duty_manager")


def apart() -> Story:
    """A plan under which whoever leads does not help, and whoever helps never leads."""
    result = example("helper: {cite: §4,", "judge: {cite: §4, held_by: nobody}\n  helper: {cite: §4, apart_from: [lead, judge],")
    assert result.program is not None, messages(result)
    return Story(cast={"ana": ("lead",)}, program=result.program).declare()


def test_roles_held_apart_are_not_given_to_one_person_from_either_side():
    run = apart()
    assert run.refused(1, "ana", t.Assign(role="helper", person="ana")) == "E305"
    run.do(1, "ana", t.Assign(role="helper", person="lin"))
    assert run.refused(2, "ana", t.Assign(role="judge", person="lin")) == "E305"  # asked, and not yet answered
    run.do(3, "lin", t.Accept(role="helper"))
    assert run.refused(4, "ana", t.HandOver(role="lead", to="lin")) == "E305"
    run.do(5, "ana", t.Assign(role="helper", person="zoe"))
    run.do(6, "ana", t.HandOver(role="lead", to="lin"))
    assert run.holder("lead") == "lin"


def test_a_deputy_does_not_take_what_is_held_apart_from_their_own_role():
    run = apart()
    run.do(1, "ana", t.Assign(role="helper", person="lin"))
    run.tick(30)
    assert run.refused(31, "ana", t.Accept(role="helper")) == "E305"  # called as deputy, and leads


def test_whoever_is_asked_instead_has_no_role_that_is_held_apart():
    run = apart()
    run.do(1, "ana", t.Assign(role="helper", person="lin"))
    run.do(2, "lin", t.Decline(role="helper", reason="Ill"))
    assert "helper" not in run.state.roles  # ana, who leads, is its deputy


def test_whoever_declines_is_replaced_by_a_deputy_and_not_by_whom_everything_falls_to():
    result = example("  helper: {cite: §4, held_by: nobody, deputies: [lead]}", TWO_DEPUTIES)
    assert result.program is not None, messages(result)
    run = Story(cast={"ana": ("lead",), "zoe": ("third",)}, program=result.program).declare()
    run.do(1, "ana", t.Assign(role="helper", person="lin"))
    run.do(2, "lin", t.Decline(role="helper", reason="Ill"))
    assert run.state.roles["helper"].person == "zoe"


TWO_DEPUTIES = """\
  helper: {cite: §4, held_by: nobody, deputies: [second, third]}
  second: {cite: §4, held_by: nobody}
  third: {cite: §4, held_by: {person: third}}"""


def test_what_falls_to_a_role_is_held_apart_with_it():
    falls = "judge: {cite: §4, held_by: {role: desk}, apart_from: helper}\n  desk: {cite: §4, held_by: nobody}\n  helper: {cite: §4,"
    result = example("helper: {cite: §4,", falls)
    assert result.program is not None, messages(result)
    run = Story(cast={"ana": ("lead",)}, program=result.program).declare()
    run.do(1, "ana", t.Assign(role="helper", person="lin"))
    assert run.refused(2, "ana", t.Assign(role="desk", person="lin")) == "E305"  # whoever has the desk judges
    run.do(3, "ana", t.Assign(role="judge", person="zoe"))
    run.do(4, "ana", t.Assign(role="desk", person="lin"))  # somebody else judges now
    assert run.state.roles["desk"].person == "lin"


def test_whoever_got_another_role_since_does_not_take_over_what_is_held_apart_from_it():
    take = (
        "  take: {cite: §5, who: [second], takes_over: helper, chain: [{role: second, does: apply}, {role: lead, does: approve}]}\n  judge:"
    )
    roles = "judge: {cite: §4, held_by: nobody}\n  second: {cite: §4, held_by: {person: second}}\n  helper: {cite: §4, apart_from: judge,"
    result = read(PLAN.replace("helper: {cite: §4,", roles, 1).replace("  judge: {cite: §5", f"{take} {{cite: §5", 1), "example.yaml")
    assert result.program is not None, messages(result)
    run = Story(cast={"ana": ("lead",), "lin": ("second",)}, program=result.program).declare()
    run.do(1, "lin", t.Decide(decision="take"))
    run.do(2, "ana", t.Assign(role="judge", person="lin"))
    assert run.refused(3, "ana", t.Sign(chain="take-1", link="approve")) == "E305"
    run.do(4, "ana", t.Assign(role="judge", person=""))
    run.do(5, "ana", t.Sign(chain="take-1", link="approve"))
    assert run.holder("helper") == "lin"
