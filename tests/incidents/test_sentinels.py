"""Sentinels: what is measured begins what the plan says without a person, once for each stretch, as a scenario of the same samples does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.incidents.cast import settle
from tests.world import PLAN, World, build, load
from tocsin.engine import terms as t
from tocsin.incidents import desk, doctor, journal, plans, samples, sentinels, signals
from tocsin.incidents.models import BoardRow, Incident, Plan, Sentinel
from tocsin.incidents.samples import Given
from tocsin.plan import shipped
from tocsin.plan.scenarios.play import play
from tocsin.plan.scenarios.play import series as series_of
from tocsin.plan.scenarios.story import load as story_of

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
START = datetime.fromisoformat("2025-06-03T00:30:00+00:00")


class Feed:
    """The world, and samples that arrive minute by minute."""

    def __init__(self, world: World, clock) -> None:
        self.world, self.clock = world, clock
        clock.freeze(START)

    def cpu(self, *values: object, node: str = "n1") -> None:
        """Let a reading of a node's processor arrive every minute."""
        for value in values:
            if value is not None:
                given = Given("cpu", self.clock.now(), Decimal(str(value)), labels=(("node", node),))
                samples.record(self.world.organisation.id, [given], "per_x")
            signals.run_once()
            self.clock.shift(MINUTE)

    def wait(self, minutes: int) -> None:
        self.clock.shift(minutes * MINUTE)
        signals.run_once()

    def begun(self) -> list[Incident]:
        return list(Incident.objects.filter(organisation=self.world.organisation).order_by("number"))

    def events(self, kind: type) -> list[t.AnyEvent]:
        return [event for incident in self.begun() for event in written(incident) if isinstance(event, kind)]


def written(incident: Incident) -> Iterator[t.AnyEvent]:
    return (line.event for line in journal.read(incident))


@pytest.fixture
def feed(clock) -> Feed:
    return Feed(build(), clock)


@pytest.mark.row("DET-05", "DET-10")
def test_a_trigger_begins_the_preparatory_response_without_a_person(feed: Feed) -> None:
    feed.cpu(95, 95, 95, 95, 95)
    assert feed.begun() == []
    feed.cpu(95)
    (incident,) = feed.begun()
    (declared,) = feed.events(t.Declared)
    (fired,) = feed.events(t.TriggerFired)
    assert (declared.means, declared.by, declared.at) == ("trigger", t.SYSTEM, START + 5 * MINUTE)
    assert (fired.trigger, fired.entry, fired.since, fired.opened) == ("hot_cpu", "n1", START, True)
    assert fired.seen == {"cpu.now": "95.00"}
    assert BoardRow.objects.get(incident=incident).phase == "warning"
    assert [event.template for event in feed.events(t.MessagePublished)] == ["trigger_push"]
    assert list(doctor.examine_all()) == []


@pytest.mark.row("DET-05")
def test_looking_again_restarting_and_sending_again_begin_nothing_twice(feed: Feed) -> None:
    feed.cpu(95, 95, 95, 95, 95, 95)
    Sentinel.objects.update(look_at=START)  # as after a restart
    signals.run_once()
    feed.clock.freeze(START + 5 * MINUTE)
    feed.cpu(95, 95, 95)
    assert len(feed.begun()) == 1
    assert len(feed.events(t.TriggerFired)) == 1


@pytest.mark.row("DET-06")
def test_while_an_incident_runs_firing_again_is_evidence(feed: Feed) -> None:
    feed.cpu(95, 95, 95, 95, 95, 95)
    feed.cpu(*[95] * 7, node="n2")
    settle()
    assert len(feed.begun()) == 1
    assert [(event.entry, event.opened) for event in feed.events(t.TriggerFired)] == [("n1", True), ("n2", False)]


