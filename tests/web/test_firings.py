"""What watches by itself, on the pages: silence is said, and false alarms are counted by trigger and month."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.world import World
from tocsin.engine import terms as t
from tocsin.incidents import desk, plans, samples, signals
from tocsin.incidents.models import BoardRow, Incident, Plan, SituationRow, TimelineRow
from tocsin.incidents.samples import Given
from tocsin.kit import clock as clocks

pytestmark = pytest.mark.django_db


def cpu(world: World, clock, *values: int) -> None:
    for value in values:
        samples.record(world.organisation.id, [Given("cpu", clock.now(), Decimal(value), labels=(("node", "n1"),))], "per_x")
        signals.run_once()
        clock.shift(timedelta(minutes=1))


@pytest.mark.row("DET-11")
def test_board_and_alerts_say_which_signal_is_silent_and_that_this_is_not_no_fault(world: World, clock) -> None:
    cpu(world, clock, 50, 50, 50)
    assert "is silent" not in world.browse(world.bea).get("/o/hotline/").content.decode()
    clock.shift(timedelta(minutes=5))
    signals.run_once()
    for path in ("", "alerts"):
        page = world.browse(world.bea).get(f"/o/hotline/{path}").content.decode()
        assert "1 signal is silent." in page
        assert "That is not “no fault”" in page


@pytest.mark.row("DET-07")
def test_false_alarms_are_counted_by_trigger_and_month(world: World, clock) -> None:
    clock.freeze(clock.now().replace(day=10, hour=9))
    cpu(world, clock, 95, 95, 95, 95, 95, 95)
    incident = Incident.objects.get(organisation=world.organisation)
    row = SituationRow.objects.get(incident=incident, open=True, situation__contains="prepar")
    false = t.Close(situation=row.situation, reason="a test of the monitoring", named="false_alarm")
    assert isinstance(desk.handle(incident.pk, false, actor=world.actor(world.chi)), desk.Done)
    page = world.browse(world.bea).get("/o/hotline/alerts").content.decode()
    table = re.sub("<[^>]*>", "", page[page.index('id="firings"') :])
    assert "End as a false alarm: 1" in table
    assert f"{clock.now():%B %Y}" in table


def firings(world: World) -> list[str]:
    page = world.browse(world.bea).get("/o/hotline/alerts").content.decode()
    table = page[page.index('id="firings"') :].partition("</table>")[0]
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in table.split("<tr>")[2:]]


def led_to(world: World, path: str) -> set[str]:
    """Return the incidents that the page of a signal says its triggers fired in."""
    page = world.browse(world.bea).get(f"/o/hotline/{path}").content.decode()
    return set(re.findall(r"/incidents/(INC-[0-9]+)\"", page[page.index('id="s-f"') :]))


def fired(number: str, trigger: str, situation: str = "", named: str = "") -> None:
    """Let a trigger have fired in an incident; `situation` with a name was ended later."""
    board = BoardRow.objects.get(number=number)
    row = {"incident": board.incident, "organisation_id": board.organisation_id, "at": clocks.now(), "happened_at": clocks.now()}
    seq = 900 + TimelineRow.objects.count()
    if named:
        TimelineRow.objects.create(**row, seq=seq, kind="SituationClosed", data={"situation": situation, "named": named})
    else:
        TimelineRow.objects.create(**row, seq=seq, kind="TriggerFired", data={"trigger": trigger, "opened": True})


def second(world: World) -> Plan:
    """Put the hotline plan in force a second time, under another id and title."""
    source = world.plan.source.replace("id: hotline-outage", "id: hotline-two", 1).replace("Customer hotline outage", "Second hotline", 1)
    plan, findings = plans.load(world.organisation.id, source, "two.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    return plan


def test_triggers_of_two_plans_are_told_apart_and_alone_or_beside_alike(world: World) -> None:
    two = second(world)
    actor, words = world.actor(world.ana), "Nobody answers"
    made = [
        desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words=words), actor=actor),
        desk.declare(world.organisation.id, two.hash, desk.Declaration(words=words), actor=actor),
        desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words=words, beside=(two.hash,)), actor=actor),
    ]
    first, alone, beside = (each.number for each in made if isinstance(each, desk.Done))
    fired(first, "hot_cpu")
    fired(alone, "hot_cpu")
    fired(beside, "hotline-two~hot_cpu")
    rows = firings(world)
    assert len(rows) == 2
    assert [("Second hotline" in row, row.split()[-2]) for row in rows] == [(False, "1"), (True, "2")]
    assert [led_to(world, f"signals/of/{name}/cpu") for name in ("hotline-outage", "hotline-two")] == [{first}, {alone, beside}]


@pytest.mark.row("DET-07")
def test_a_false_alarm_counts_in_the_month_in_which_it_fired(world: World, clock) -> None:
    clock.freeze(clock.now().replace(day=20))
    done = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="x"), actor=world.actor(world.ana))
    assert isinstance(done, desk.Done)
    fired(done.number, "hot_cpu")
    month = f"{clock.now():%B %Y}"
    clock.shift(timedelta(days=20))
    fired(done.number, "", "preparatory", "false_alarm")
    (row,) = firings(world)
    assert row.startswith(month)
    assert row.endswith("1 End as a false alarm : 1")


def test_the_list_of_alerts_counts_no_months_while_it_is_fetched_every_few_seconds(world: World) -> None:
    browser = world.browse(world.bea)
    desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="x"), actor=world.actor(world.ana))
    for headers, looks in (({"HX-Request": "true"}, 0), ({}, 1)):
        asked: list[str] = []
        with connection.execute_wrapper(lambda execute, sql, *rest, asked=asked: (asked.append(sql), execute(sql, *rest))[1]):
            browser.get("/o/hotline/alerts", headers=headers)
        assert sum("TriggerFired" in sql for sql in asked) == looks


def test_what_fired_more_than_half_a_year_ago_is_not_read(world: World, clock) -> None:
    done = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="x"), actor=world.actor(world.ana))
    assert isinstance(done, desk.Done)
    fired(done.number, "hot_cpu")
    clock.shift(timedelta(days=200))
    assert 'id="firings"' not in world.browse(world.bea).get("/o/hotline/alerts").content.decode()
