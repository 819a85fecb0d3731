"""The table of names: what a document calls its departments, groups and roles leads to one body each, in a plan and in an incident (PLN-13)."""

import pytest

from tests.engine.story import Story, hotline
from tests.plan.example import PLAN, messages
from tocsin.engine import terms as t
from tocsin.engine.role_names import bodies_named, roles_named
from tocsin.plan.read import read

ORGANISATION = """\
organisation:
  cite: §4
  departments:
    network: {cite: §4, title: {en: Network operations, zh: 网络运营部}, aliases: [网络部]}
    security: {cite: §4, title: {en: Security, zh: 安全保卫部}, aliases: [安全部]}
  groups:
    logistics: {cite: §4, title: {en: Logistics, zh: 后勤保障组}, aliases: [后勤保障部], lead: helper, departments: [网络部, 安全保卫部]}
roles:
  engineer: {cite: §4, title: {en: Engineer on call}, held_by: {department: 网络部}}
"""


def source(**changes: str) -> str:
    found = PLAN.replace("roles:\n", ORGANISATION, 1)
    for old, new in changes.items():
        found = found.replace(old.replace("_", " "), new)
    return found


@pytest.mark.row("PLN-13")
@pytest.mark.parametrize(
    ("names", "body"),
    [
        (("网络部", "网络运营部"), "network"),
        (("安全部", "安全保卫部"), "security"),
        (("技术部", "信息技术部", "IT部", "it"), "it"),
        (("后勤保障部", "后勤保障组"), "logistics"),
        (("应急领导小组", "应急指挥中心", "应急指挥部"), "command"),
    ],
)
def test_each_name_that_the_hotline_document_uses_leads_to_one_body(names, body):
    assert {bodies_named(hotline(), name) for name in names} == {(body,)}


@pytest.mark.row("PLN-13")
def test_a_plan_speaks_of_its_departments_groups_and_roles_by_any_name_of_the_document():
    program = read(source(**{"owes:_helper,_do": "owes: 后勤保障部, do"}), "x").program
    assert program is not None
    assert program.groups["logistics"].departments == ("network", "security")
    assert program.roles["engineer"].held_by.name == "network"
    assert program.obligations["call"].owes == "logistics"


def test_a_name_that_two_bear_is_not_guessed_at():
    twice = source(**{"aliases:_[安全部]": "aliases: [安全部, 网络部]"})
    assert any("网络部 is a name of network and security" in message for message in messages(read(twice, "x")))


def test_a_name_that_nobody_bears_is_a_finding():
    assert any("后勤处" in message for message in messages(read(source(**{"owes:_helper,_do": "owes: 后勤处, do"}), "x")))


def test_no_department_is_a_part_of_itself():
    circle = source(**{"aliases:_[网络部]}": "part_of: security}", "aliases:_[安全部]}": "part_of: network}"}).replace("网络部", "network")
    assert any("is a part of itself" in message for message in messages(read(circle, "x")))


@pytest.mark.row("PLN-13")
def test_in_an_incident_a_group_is_called_by_any_of_its_names_and_a_department_is_no_seat():
    story = Story().declare()
    assert roles_named(story.program, "后勤保障部") == ("logistics_leader",)
    story.do(1, "ana", t.Assign(role="后勤保障部", person="wu"))
    story.do(2, "wu", t.Accept(role="logistics_leader"))
    assert story.holder("logistics_leader") == story.holder("logistics") == "wu"
    refused = story.do(3, "ana", t.Assign(role="网络部", person="wu"))
    assert isinstance(refused, t.Refused)
    assert (refused.code, refused.details) == ("E104", ("network",))