@pytest.mark.row("DET-07")
def test_a_false_alarm_ends_it_and_only_a_new_stretch_begins_another(feed: Feed) -> None:
    feed.cpu(95, 95, 95, 95, 95, 95)
    (incident,) = feed.begun()
    chi = feed.world.actor(feed.world.chi)
    answer = desk.handle(incident.pk, t.Close(situation="preparatory", named="false_alarm", reason="maintenance"), actor=chi)
    assert isinstance(answer, desk.Done)
    assert BoardRow.objects.get(incident=incident).phase == "cancelled"
    feed.cpu(*[95] * 8)
    assert len(feed.begun()) == 1
    feed.cpu(50, *[95] * 6)
    assert len(feed.begun()) == 2


@pytest.mark.row("CLK-09")
def test_a_dip_starts_the_time_anew(feed: Feed) -> None:
    feed.cpu(95, 95, 95, 50, 95, 95, 95, 95, 95)
    assert feed.begun() == []
    feed.cpu(95)
    assert [event.since for event in feed.events(t.TriggerFired)] == [START + 4 * MINUTE]


@pytest.mark.row("CLK-09")
def test_a_sample_that_came_late_and_was_good_takes_the_time_away(feed: Feed) -> None:
    feed.cpu(95, 95, None, 95, 95)
    samples.record(feed.world.organisation.id, [Given("cpu", START + 2 * MINUTE, Decimal(50), labels=(("node", "n1"),))], "per_x")
    feed.cpu(95, 95, 95)
    assert feed.begun() == []
    feed.cpu(95)
    assert [event.since for event in feed.events(t.TriggerFired)] == [START + 3 * MINUTE]


@pytest.mark.row("DET-05", "CLK-09")
def test_what_was_measured_while_the_server_was_down_begins_it_afterwards(feed: Feed) -> None:
    feed.cpu(50, 50)
    given = [Given("cpu", START + n * MINUTE, Decimal(95 if n < 12 else 50), labels=(("node", "n1"),)) for n in range(2, 20)]
    feed.clock.shift(30 * MINUTE)
    samples.record(feed.world.organisation.id, given, "per_x")
    signals.run_once()
    (fired,) = feed.events(t.TriggerFired)
    assert (fired.since, fired.opened) == (START + 2 * MINUTE, True)


def test_history_that_somebody_hands_in_begins_nothing(feed: Feed) -> None:
    feed.cpu(50, 50)
    long_ago = START - timedelta(days=2)
    given = [Given("cpu", long_ago + n * MINUTE, Decimal(95), labels=(("node", "n1"),)) for n in range(30)]
    samples.record(feed.world.organisation.id, given, "per_x")
    feed.cpu(50, 50)
    assert feed.begun() == []


def test_a_plan_that_comes_into_force_begins_by_what_still_holds_and_not_by_what_is_past(feed: Feed) -> None:
    now = feed.clock.now()
    over = [Given("cpu", now - n * MINUTE, Decimal(50 if n < 5 else 95), labels=(("node", "past"),)) for n in range(20)]
    holds = [Given("cpu", now - n * MINUTE, Decimal(95), labels=(("node", "now"),)) for n in range(20)]
    samples.record(feed.world.organisation.id, [*over, *holds], "per_x")
    signals.run_once()
    assert [event.entry for event in feed.events(t.TriggerFired)] == ["now"]


@pytest.mark.row("I8")
def test_samples_of_another_organisation_begin_nothing_here(feed: Feed) -> None:
    given = [Given("cpu", START + n * MINUTE, Decimal(95), labels=(("node", "n1"),)) for n in range(10)]
    feed.clock.shift(10 * MINUTE)
    samples.record(feed.world.elsewhere.id, given, "per_x")
    signals.run_once()
    assert feed.begun() == []
    assert Incident.objects.filter(organisation=feed.world.elsewhere).count() == 1


def test_a_plan_that_is_withdrawn_begins_nothing_any_more(feed: Feed) -> None:
    feed.cpu(95, 95)
    plans.withdraw(feed.world.plan)
    feed.cpu(95, 95, 95, 95, 95)
    assert feed.begun() == []
    assert not Sentinel.objects.filter(organisation=feed.world.organisation).exists()


