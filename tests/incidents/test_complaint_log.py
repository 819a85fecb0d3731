"""Complaints written down in an incident are samples of the signal that comes from the log, each once (REG-13)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.world import World, build
from tocsin.engine import terms as t
from tocsin.incidents import desk, readings, samples
from tocsin.incidents.models import Incident, Sample
from tocsin.incidents.samples import Given
from tocsin.kit import clock as clocks

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.fromisoformat("2025-06-10T02:30:00+00:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def case(clock) -> tuple[World, Incident]:
    world = build()
    clock.freeze(NOW)
    return world, declare(world)


def declare(world: World, *, drill: bool = False) -> Incident:
    answer = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="down", drill=drill), actor=world.actor(world.ana))
    assert isinstance(answer, desk.Done)
    return Incident.objects.get(pk=answer.incident)


def log(world: World, incident: Incident, entry: str = "", **fields: str) -> str:
    command = t.Enter(record="complaint_log", entry=entry, fields=fields)
    answer = desk.handle(incident.pk, command, actor=world.actor(world.ana))
    assert isinstance(answer, desk.Done), answer
    return next(event.entry for event in answer.events if isinstance(event, t.RecordEntered))


def kept() -> dict[tuple[datetime, str], Decimal]:
    return {(row.at, row.labels): row.value for row in Sample.objects.filter(signal="complaints")}


@pytest.mark.row("REG-13")
def test_two_complaints_of_one_minute_are_two_and_the_source_is_shown(case):
    world, incident = case
    given = Given("complaints", NOW, Decimal(12), timedelta(hours=1))
    samples.record(world.organisation.id, [given], "per_x")
    for text in ("no line", "no voice"):
        log(world, incident, time=NOW.isoformat(), region="east", text=text)
    whole, *parts = readings.every(world.organisation.id, world.program, NOW)["complaints"]
    assert whole.value == 14
    assert {(part.label, part.of): part.value for part in parts} == {("region", "east"): 2, ("source", "complaint_log"): 2}


@pytest.mark.row("REG-13")
def test_a_complaint_that_is_corrected_counts_where_it_belongs_and_once(case):
    world, incident = case
    entry = log(world, incident, time=NOW.isoformat(), region="east", text="no line")
    log(world, incident, entry=entry, region="west")
    log(world, incident, entry=entry, handling="called back")
    assert kept() == {(NOW, '{"region":"west","source":"complaint_log"}'): Decimal(1)}


@pytest.mark.row("REG-13")
def test_what_is_written_in_a_drill_counts_nowhere(case):
    world, _incident = case
    log(world, declare(world, drill=True), time=NOW.isoformat(), text="no line")
    assert kept() == {}


@pytest.mark.row("DET-11", "REG-13")
def test_a_complaint_written_down_hides_no_silence_of_the_feed(case):
    world, incident = case
    given = [Given("complaints", NOW - n * MINUTE, Decimal(12), MINUTE) for n in (12, 11, 10)]
    samples.record(world.organisation.id, given, "per_x")
    log(world, incident, time=NOW.isoformat(), text="no line")
    whole = readings.every(world.organisation.id, world.program, clocks.now())["complaints"][0]
    assert whole.silent_since == NOW - 7 * MINUTE
    assert whole.value is None
