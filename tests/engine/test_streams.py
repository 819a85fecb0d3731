"""Roles with several holders: by work stream, by part, by number; names that several roles bear; rights beside the commander's."""

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.compose import compose
from tocsin.engine.role_names import plain, roles_named
from tocsin.plan import read, shipped


def program(name):
    found = read.read(shipped.sources()[name].read_bytes(), name).program
    assert found is not None
    return found


@pytest.fixture(scope="module")
def roles():
    return program("incident-roles")


@pytest.fixture(scope="module")
def whole(roles):
    return compose([program("incident-basics"), roles])


@pytest.fixture
def run(whole):
    story = Story(cast={"ana": ("incident-roles~incident_manager",)}, program=whole)
    return story.declare(person="ana", words="It is slow")


@pytest.mark.row("ROL-18", "X-41", "WC-A4")
def test_a_name_that_several_roles_bear_is_asked_about_and_never_picked(run):
    answer = run.do(1, "ana", t.Assign(role="Inżynier pełniący dyżur domowy", person="lin"))
    assert isinstance(answer, t.Refused)
    assert (answer.code, answer.details) == ("E402", ("incident-roles~tech_lead", "incident-roles~specialist"))
    assert run.refused(2, "ana", t.Assign(role="specjalista", person="lin")) == "E402"
    assert not run.state.roles


@pytest.mark.row("ROL-01", "ROL-18")
def test_a_role_is_found_by_each_of_its_names_in_each_language(roles):
    assert roles_named(roles, "sekretarz") == roles_named(roles, "SCRIBE") == roles_named(roles, "记录员") == ("scribe",)
    assert roles_named(roles, "kierownik ds. komunikacji") == ("comms_manager", "social_lead")
    assert roles_named(roles, "specjalista") == ("specialist", "tech_lead")  # whose own name it is comes first
    assert roles_named(roles, "nobody of that name") == ()


@pytest.mark.row("ROL-01", "ROL-02", "ROL-03", "ROL-04", "ROL-05", "ROL-06", "ROL-07", "ROL-08", "ROL-09")
def test_the_eight_roles_have_names_in_four_languages_and_both_kinds_of_duty(roles):
    assert len(roles.roles) == 8
    for role in roles.roles.values():
        assert {"pl", "en", "ru", "zh"} <= set(role.title) & set(role.main) & set(role.extra)
    assert [role.id for role in roles.roles.values() if not role.aliases] == ["scribe"]


def test_names_are_compared_without_case_accents_and_doubled_spaces():
    assert plain("Menedżer  ds. Łączności") == plain("menedzer ds. lacznosci")


@pytest.mark.row("ROL-12")
def test_a_closed_stream_takes_its_seats_back_and_may_be_opened_again(run):
    run.do(1, "ana", t.OpenStream(stream="db", name="Database"))
    run.do(2, "ana", t.Assign(role="incident-roles~tech_lead[db]", person="lin"))
    run.do(3, "lin", t.Accept(role="incident-roles~tech_lead[db]"))
    assert run.holder("incident-roles~tech_lead[db]") == "lin"
    assert run.refused(4, "lin", t.CloseStream(stream="db", reason="done")) == "E101"
    assert run.refused(4, "ana", t.CloseStream(stream="web", reason="done")) == "E103"
    run.do(5, "ana", t.CloseStream(stream="db", reason="done"))
    assert run.holder("incident-roles~tech_lead[db]") == "ana"
    assert run.refused(6, "ana", t.Assign(role="incident-roles~tech_lead[db]", person="lin")) == "E103"
    run.do(7, "ana", t.OpenStream(stream="db", name="Database again"))
    assert run.state.streams["db"] == t.StreamState("Database again", open=True)
    assert run.refused(8, "ana", t.OpenStream(stream="", name="x")) == "E202"


def test_a_plan_without_streams_opens_none():
    story = Story().declare()
    assert story.refused(1, "ana", t.OpenStream(stream="db", name="Database")) == "E103"


@pytest.mark.row("ROL-11", "ROL-38")
def test_rights_beside_the_commanders_are_those_that_the_plan_gives(run):
    run.do(1, "ana", t.Assign(role="incident-roles~tech_lead", person="lin"))
    run.do(2, "lin", t.Accept(role="incident-roles~tech_lead"))
    for person in ("bea", "chi"):
        assert not isinstance(run.do(3, "lin", t.Assign(role="incident-roles~specialist", person=person)), t.Refused)
    assert {"incident-roles~specialist", "incident-roles~specialist[chi]"} <= set(run.state.roles)
    run.do(4, "chi", t.Accept(role="incident-roles~specialist[chi]"))
    assert run.refused(5, "lin", t.Assign(role="incident-roles~scribe", person="bea")) == "E101"
    assert run.refused(5, "lin", t.CreateRole(role="runner", name="Runner", duty="runs", person="")) == "E101"