def test_a_new_version_does_not_fire_again_for_the_stretch_that_the_old_one_fired_for(feed: Feed) -> None:
    feed.cpu(95, 95, 95, 95, 95, 95)
    (incident,) = feed.begun()
    chi = feed.world.actor(feed.world.chi)
    desk.handle(incident.pk, t.Close(situation="preparatory", named="false_alarm", reason="maintenance"), actor=chi)
    newer = load(feed.world.organisation, shipped.sources()[PLAN].read_text("utf-8").replace('version: "1.0"', 'version: "1.1"', 1))
    plans.publish(newer)
    feed.cpu(95, 95, 95)
    assert len(feed.begun()) == 1


@pytest.mark.row("DET-03", "DET-05", "DET-10")
@pytest.mark.parametrize(("scenario", "minutes"), [("wc-h16", 54), ("triggers", 19), ("false-trigger", 5)])
def test_the_server_does_what_the_scenario_of_the_same_samples_does(feed: Feed, scenario: str, minutes: int) -> None:
    program = feed.world.program
    story = story_of(shipped.sources()[PLAN].parent / "scenarios" / f"{scenario}.yaml", program)
    told = play(program, story).events_upto(story.start + minutes * MINUTE)
    for name, mean in story.baseline.items():
        samples.set_baseline(feed.world.organisation.id, name, mean, "per_x")
    arriving = [(name, sample) for name, one in series_of(program, story).items() for sample in one.samples]
    for minute in range(minutes + 1):
        feed.clock.freeze(story.start + minute * MINUTE)
        now = feed.clock.now()
        given = [Given(name, one.at, one.value, one.over, one.labels) for name, one in arriving if now - MINUTE < one.at <= now]
        if given:
            samples.record(feed.world.organisation.id, given, "per_x")
        signals.run_once()
        settle()
    (incident,) = feed.begun()
    assert [_comparable(event) for event in written(incident)] == [_comparable(event) for event in told]


def _comparable(event: t.AnyEvent) -> tuple[object, ...]:
    what = event if isinstance(event, t.Observed | t.TriggerFired) else None
    return (type(event).__name__, event.at, what)


