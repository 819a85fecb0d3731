"""Figures over many incidents: in a period beside another, on target or not, down to the incidents; and what comes again (KPI-11, -13, -14)."""

import re
from datetime import datetime, timedelta

import pytest

from tests.web.room import Room, declare, under
from tests.world import World, load
from tocsin.accounts import people
from tocsin.engine import terms as t
from tocsin.incidents import desk, standing
from tocsin.incidents.models import BoardRow, Incident
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2025-05-20T02:00:00+00:00")


def judged_after(world: World, minutes: int, **facts: str) -> Room:
    room = declare(world, **facts)
    room.pass_minutes(minutes)
    assert room.post(world.chi, "decisions/judge/choice", **{"fact:severity": "general"}).status_code == 303
    return room


def page(world: World, query: str = "") -> str:
    answer = world.browse(world.ana).get(f"/o/hotline/figures{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def row(shown: str, panel: str, words: str) -> str:
    found = shown[shown.index(f'id="{panel}"') :].partition("</section>")[0]
    (one,) = [part for part in found.split("<tr>") if words in part]
    return str(one)


@pytest.mark.row("KPI-13", "KPI-14", "KPI-06")
def test_a_figure_is_a_mean_over_incidents_beside_the_period_before_and_leads_down_to_them(world: World, clock) -> None:
    clock.freeze(START)
    before = [judged_after(world, minutes) for minutes in (4, 8)]
    clock.shift(timedelta(days=45))
    now = [judged_after(world, minutes) for minutes in (2, 4, 6)]
    shown = row(page(world), "tallies", "First judgement made in")
    assert 'data-th="Incidents">3<' in shown
    assert 'data-th="Mean">4 min<' in shown
    assert 'data-th="On target">2 of 3<' in shown
    assert 'data-th="Before">6 min<' in shown
    assert 'data-th="Changed by">−33 %<' in shown
    for room in (*before, *now):
        assert f"/incidents/{room.number}/review" in shown
    other = row(page(world, "?per=month&against=2025-05-03"), "tallies", "First judgement made in")
    assert 'data-th="Before">6 min<' in other


@pytest.mark.row("KPI-13")
def test_what_it_is_held_against_is_for_the_viewer_to_choose(world: World, clock) -> None:
    clock.freeze(START - timedelta(days=365))
    judged_after(world, 10)
    clock.freeze(START)
    judged_after(world, 5)
    assert 'data-th="Changed by">–<' in row(page(world), "tallies", "First judgement made in")
    year_ago = row(page(world, "?against=2024-05-20"), "tallies", "First judgement made in")
    assert 'data-th="Changed by">−50 %<' in year_ago


@pytest.mark.row("KPI-11")
def test_incidents_of_the_same_kind_within_a_fortnight_are_repeats(world: World, clock) -> None:
    clock.freeze(START)
    first = declare(world, scope="nationwide")
    clock.shift(timedelta(days=13))
    again = declare(world, scope="nationwide")
    clock.shift(timedelta(days=15))
    later = declare(world, scope="nationwide")
    declare(world, scope="single_region")
    shown = row(page(world, "?by=fact:scope"), "groups", "ationwide")
    assert 'data-th="Incidents">3<' in shown
    repeats = shown[shown.index('data-th="Repeats"') :]
    assert again.number in repeats
    assert first.number not in repeats
    assert later.number not in repeats
    wider = row(page(world, "?by=fact:scope&near=20"), "groups", "ationwide")
    assert later.number in wider[wider.index('data-th="Repeats"') :]


@pytest.mark.row("KPI-16")
def test_incidents_time_and_losses_stand_beside_each_service_process_client_and_cause(world: World, clock) -> None:
    clock.freeze(START)
    plan = load(world.organisation, shipped.sources()["incident-basics"].read_text("utf-8"))
    people.hold(world.organisation, world.ana, plan.plan_id, {"incident_manager": 0}, by=world.ana)
    standing.keep(world.organisation.id)
    kept = next(each for each in standing.records(world.organisation.id) if each.standing == plan.plan_id)
    ana = world.actor(world.ana)

    def enter(incident: Incident, record: str, **fields: str) -> None:
        assert isinstance(desk.handle(incident.pk, t.Enter(record=record, fields=fields), actor=ana), desk.Done)

    for name, process in (("Shop", "Sales"), ("Tills", "Sales"), ("Mail", "Office")):
        enter(kept, "services", name=name, process=process, critical="yes", users="10")
    enter(kept, "clients", name="Corner shop", contact="shop@example.org")
    for place, (affected, minutes, amount, cause) in enumerate(
        [
            (["services-1", "clients-1"], 60, "500", "No test"),
            (["services-2"], 30, "40.5", "No test"),
            (["services-3"], 10, "", "Old cable"),
            (["services-3"], 10, "9", "Old cable"),
        ]
    ):
        room = under(world, plan, f"Down {place}")
        incident = Incident.objects.get(organisation=world.organisation, number=room.number)
        for party in affected:
            assert isinstance(desk.handle(incident.pk, t.AddParty(party=party, name=""), actor=ana), desk.Done)
        if amount:
            enter(incident, "costs", what="Night shift", amount=amount, hours="3")
        enter(incident, "root_causes", immediate_cause="Broken", root_cause=cause, plan="Mend", owner=ana.person)
        BoardRow.objects.filter(incident=incident).update(closed_at=incident.declared_at + timedelta(minutes=minutes))

    def cells(query: str, words: str) -> list[str]:
        shown = row(page(world, f"?plan={plan.plan_id}&{query}"), "groups", f"<summary>{words}</summary>")
        return [cell for cell in re.findall(r"<td[^>]*>([^<]*)", shown) if cell]

    assert cells("by=party:services.process", "Sales")[:3] == ["2", "1 hr 30 min", "540.5"]
    assert cells("by=party:services.process", "Office")[:3] == ["2", "20 min", "9"]
    assert cells("by=party:services", "Tills")[:3] == ["1", "30 min", "40.5"]
    assert cells("by=party:clients", "Corner shop")[:3] == ["1", "1 hr", "500"]
    assert cells("by=record:root_causes.root_cause", "No test")[:3] == ["2", "1 hr 30 min", "540.5"]

    def order(first: str) -> list[str]:
        shown = page(world, f"?plan={plan.plan_id}&by=party:services&first={first}")
        return re.findall(r"<summary>(Shop|Tills|Mail)</summary>", shown[shown.index('id="groups"') :])

    assert order("") == ["Mail", "Shop", "Tills"]
    assert order("lasted") == order("losses") == ["Shop", "Tills", "Mail"]


def test_drills_and_other_organisations_are_not_counted(world: World, clock) -> None:
    clock.freeze(START)
    room = judged_after(world, 4)
    BoardRow.objects.filter(number=room.number).update(drill=True)
    assert "Nothing to count" in page(world)
    assert world.browse(world.dov).get("/o/hotline/figures").status_code == 404
