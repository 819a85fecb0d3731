"""What watches by itself, on the pages: silence is said, and false alarms are counted by trigger and month."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.world import World
from tocsin.engine import terms as t
from tocsin.incidents import desk, samples, signals
from tocsin.incidents.models import Incident, SituationRow
from tocsin.incidents.samples import Given

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