def test_a_worker_that_dies_between_looking_and_writing_leaves_it_to_the_next(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    feed.cpu(95, 95, 95, 95, 95)
    samples.record(feed.world.organisation.id, [Given("cpu", feed.clock.now(), Decimal(95), labels=(("node", "n1"),))], "per_x")
    taken = sentinels._claim(feed.clock.now())
    assert taken is not None
    signals.run_once()
    assert feed.begun() == []
    feed.clock.shift(sentinels.LEASE)
    signals.run_once()
    assert len(feed.begun()) == 1


@pytest.mark.row("DET-05", "I9")
def test_a_crash_while_it_begins_leaves_nothing_half_and_it_begins_once_afterwards(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    feed.cpu(95, 95, 95, 95, 95)
    samples.record(feed.world.organisation.id, [Given("cpu", feed.clock.now(), Decimal(95), labels=(("node", "n1"),))], "per_x")
    with monkeypatch.context() as broken:

        def crash(*_: object, **__: object) -> None:
            raise InterruptedError

        broken.setattr(sentinels.desk, "handle", crash)
        with pytest.raises(InterruptedError):
            signals.run_once()
    assert feed.begun() == []
    feed.clock.shift(sentinels.LEASE)
    signals.run_once()
    assert len(feed.begun()) == 1
    assert len(feed.events(t.TriggerFired)) == 1


@pytest.mark.row("DET-11", "CLK-09")
def test_a_feed_that_falls_silent_is_unknown_and_its_stretch_begins_anew(feed: Feed) -> None:
    feed.cpu(95, 95, 95)
    feed.wait(3)
    assert feed.begun() == []
    (edge,) = [edge for edge in Sentinel.objects.get(organisation=feed.world.organisation).edges if edge["watch"].endswith("[n1]")][-1:]
    assert edge["value"] is None
    feed.cpu(95, 95, 95, 95, 95)
    assert feed.begun() == []
    feed.cpu(95)
    assert [event.since for event in feed.events(t.TriggerFired)] == [START + 6 * MINUTE]


# ------------------------------------------------------------------ neither lost nor doubled


@pytest.mark.row("DET-05")
def test_what_the_desk_refuses_to_begin_begins_as_soon_as_it_no_longer_does(feed: Feed) -> None:
    feed.cpu(95, 95, 95, 95, 95)
    samples.record(feed.world.organisation.id, [Given("cpu", feed.clock.now(), Decimal(95), labels=(("node", "n1"),))], "per_x")
    Plan.objects.filter(pk=feed.world.plan.pk).update(status=plans.DRAFT)
    signals.run_once()
    assert feed.begun() == []
    assert Sentinel.objects.get(organisation=feed.world.organisation).fired == {}
    Plan.objects.filter(pk=feed.world.plan.pk).update(status=plans.IN_FORCE)
    feed.clock.shift(sentinels.AGAIN_AFTER)
    signals.run_once()
    signals.run_once()
    assert [(event.since, event.opened) for event in feed.events(t.TriggerFired)] == [(START, True)]
    assert len(feed.begun()) == 1


@pytest.mark.row("DET-05", "I9")
def test_an_incident_that_may_not_learn_why_it_begins_does_not_begin_and_is_tried_again(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.cpu(95, 95, 95, 95, 95)
    with monkeypatch.context() as refusing:
        refusing.setattr(sentinels.desk, "handle", lambda *_, **__: t.Refused("E502", "the incident is read-only"))
        feed.cpu(95)
    assert feed.begun() == []
    feed.clock.shift(sentinels.AGAIN_AFTER)
    signals.run_once()
    signals.run_once()
    assert [(event.since, event.opened) for event in feed.events(t.TriggerFired)] == [(START, True)]
    assert len(feed.begun()) == 1


@pytest.mark.row("DET-06")
def test_an_incident_that_a_person_declares_while_a_sentinel_looks_gets_no_second_beside_it(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, learned = feed.world, sentinels._learned

    def meanwhile(*arguments: object) -> tuple[t.Edge, ...]:
        answer = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="x"), actor=world.actor(world.chi))
        assert isinstance(answer, desk.Done)
        return learned(*arguments)

    monkeypatch.setattr(sentinels, "_learned", meanwhile)
    feed.cpu(95, 95, 95, 95, 95, 95)
    settle()
    assert [written_by.by for written_by in feed.events(t.Declared)] == [world.actor(world.chi).person]
    assert [(event.entry, event.since) for event in feed.events(t.TriggerFired)] == [("n1", START)]


def test_what_fired_for_things_that_are_long_gone_is_forgotten_and_what_still_holds_is_not(feed: Feed) -> None:
    def fired() -> set[str]:
        return set(Sentinel.objects.get(organisation=feed.world.organisation).fired)

    feed.cpu(*[95] * 6, node="gone")
    feed.cpu(*[95] * 6, node="hot")
    settle()
    assert fired() == {"hot_cpu[gone]", "hot_cpu[hot]"}
    (incident,) = feed.begun()
    chi = feed.world.actor(feed.world.chi)
    desk.handle(incident.pk, t.Close(situation="preparatory", named="false_alarm", reason="maintenance"), actor=chi)
    now = feed.clock.now()
    for minute in range(10 * 60):
        feed.clock.freeze(now + minute * MINUTE)
        samples.record(feed.world.organisation.id, [Given("cpu", feed.clock.now(), Decimal(95), labels=(("node", "hot"),))], "per_x")
        if minute % 60 == 0:
            signals.run_once()
    assert fired() == {"hot_cpu[hot]"}
    assert len(feed.begun()) == 1
    assert all("[gone]" not in edge["watch"] for edge in Sentinel.objects.get(organisation=feed.world.organisation).edges)


def test_what_was_over_when_a_plan_came_into_force_does_not_begin_anything_later_either(feed: Feed) -> None:
    now = feed.clock.now()
    given = [Given("cpu", now - n * MINUTE, Decimal(50 if n < 5 else 95), labels=(("node", "past"),)) for n in range(20)]
    samples.record(feed.world.organisation.id, given, "per_x")
    signals.run_once()
    feed.clock.shift(MINUTE)
    feed.cpu(50, 50, node="past")
    assert feed.begun() == []
