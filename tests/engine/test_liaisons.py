"""A role of which each department has its own holder: seats by department, fallback to the head, messages to all of them."""

from dataclasses import replace

import pytest

from tests.engine.story import CAST, Story, hotline
from tests.engine.written import written
from tocsin.engine import owners, restricted
from tocsin.engine import terms as t
from tocsin.engine.compose import compose
from tocsin.engine.role_names import seat_of


def told(story: Story, role: str) -> set[str]:
    return set(owners.persons(story.program, story.state, (role,)))


def test_each_department_has_its_own_holder_of_the_role() -> None:
    cast = CAST | {"eva": (seat_of("liaison", "it"),), "ivo": (seat_of("liaison", "finance"),)}
    story = Story(cast=cast).declare()
    assert set(hotline().roles["liaison"].parts) == set(hotline().departments)
    assert story.holder(seat_of("liaison", "it")) == "eva"
    assert story.holder(seat_of("liaison", "finance")) == "ivo"
    assert story.holder(seat_of("liaison", "hr")) == "ana"  # nobody there: the commander
    assert told(story, "liaison") == {"eva", "ivo"}


def test_the_seat_of_a_department_is_given_like_any_other() -> None:
    story = Story().declare()
    story.do(1, "ana", t.Assign(role=seat_of("liaison", "security"), person="pia"))
    assert story.holder(seat_of("liaison", "security")) == "ana"  # until she accepts
    story.do(2, "pia", t.Accept(role=seat_of("liaison", "security")))
    assert story.holder(seat_of("liaison", "security")) == "pia"
    assert story.refused(3, "ana", t.Assign(role=seat_of("liaison", "kitchen"), person="pia")) == "E103"


NAMED = [
    ("duty_manager", "值班经理"),
    ("cs_supervisor", "客户服务部主管"),
    ("head_of_it", "信息技术部负责人"),
    ("tech_leader", "技术处置组组长"),
    ("pr_manager", "市场公关部经理"),
    ("legal_reviewer", "法务审核人"),
    ("emergency_office", "应急办"),
    ("top_management", "最高管理层"),
    ("regional_centre", "区域运维中心"),
    ("first_line", "一线技术人员"),
    ("liaison", "部门应急联络人"),
    ("admin_manager", "行政部经理"),
    ("network_engineer", "网络工程师"),
    ("equipment_manager", "设备经理"),
    ("vehicle_officer", "车辆管理专员"),
    ("security_officer", ""),
    ("technical_adviser", "技术顾问"),
]


@pytest.mark.row("ROL-30")
@pytest.mark.parametrize(("role", "name"), NAMED)
def test_the_further_roles_of_the_hotline_are_filled_by_name(role: str, name: str) -> None:
    story = Story().declare()
    called = name or next(iter(story.program.roles[role].title.values()))
    story.do(1, "ana", t.Assign(role=called, person="pia"))
    story.do(2, "pia", t.Accept(role=role))
    assert story.holder(role) == "pia"


@pytest.mark.row("ROL-30")
@pytest.mark.parametrize(("role", "decision"), [("spokesperson", "authorise_spokesperson"), ("onsite_commander", "name_onsite_commander")])
def test_what_only_a_decision_fills_nobody_gives_by_name(role: str, decision: str) -> None:
    story = Story().declare()
    assert story.program.roles[role].appointed_by == decision
    assert story.refused(1, "ana", t.Assign(role=role, person="pia")) == "E101"


@pytest.mark.row("ROL-30")
def test_the_further_roles_of_the_hotline_are_filled_by_the_roster() -> None:
    seats = {role: f"holder_of_{role}" for role, _name in NAMED if hotline().roles[role].held_by.kind not in ("each", "role")}
    story = Story(cast={person: (role,) for role, person in seats.items()})
    story.seats |= seats
    story = story.declare(person="eve")
    assert {role: story.holder(role) for role in seats} == seats


@pytest.mark.row("ROL-30")
@pytest.mark.parametrize("role", ["superior", "regulator"])
def test_the_superior_unit_and_the_regulator_are_roles_outside_that_messages_reach(role: str) -> None:
    program = hotline()
    assert program.roles[role].outside
    assert any(role in message.to for message in program.messages.values() if isinstance(message.to, tuple))


def test_a_plan_whose_departments_hold_a_role_each_is_renamed_as_a_whole() -> None:
    other = replace(hotline(), id="other", hash="other")
    whole = compose((hotline(), other))
    [second] = [role for name, role in whole.roles.items() if name.endswith("~liaison")]
    assert all(part in whole.departments for part in second.parts)
    assert all(part.startswith("other~") for part in second.parts)


def test_a_group_with_such_a_role_means_each_of_its_holders() -> None:
    group = next(iter(hotline().groups.values()))
    program = replace(hotline(), groups=hotline().groups | {group.id: replace(group, members=("liaison",))})
    cast = CAST | {"eva": (seat_of("liaison", "it"),), "ivo": (seat_of("liaison", "finance"),)}
    story = Story(cast=cast, program=program).declare()
    assert {"eva", "ivo", story.holder(group.lead)} == told(story, group.id)


@pytest.mark.row("AUD-05")
def test_what_is_kept_for_such_a_role_is_seen_by_each_of_its_holders() -> None:
    cast = CAST | {"eva": (seat_of("liaison", "it"),), "ivo": (seat_of("liaison", "finance"),)}
    story = Story(cast=cast).declare()
    seen = restricted.readers(story.program, replace(story.state, restricted=("liaison",)))
    assert {"eva", "ivo"} <= seen


CARE = """
organisation: {groups: {care: {cite: O 2, title: {en: Care}, lead: lead, members: [med]}}}
situations:
  a: {cite: O 4, title: {en: A}, opens: [{by: [clerk]}], closes: [{by: [clerk]}], visible_to: [care]}
  b: {cite: O 4, title: {en: B}, opens: [{by: [clerk]}], closes: [{by: [clerk]}], visible_to: [med]}
"""
HELPERS = """  lead: {cite: O 2, title: {en: Lead}, held_by: {person: lead}}
  med: {cite: O 2, title: {en: Medic}, held_by: {person: med}}"""


@pytest.mark.row("AUD-05")
@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_what_is_kept_for_a_group_and_for_one_of_its_members_is_kept_for_that_member(order) -> None:
    story = Story(cast={"chi": ("clerk",), "lea": ("lead",), "mia": ("med",)}, program=written(CARE, HELPERS)).declare()
    for minute, situation in enumerate(order, 1):
        story.do(minute, "chi", t.Open(situation=situation))
    assert story.state.restricted == ("med",)
    assert "mia" in restricted.readers(story.program, story.state)
    assert "lea" not in restricted.readers(story.program, story.state)
