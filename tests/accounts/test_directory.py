"""The directory finds a person for each name of a plan, and says for what a person may speak."""

import pytest

from tocsin.accounts import directory, people
from tocsin.engine.program import Department, HeldBy, Program, Role
from tocsin.kit import ids

NOBODY = HeldBy("nobody")


def role(name: str, held_by: HeldBy = NOBODY, **more) -> Role:
    return Role(id=name, title={"en": name}, cite=(), held_by=held_by, **more)


PROGRAM = Program(
    id="plan",
    version="1",
    hash="0",
    language="en",
    timezone="UTC",
    title={"en": "Plan"},
    departments={
        "it": Department(id="it", title={"en": "IT"}, cite=()),
        "desk_unit": Department(id="desk_unit", title={"en": "Incidents"}, cite=(), part_of="it"),
    },
    roles={
        each.id: each
        for each in (
            role("commander", HeldBy("person", "manager"), deputies=("second",), commander=True),
            role("second", HeldBy("person", "second")),
            role("desk", HeldBy("schedule", "duty_desk")),
            role("engineer", HeldBy("department", "it")),
            role("voice", HeldBy("role", "commander")),
            role("egg", HeldBy("role", "hen")),
            role("hen", HeldBy("role", "egg")),
            role("adviser"),
            role("manager_of_incidents", HeldBy("department", "desk_unit")),
        )
    },
)


@pytest.fixture
def hold(house):
    def hold(person, **ranks):
        people.hold(house.organisation, person, "plan", ranks, by=None)

    return hold


def typed(person):
    return ids.typed("per", person.id)


def test_a_role_is_found_through_its_post_schedule_department_or_another_role(house, hold):
    hold(house.owner, manager=0)
    hold(house.editor, duty_desk=0)
    hold(house.member, it=0)
    assert directory.seats(house.organisation.id, PROGRAM) == {
        "commander": typed(house.owner),
        "voice": typed(house.owner),
        "desk": typed(house.editor),
        "it": typed(house.member),
        "engineer": typed(house.member),
        "desk_unit": typed(house.member),
        "manager_of_incidents": typed(house.member),
    }


def test_a_holder_of_the_role_itself_comes_before_its_post(house, hold):
    hold(house.owner, manager=0)
    hold(house.editor, commander=0)
    assert directory.seats(house.organisation.id, PROGRAM)["commander"] == typed(house.editor)


def test_the_lowest_rank_holds_and_the_others_are_deputies(house, hold):
    hold(house.owner, desk=1)
    hold(house.editor, desk=0)
    assert directory.seats(house.organisation.id, PROGRAM)["desk"] == typed(house.editor)
    assert directory.standing(house.organisation.id, typed(house.owner), PROGRAM) == {"deputy:desk"}
    assert directory.standing(house.organisation.id, typed(house.editor), PROGRAM) == frozenset()


def test_a_deputy_that_the_plan_names_is_one(house, hold):
    hold(house.member, second=0)
    assert directory.standing(house.organisation.id, typed(house.member), PROGRAM) == {"deputy:commander"}


def test_the_second_of_a_post_deputises_its_role(house, hold):
    hold(house.owner, manager=0)
    hold(house.editor, manager=1)
    assert directory.standing(house.organisation.id, typed(house.editor), PROGRAM) == {"deputy:commander"}


def test_everyone_of_a_department_speaks_for_it(house, hold):
    hold(house.owner, it=0)
    hold(house.member, it=2)
    for person in (house.owner, house.member):
        assert "department:it" in directory.standing(house.organisation.id, typed(person), PROGRAM)


@pytest.mark.row("I8")
@pytest.mark.row("PLN-13")
def test_incident_management_is_a_part_of_the_support_until_it_has_a_head_of_its_own(house, hold):
    hold(house.member, it=0)
    seats = directory.seats(house.organisation.id, PROGRAM)
    assert seats["manager_of_incidents"] == seats["desk_unit"] == typed(house.member)
    assert "department:desk_unit" in directory.standing(house.organisation.id, typed(house.member), PROGRAM)
    hold(house.editor, desk_unit=0)
    seats = directory.seats(house.organisation.id, PROGRAM)
    assert (seats["manager_of_incidents"], seats["it"]) == (typed(house.editor), typed(house.member))
    assert directory.standing(house.organisation.id, typed(house.member), PROGRAM) == {"department:it"}


def test_no_directory_looks_into_another_organisation(house):
    people.hold(house.elsewhere, house.stranger, "plan", {"commander": 0, "it": 0}, by=None)
    assert directory.seats(house.organisation.id, PROGRAM) == {}
    assert directory.standing(house.organisation.id, typed(house.stranger), PROGRAM) == frozenset()
    assert typed(house.stranger) not in directory.contacts(house.organisation.id)


def test_a_contact_speaks_the_own_language_else_the_organisations(house):
    house.member.language, house.member.timezone = "", "Asia/Shanghai"
    house.member.save()
    contact = directory.contacts(house.organisation.id)[typed(house.member)]
    assert (contact.email, contact.language, contact.timezone) == ("chi@example.org", "en", "Asia/Shanghai")


def test_checking_a_plan_is_told_who_holds_what_with_the_deputies_after(house, hold):
    hold(house.owner, desk=1)
    hold(house.editor, desk=0)
    assert directory.known(house.organisation.id, "plan").holders == {"desk": (typed(house.editor), typed(house.owner))}
