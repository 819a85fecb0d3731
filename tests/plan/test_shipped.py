"""The shipped plans: they are found, they are clean, and people read them in four languages."""

import pytest

from tests.plan.example import messages
from tocsin.engine.program import Program
from tocsin.plan import draft
from tocsin.plan.forms.leaves import Words
from tocsin.plan.read import read
from tocsin.plan.shipped import sources


@pytest.fixture(scope="module")
def hotline() -> Program:
    result = read(sources()["hotline-outage"].read_bytes(), "hotline-outage")
    assert result.program is not None, messages(result)
    return result.program


@pytest.mark.parametrize("plan", sorted(sources()))
def test_a_shipped_plan_checks_clean(plan: str):
    result = read(sources()[plan].read_bytes(), plan)
    assert result.program is not None
    assert result.program.id == plan
    assert [str(finding) for finding in result.findings if finding.severity != "note"] == []


@pytest.mark.row("LNG-02")
@pytest.mark.parametrize("plan", sorted(sources()))
def test_a_shipped_plan_says_everything_in_four_languages(plan: str):
    found = draft.read(sources()[plan].read_bytes())
    assert [path for path, words in found.walk(Words) if set(words.by_locale) != {"en", "ru", "pl", "zh"}] == []


@pytest.mark.row("LNG-02")
@pytest.mark.parametrize("plan", sorted(sources()))
def test_every_rule_of_a_shipped_plan_has_a_name_for_people(plan: str):
    program = read(sources()[plan].read_bytes(), plan).program
    assert program is not None
    kinds = (program.facts, program.signals, program.conditions, program.levels, program.moments, program.departments, program.groups)
    kinds += (program.roles, program.decisions, program.situations, program.obligations, program.messages, program.records)
    rules = [rule for kind in kinds for rule in kind.values()]
    assert [rule.id for rule in rules if set(rule.title) != {"en", "ru", "pl", "zh"}] == []


@pytest.mark.row("CLS-11")
@pytest.mark.row("LNG-02")
@pytest.mark.parametrize("plan", sorted(sources()))
def test_every_field_and_value_that_people_fill_in_has_a_name_for_people(plan: str):
    program = read(sources()[plan].read_bytes(), plan).program
    assert program is not None
    forms = (*program.records.values(), *program.resources.values(), *program.messages.values())
    fields = [(form.id, field) for form in forms for field in form.fields]
    assert [(form, field.id) for form, field in fields if set(field.label) != {"en", "ru", "pl", "zh"}] == []
    assert [
        (form, field.id, each) for form, field in fields for each in field.of if set(field.names.get(each, {})) != {"en", "ru", "pl", "zh"}
    ] == []


def test_the_dimensions_have_exactly_the_values_of_the_document(hotline: Program):
    assert hotline.facts["scope"].of == ("single_region", "multiple_regions", "nationwide")
    assert [span.total_seconds() / 3600 for span in hotline.facts["recovery"].classes] == [2, 6, 24]
    assert hotline.facts["business"].of == ("general", "core")
    assert hotline.facts["secondary"].of == ("none", "low", "medium", "high")
    assert set(hotline.decisions["assess"].asks) >= {"scope", "recovery", "business", "secondary"}


def test_the_plan_has_an_owner_and_a_status(hotline: Program):
    assert (hotline.owner, hotline.status) == ("head_of_command", "in_force")
    assert hotline.owner in hotline.roles


@pytest.mark.row("X-36")
def test_each_name_that_the_document_has_for_a_department_leads_to_one_body(hotline: Program):
    names = {"it": ("信息技术部", "IT部", "技术部"), "network": ("网络运营部", "网络部"), "security": ("安全保卫部", "安全部")}
    for body, called in names.items():
        for name in called:
            assert [each.id for each in hotline.departments.values() if name in (each.title["zh"], *each.aliases)] == [body]
    named = {role.held_by.name for role in hotline.roles.values() if role.held_by.kind == "person"}
    assert not named & {"张工", "王工", "李工"}  # people are the installation's


@pytest.mark.row("ROL-30")
def test_those_outside_have_a_role_without_an_account(hotline: Program):
    assert {role.id for role in hotline.roles.values() if role.outside} >= {"superior", "regulator"}
