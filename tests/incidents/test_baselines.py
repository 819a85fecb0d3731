"""Baselines at the server: computed from what was kept, shown with how, and overridden by what somebody types."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.world import World, build, load
from tocsin.engine import terms as t
from tocsin.engine.baselines import Mean
from tocsin.engine.program import Program
from tocsin.engine.spelling import spell
from tocsin.incidents import baselines, desk, journal, means, measured, plans, readings, samples, signals
from tocsin.incidents.models import BoardRow, Incident, Plan, Sample
from tocsin.incidents.samples import Given
from tocsin.kit import clock as clocks
from tocsin.kit import ids

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.fromisoformat("2025-06-10T02:30:00+00:00")
NOTICES = Path(__file__).parent.parent.joinpath("plan", "beside", "notice-rules.yaml").read_text("utf-8")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def world(clock) -> World:
    clock.freeze(NOW)
    return build()


def give(world: World, at: datetime, value: int, region: str = "", over: timedelta = 10 * MINUTE) -> None:
    labels = (("region", region),) if region else ()
    given = [Given("complaints", at + n * over, Decimal(value), over, labels) for n in range(1, HOUR // over + 1)]
    samples.record(world.organisation.id, given, "per_x")


def whole(world: World) -> readings.Reading:
    return readings.every(world.organisation.id, world.program, clocks.now())["complaints"][0]


def mean(world: World, program: Program | None = None, name: str = "complaints") -> Mean:
    how = readings.every(world.organisation.id, program or world.program, clocks.now())[name][0].how
    assert how is not None
    return how


def ended(world: World, plan: Plan, back: int, phase: str, beside: tuple[str, ...] = ()) -> Incident:
    """Let an incident have run for an hour, so many days back."""
    declaration = desk.Declaration(words="x", beside=beside)
    answer = desk.declare(world.organisation.id, plan.hash, declaration, actor=world.actor(world.chi))
    assert isinstance(answer, desk.Done)
    day = NOW - back * DAY
    BoardRow.objects.filter(incident=answer.incident).update(phase=phase, open=False, declared_at=day, closed_at=day + HOUR)
    return Incident.objects.get(pk=answer.incident)


@pytest.mark.row("DET-08")
def test_the_mean_of_the_same_hours_is_computed_and_says_how(world: World) -> None:
    for back in (1, 2, 3):
        give(world, NOW - back * DAY - 30 * MINUTE, 10 * back)
    give(world, NOW - 30 * MINUTE - HOUR, 1)
    how = whole(world).how
    assert how is not None
    assert (how.value, how.samples, how.days, how.of_days, how.left_out) == (120, 18, 3, 30, 0)


@pytest.mark.row("DET-08")
def test_a_day_with_an_incident_is_left_out_and_one_of_a_false_alarm_is_not(world: World) -> None:
    for back in (1, 2, 3):
        give(world, NOW - back * DAY - 30 * MINUTE, 10 * back)
    for back, phase in ((1, "closed"), (2, "cancelled")):
        ended(world, world.plan, back, phase)
    how = whole(world).how
    assert how is not None
    assert (how.value, how.days, how.left_out) == (150, 2, 1)


@pytest.mark.row("DET-08")
def test_each_region_is_held_against_its_own_mean(world: World) -> None:
    for region, value in (("east", 10), ("west", 5)):
        give(world, NOW - DAY - 30 * MINUTE, value, region)
        give(world, NOW - 30 * MINUTE - HOUR, value * 2, region)
    whole_, *parts = readings.every(world.organisation.id, world.program, NOW)["complaints"]
    assert whole_.mean == 90
    assert [(part.of, part.mean) for part in parts] == [("east", 60), ("west", 30)]


@pytest.mark.row("DET-08")
def test_a_typed_mean_overrides_the_computed_one(world: World) -> None:
    give(world, NOW - DAY - 30 * MINUTE, 10)
    give(world, NOW - HOUR, 10)
    assert whole(world).mean == 60
    samples.set_baseline(world.organisation.id, "complaints", Decimal(200), "per_x")
    assert (whole(world).mean, whole(world).how) == (200, None)


@pytest.mark.row("DET-02", "DET-08")
def test_a_peak_over_the_computed_mean_begins_the_preparatory_response(world: World) -> None:
    for back in range(1, 8):
        give(world, NOW - back * DAY - 30 * MINUTE, 10, over=5 * MINUTE)
    for minute, value in ((-5, 13), (0, 14)):
        given = [Given("complaints", NOW + minute * MINUTE, Decimal(value), 5 * MINUTE)]
        samples.record(world.organisation.id, given, "per_x")
        signals.run_once()
        assert Incident.objects.count() == (1 if value == 14 else 0)


@pytest.mark.row("DET-08")
def test_the_past_that_is_handed_in_counts_soon_after(world: World, clock) -> None:
    give(world, NOW - HOUR, 10)
    assert whole(world).mean is None
    give(world, NOW - DAY - 30 * MINUTE, 10)
    clock.shift(means.AGAIN_AFTER)
    assert whole(world).mean == 60
    assert measured.load(world.organisation.id, world.program, NOW - HOUR)["complaints"].mean_at(NOW) == 60


# ------------------------------------------------------------------ beside another plan


@pytest.mark.row("DET-08", "PLN-08")
def test_a_day_on_which_the_plan_ran_beside_another_is_left_out_and_alone_or_together_it_is_one_mean(world: World) -> None:
    notices = load(world.organisation, NOTICES)
    for back in (1, 2, 3):
        give(world, NOW - back * DAY - 30 * MINUTE, 10 * back)
    ended(world, notices, 2, "closed")
    together = ended(world, notices, 1, "closed", beside=(world.plan.hash,))
    composed = plans.program(world.organisation.id, together.plan_hash)

    alone = mean(world)
    assert (alone.value, alone.days, alone.left_out) == (150, 2, 1)
    assert mean(world, composed, "hotline-outage~complaints") == alone


@pytest.mark.row("DET-08", "PLN-08")
def test_beside_a_plan_in_another_zone_a_day_is_the_day_of_the_own_plan(world: World, clock) -> None:
    notices = load(world.organisation, NOTICES)
    for hour, value in ((12, 99), (20, 90)):  # the later one is today's in Shanghai, and yesterday's in Warsaw
        given = Given("call_success", datetime(2025, 6, 9, hour, tzinfo=UTC), Decimal(value))
        samples.record(world.organisation.id, [given], "per_x")
    composed = plans.composed(world.organisation.id, [notices.hash, world.plan.hash])
    assert (composed.timezone, composed.zone("hotline-outage~call_success")) == ("Europe/Warsaw", "Asia/Shanghai")

    assert mean(world, composed, "hotline-outage~call_success").value == 99
    series = measured.load(world.organisation.id, composed, NOW - DAY)["hotline-outage~call_success"]
    midnight = datetime(2025, 6, 9, 16, tzinfo=UTC)
    assert [step for step, _ in series.means] == [midnight - DAY, midnight]
    assert series.mean_at(NOW) == 99
    clock.freeze(midnight + HOUR)  # in Warsaw it is still the day before
    assert mean(world, composed, "hotline-outage~call_success").value == 99


# ------------------------------------------------------------------ computed again


@pytest.mark.row("DET-08")
def test_what_comes_in_late_for_the_days_before_changes_the_mean_at_once(world: World) -> None:
    give(world, NOW - DAY - 30 * MINUTE, 10)
    assert mean(world).value == 60
    give(world, NOW - DAY - 30 * MINUTE, 20)
    assert mean(world).value == 120


def test_what_comes_in_now_and_elsewhere_computes_nothing_anew(world: World, django_assert_num_queries) -> None:
    give(world, NOW - DAY - 30 * MINUTE, 10)
    signal, step = world.program.signals["complaints"], NOW - 30 * MINUTE
    assert mean(world).value == 60
    give(world, NOW - HOUR, 10)
    samples.record(world.elsewhere.id, [Given("complaints", NOW - DAY, Decimal(7), MINUTE)], "per_x")
    with django_assert_num_queries(0):
        baselines.at(world.organisation.id, world.program, signal, step)


@pytest.mark.row("DET-08")
def test_what_another_process_has_heard_changes_the_mean_within_minutes(world: World, clock) -> None:
    give(world, NOW - DAY - 30 * MINUTE, 10)
    give(world, NOW - 2 * DAY - 30 * MINUTE, 30)
    incident = ended(world, world.plan, 1, "closed")
    assert mean(world).value == 180
    Sample.objects.update(value=20)
    BoardRow.objects.filter(incident=incident).update(phase="cancelled")
    assert mean(world).value == 180
    clock.shift(means.FRESH_FOR)
    assert (mean(world).value, mean(world).left_out) == (120, 0)


@pytest.mark.row("DET-08")
def test_what_an_incident_has_learnt_stays_and_the_new_mean_counts_from_the_next_sample_on(world: World, clock) -> None:
    (watch,) = [name for name, one in world.program.watches.items() if spell(one.test) == "complaints.excess >= 50.0"]

    def learnt(incident: Incident) -> list[t.Edge]:
        observed = [line.event for line in journal.read(incident) if isinstance(line.event, t.Observed)]
        return [event.edge for event in observed if event.edge.watch == watch]

    give(world, NOW - DAY - 30 * MINUTE, 10)
    answer = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="x"), actor=world.actor(world.chi))
    assert isinstance(answer, desk.Done)
    incident = Incident.objects.get(pk=answer.incident)
    samples.record(world.organisation.id, [Given("complaints", NOW, Decimal(100), HOUR)], "per_x")
    signals.run_once()
    before = learnt(incident)
    assert [(edge.value, edge.since) for edge in before[-1:]] == [(True, NOW)]

    Sample.objects.filter(at__lt=NOW - HOUR).update(value=30)
    clock.shift(means.FRESH_FOR)
    signals.run_once()
    assert learnt(incident) == before
    samples.record(world.organisation.id, [Given("complaints", clocks.now(), Decimal(100), HOUR)], "per_x")
    signals.run_once()
    assert [(edge.value, edge.since) for edge in learnt(incident)[len(before) :]] == [(False, clocks.now())]


def test_no_more_means_are_kept_than_there_is_room_for_and_none_that_is_not_fresh(clock) -> None:
    clock.freeze(NOW)
    memory = means.Memory(6)
    house = ids.new()
    some = {("line", str(number)): Mean(Decimal(1), 1, 1, 30, 0) for number in range(2)}
    keys = [means.Key(house, "hash", "complaints", NOW + number * HOUR) for number in range(3)]
    for key in keys:
        memory.remember(key, some, NOW)
    assert [memory.recall(key) is not None for key in keys] == [False, True, True]
    clock.shift(means.FRESH_FOR)
    memory.remember(keys[0], {}, NOW)
    assert [memory.recall(key) is not None for key in keys] == [True, False, False]
    memory.remember(keys[1], some, NOW)
    assert memory.recall(keys[0]) is not None, "what is gone takes no room"
