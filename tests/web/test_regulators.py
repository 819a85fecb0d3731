"""What regulators require is a register of the plan: an incident of such a kind opens the duty to report in time, or to record why not."""

import re

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World
from tocsin.incidents.models import Plan
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(world: World) -> Plan:
    return in_force(world, shipped.sources()["incident-basics"])


@pytest.fixture
def room(world: World, plan: Plan) -> Room:
    return under(world, plan, "The list of customers is gone")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def steps(room: Room) -> str:
    return words(room.get(room.world.ana, "panels/steps").content.decode())


@pytest.mark.row("COM-31")
def test_the_register_says_regulator_kinds_and_time_limit(world: World, plan: Plan) -> None:
    page = world.browse(world.ana).get(f"/o/{world.organisation.slug}/plans/{plan.plan_id}").content.decode()
    said = words(page[page.index('id="rule-requirements"') :])
    assert re.search(r"орган по защите персональных данных · Data loss ?, Unauthorised access · 1 day", said)


@pytest.mark.row("COM-31")
def test_an_incident_of_the_kind_opens_the_duty_for_each_requirement_under_its_name(room: Room) -> None:
    asked = "Report to the regulator or record why not"
    assert asked not in steps(room)
    assert room.post(room.world.ana, "facts", **{"fact:event": "data_loss"}).status_code == 303
    assert f"{asked}: Защита данных" in steps(room)
    assert "Непрерывность услуг" not in steps(room)
    clock = room.row("ClockRow", clock="report_required[personal_data]")
    assert (clock.due_at - clock.began_at).total_seconds() == 24 * 3600
    room.pass_minutes(24 * 60 + 1)
    assert room.row("ClockRow", clock="report_required[personal_data]").status == "breached"


@pytest.mark.row("COM-31")
@pytest.mark.parametrize("said", [{"field:reported": "2026-11-27T10:00"}, {"field:why_not": "Nothing left the house"}])
def test_it_is_met_by_a_report_or_by_why_there_is_none_and_by_nothing_less(room: Room, said: dict[str, str]) -> None:
    room.post(room.world.ana, "facts", **{"fact:event": "data_loss"})
    entries = "records/regulatory/entries"
    assert '<option value="Защита данных">' in room.get(room.world.ana, "panels/records").content.decode()
    for wrong in ({}, {"field:what": "everything"}):
        answer = room.post(room.world.ana, entries, htmx=True, **{"field:requirement": "Защита данных", **wrong})
        assert "E202" in answer.content.decode()
    answer = room.post(room.world.ana, entries, **{"field:requirement": "Защита данных", **said})
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    assert room.row("ClockRow", clock="report_required[personal_data]").status == "met"
