"""Signals at the desk: samples become edges, by sample time, whenever they arrive."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.world import World, build
from tocsin.engine import terms as t
from tocsin.engine.spelling import spell
from tocsin.engine.values import holding_since, holds
from tocsin.incidents import desk, journal, samples, signals, states, ticker
from tocsin.incidents.measured import Measured
from tocsin.incidents.models import Head, Incident, Lookout, Plan
from tocsin.incidents.samples import Given
from tocsin.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def case(clock) -> tuple[World, Incident]:
    world = build()
    clock.freeze(clock.now().replace(microsecond=0))
    answer = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="down"), actor=world.actor(world.chi))
    assert isinstance(answer, desk.Done)
    samples.set_baseline(world.organisation.id, "complaints", Decimal(100), "per_x")
    return world, Incident.objects.get(pk=answer.incident)


def state(incident: Incident):
    incident.refresh_from_db()
    return states.load(incident, Head.objects.get(pk=incident.pk))


def give(world: World, *readings: tuple[str, int, str], over: int = 0) -> None:
    now = clock.now()
    given = [Given(name, now + minutes * MINUTE, Decimal(value), over * MINUTE) for name, minutes, value in readings]
    samples.record(world.organisation.id, given, "per_x")


@pytest.mark.row("CLS-11", "CLS-12")
def test_a_measured_excess_proposes_a_level_with_its_values(case):
    world, incident = case
    give(world, ("complaints", 0, "170"), over=60)
    signals.run_once()
    proposal = state(incident).proposal
    assert proposal is not None
    assert (proposal.level, proposal.source) == ("l1", "rule")
    assert set(proposal.because) == {"r2", "r4"}


@pytest.mark.row("CLK-09", "TRM-04")
def test_a_hold_counts_from_the_sample_not_from_its_arrival(case):
    world, incident = case
    clock.shift(30 * MINUTE)
    give(world, *[(name, -20 + n, value) for n in range(21) for name, value in (("availability", "99.95"), ("call_success", "99.5"))])
    signals.run_once()
    since = holding_since(state(incident), world.program.conditions["core_stable"])
    assert since == clock.now() - 20 * MINUTE


@pytest.mark.row("CLK-09")
def test_a_late_sample_that_was_bad_starts_the_hold_anew(case):
    world, incident = case
    clock.shift(30 * MINUTE)
    good = (("availability", "99.95"), ("call_success", "99.5"))
    give(world, *[(name, -20 + n, value) for n in range(21) if n != 10 for name, value in good])
    signals.run_once()
    give(world, ("availability", -10, "98.0"), ("call_success", -10, "99.5"))
    signals.run_once()
    since = holding_since(state(incident), world.program.conditions["core_stable"])
    assert since == clock.now() - 9 * MINUTE


@pytest.mark.row("CLK-09")
def test_a_silent_feed_is_unknown_and_never_no_fault(case):
    world, incident = case
    give(world, *[(name, n - 5, value) for n in range(6) for name, value in (("availability", "99.95"), ("call_success", "99.5"))])
    signals.run_once()
    assert state(incident).conditions["core_stable"].value is True
    clock.shift(4 * MINUTE)
    signals.run_once()
    assert state(incident).conditions["core_stable"].value is None


def test_looking_twice_writes_nothing_twice(case):
    world, incident = case
    give(world, ("complaints", 0, "170"), over=60)
    signals.run_once()
    length = len(list(journal.read(incident)))
    give(world, ("complaints", 0, "170"), over=60)
    signals.run_once()
    signals.run_once()
    assert len(list(journal.read(incident))) == length


@pytest.mark.row("I8")
def test_samples_of_another_organisation_are_not_seen(case):
    world, incident = case
    samples.record(world.elsewhere.id, [Given("complaints", clock.now(), Decimal(500), 60 * MINUTE)], "per_x")
    signals.run_once()
    assert state(incident).proposal is None
    assert signals.edges_now(Measured(world.organisation.id, world.program), clock.now()) == ()


@pytest.mark.row("CLK-09")
def test_samples_that_come_late_close_the_gap_that_their_silence_had_left(case):
    world, incident = case
    good = (("availability", "99.95"), ("call_success", "99.5"))
    give(world, *[(name, n - 5, value) for n in range(6) for name, value in good])
    signals.run_once()
    clock.shift(30 * MINUTE)
    signals.run_once()
    assert state(incident).conditions["core_stable"].value is None
    give(world, *[(name, 0, value) for name, value in good])
    signals.run_once()
    assert holding_since(state(incident), world.program.conditions["core_stable"]) == clock.now()
    give(world, *[(name, n - 29, value) for n in range(30) for name, value in good])
    signals.run_once()
    assert holding_since(state(incident), world.program.conditions["core_stable"]) == clock.now() - 35 * MINUTE


@pytest.mark.row("TRM-04", "CLK-07")
def test_a_feed_that_fell_silent_while_the_server_was_down_completes_no_hold(case):
    world, incident = case
    good = (("availability", "99.95"), ("call_success", "99.5"))
    give(world, *[(name, n - 5, value) for n in range(6) for name, value in good])
    signals.run_once()
    clock.shift(90 * MINUTE)
    Incident.objects.filter(pk=incident.pk).update(down_since=clock.now() - 89 * MINUTE)
    desk.handle(incident.pk, t.Note(words="we are back"), actor=world.actor(world.ana))
    events = [line.event for line in journal.read(incident)]
    assert [event.since for event in events if isinstance(event, t.DowntimeNoted)] == [clock.now() - 89 * MINUTE]
    assert not [event for event in events if isinstance(event, t.ExpressionTurned) and event.subject == "held:core_stable"]
    assert state(incident).conditions["core_stable"].value is None
    length = len(events)
    signals.run_once()
    assert len(list(journal.read(incident))) == length


def test_a_new_mean_counts_from_the_latest_sample_on(case):
    world, incident = case
    give(world, *[("complaints", n - 5, "170") for n in range(6)], over=60)
    signals.run_once()
    (watch,) = [name for name, one in world.program.watches.items() if spell(one.test) == "complaints.excess >= 50.0"]
    assert state(incident).edges[watch].value is True
    samples.set_baseline(world.organisation.id, "complaints", Decimal(200), "per_x")
    signals.run_once()
    edge = state(incident).edges[watch]
    assert (edge.value, edge.since) == (False, clock.now())


@pytest.mark.row("CLS-18")
def test_a_change_of_proposal_is_told_to_who_decides_and_changes_nothing(case):
    world, incident = case
    for value in ("140", "170"):
        give(world, ("complaints", 0, value), over=60)
        signals.run_once()
        clock.shift(MINUTE)
    events = [line.event for line in journal.read(incident)]
    proposed = [event for event in events if isinstance(event, t.LevelProposed)]
    assert [event.level for event in proposed][-2:] == ["l2", "l1"]
    ana = world.actor(world.ana).person
    for change in proposed[-2:]:
        assert any(isinstance(event, t.Told) and ana in event.persons and event.at == change.at for event in events)
    assert state(incident).level == ""


@pytest.mark.row("TRM-04")
def test_live_samples_with_a_dip_hold_a_condition_for_less_than_its_time(case):
    world, incident = case
    core = world.program.conditions["core_stable"]
    for minute in range(36):
        dips = minute in (5, 6)
        give(world, ("availability", 0, "99.0" if dips else "99.95"), ("call_success", 0, "99.5"))
        signals.run_once()
        clock.shift(MINUTE)
    assert clock.now() - holding_since(state(incident), core) == 29 * MINUTE
    assert holds(world.program, state(incident), core, clock.now()) is False
    refused = desk.handle(incident.pk, t.Attest(condition="core_stable"), actor=world.actor(world.chi))
    assert isinstance(refused, t.Refused)
    clock.shift(MINUTE)
    while ticker.run_once():
        pass
    assert holds(world.program, state(incident), core, clock.now()) is True


def test_what_was_measured_days_ago_opens_nothing_in_an_incident_that_is_declared_today(case):
    world, incident = case
    old = [Given("cpu", clock.now() - timedelta(days=2) + n * MINUTE, Decimal(95 if n < 20 else 50)) for n in range(30)]
    samples.record(world.organisation.id, [replace(one, labels=(("node", "n1"),)) for one in old], "per_x")
    signals.run_once()
    assert "preparatory" not in state(incident).situations


def test_an_incident_that_this_release_cannot_read_keeps_nobody_elses_from_being_looked_at(case):
    world, incident = case
    blind = Plan.objects.create(organisation=world.organisation, plan_id="old", version="1", hash="f" * 64, source="tocsin: 1")
    answer = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="too"), actor=world.actor(world.chi))
    Incident.objects.filter(pk=answer.incident).update(plan_hash=blind.hash)
    give(world, ("complaints", 0, "170"), over=60)
    signals.run_once()
    assert state(incident).proposal is not None
    assert Lookout.objects.get(incident=answer.incident).look_at == clock.now() + signals.AGAIN_AFTER


def second(world: World) -> Incident:
    answer = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="too"), actor=world.actor(world.chi))
    assert isinstance(answer, desk.Done)
    return Incident.objects.get(pk=answer.incident)


def test_a_fault_at_one_incident_keeps_nobody_elses_from_learning_and_loses_nothing(case, monkeypatch):
    world, incident = case
    other = second(world)
    give(world, ("complaints", 0, "170"), over=60)
    handle = desk.handle

    def faulty(pk, *arguments, **more):
        if pk == incident.pk:
            raise KeyError("a fault of ours")
        return handle(pk, *arguments, **more)

    with monkeypatch.context() as broken:
        broken.setattr(desk, "handle", faulty)
        with pytest.raises(ExceptionGroup):
            signals.run_once()
    assert state(other).proposal is not None
    assert state(incident).proposal is None
    assert Lookout.objects.get(incident=incident).until is None
    assert not signals.run_once(), "it is not tried again at every turn"
    clock.shift(signals.AGAIN_AFTER)
    signals.run_once()
    assert state(incident).proposal is not None


def test_what_the_desk_refuses_to_learn_is_learned_once_it_does_not(case, monkeypatch):
    world, incident = case
    signals.run_once()
    before = Lookout.objects.get(incident=incident).until
    clock.shift(MINUTE)
    give(world, ("complaints", 0, "170"), over=60)
    with monkeypatch.context() as refusing:
        refusing.setattr(desk, "handle", lambda *_, **__: t.Refused("E502", "read-only", hint="wait"))
        signals.run_once()
    assert Lookout.objects.get(incident=incident).until == before
    assert state(incident).proposal is None
    clock.shift(signals.AGAIN_AFTER)
    signals.run_once()
    assert state(incident).proposal is not None
