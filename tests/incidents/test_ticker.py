"""The ticker: what falls due is recorded once, soon, and by one worker only, whatever the others do."""

from datetime import timedelta

import pytest

from tests.incidents.cast import MORNING, Cast, settle, wait
from tocsin.comms.models import Delivery
from tocsin.engine import terms as t
from tocsin.incidents import desk, doctor, journal, ticker
from tocsin.incidents.downtime import Pulse
from tocsin.incidents.models import Breach, BreachRow, ClockRow, Entry, Heartbeat, Incident, Notice, TimelineRow
from tocsin.kit import clock


def breaches(incident: Incident) -> list[t.ClockBreached]:
    return [written.event for written in journal.read(incident) if isinstance(written.event, t.ClockBreached)]


@pytest.mark.row("I4", "I5")
def test_a_clock_is_breached_after_its_due_instant_not_at_it_and_only_once(cast: Cast) -> None:
    incident = cast.declare()
    wait(timedelta(minutes=30))
    assert breaches(incident) == []
    wait(timedelta(microseconds=1))
    (breach,) = breaches(incident)
    assert (breach.clock, breach.due_at, breach.at) == ("look", MORNING + timedelta(minutes=30), clock.now())
    wait(timedelta(hours=2))
    assert breaches(incident) == [breach]


def test_the_owner_is_reminded_and_the_next_up_told(cast: Cast) -> None:
    incident = cast.declare()
    wait(timedelta(minutes=20))
    assert ClockRow.objects.get(incident=incident, clock="look").reminded
    wait(timedelta(minutes=11))
    told = [written.event for written in journal.read(incident) if isinstance(written.event, t.Told)]
    assert [event.persons for event in told] == [(cast.tom.person,), (cast.tom.person,), (cast.ana.person,)]


@pytest.mark.row("CLK-07", "I12")
def test_what_fell_due_while_the_server_was_down_is_caught_up_once_and_marked(cast: Cast) -> None:
    incident = cast.declare()
    settle()
    cast.done(incident, t.StateFacts(facts={"scope": "local"}))
    cast.done(incident, t.Decide(decision="set_level", option="low"))
    stopped_at = Heartbeat.objects.get().at
    clock.shift(timedelta(minutes=50))
    restart(cast)

    (down,) = [written.event for written in journal.read(incident) if isinstance(written.event, t.DowntimeNoted)]
    assert down.since == stopped_at
    (breach,) = breaches(incident)
    assert (breach.after_downtime, breach.late_s) == (True, 20 * 60)
    (missed,) = [written.event for written in journal.read(incident) if isinstance(written.event, t.OccurrenceMissed)]
    assert (missed.clock, missed.missed, missed.after_downtime) == ("summary", 3, True)
    assert Breach.objects.filter(incident=incident, clock="summary").count() == 3
    row = BreachRow.objects.get(incident=incident, clock="look")
    assert (row.after_downtime, row.late_s, row.person) == (True, 20 * 60, cast.tom.person)

    restart(cast)
    assert len(breaches(incident)) == 1


def restart(cast: Cast) -> None:
    """Let a fresh process take up the watch."""
    Pulse().beat(clock.now())
    settle()


@pytest.mark.row("CLK-07")
def test_a_person_who_acts_before_the_ticker_has_caught_up_finds_the_downtime_recorded_first(cast: Cast) -> None:
    incident = cast.declare()
    settle()
    clock.shift(timedelta(minutes=40))
    Pulse().beat(clock.now())
    cast.done(incident, t.Note(words="we are back"))

    kinds = list(TimelineRow.objects.filter(incident=incident, at=clock.now()).order_by("seq").values_list("kind", flat=True))
    assert kinds[0] == "DowntimeNoted"
    assert kinds[-1] == "Noted"
    assert breaches(incident)[0].after_downtime


def test_a_clock_that_is_set_while_the_server_runs_is_no_downtime(cast: Cast) -> None:
    incident = cast.declare()
    settle()
    clock.shift(timedelta(minutes=40))
    settle()
    assert not breaches(incident)[0].after_downtime


def test_an_incident_whose_tick_fails_waits_visibly_and_keeps_nobody_else_waiting(cast: Cast) -> None:
    broken, sound = cast.declare(), cast.declare()
    Entry.objects.filter(incident=broken, seq=2).update(type="NobodyKnows")
    Incident.objects.filter(pk=broken.pk).update(state="")
    wait(timedelta(minutes=31))

    assert len(breaches(sound)) == 1
    broken.refresh_from_db()
    assert broken.faults == 1
    assert broken.fault.startswith("E502: ")
    assert broken.fault_at == clock.now()

    Entry.objects.filter(incident=broken, seq=2).update(type=Entry.objects.get(incident=sound, seq=2).type)
    clock.shift(timedelta(seconds=5))
    settle()
    broken.refresh_from_db()
    assert (broken.fault, broken.faults) == ("", 0)
    assert len(breaches(broken)) == 1


@pytest.mark.row("I3", "I6")
def test_a_second_breach_of_the_same_clock_fails_as_a_whole_and_leaves_nothing_behind(cast: Cast) -> None:
    incident = cast.declare()
    key = {"clock": "look", "generation": 1, "occurrence": 1, "threshold": "due"}
    Breach.objects.create(organisation=cast.organisation, incident=incident, seq=1, **key)
    Incident.objects.filter(pk=incident.pk).update(wake_at=MORNING + timedelta(minutes=31))
    before = Entry.objects.count(), Delivery.objects.count(), Notice.objects.count()
    wait(timedelta(minutes=31))

    assert (Entry.objects.count(), Delivery.objects.count(), Notice.objects.count()) == before
    assert ClockRow.objects.get(incident=incident, clock="look").status == "open"
    incident.refresh_from_db()
    assert incident.fault.startswith("IntegrityError: ")
    assert doctor.examine(incident.pk) == ()


@pytest.mark.row("F-13")
def test_a_worker_that_lost_its_lease_writes_nothing(cast: Cast) -> None:
    incident = cast.declare()
    clock.shift(timedelta(minutes=31))
    (slow,) = ticker.claim(clock.now())
    assert ticker.claim(clock.now()) == []
    clock.shift(ticker.LEASE)
    (fast,) = ticker.claim(clock.now())
    before = Entry.objects.filter(incident=incident).count()

    with pytest.raises(desk.Overtaken):
        desk.handle(incident.pk, t.Tick(), actor=ticker.SYSTEM, fence=slow.fence)
    ticker.tick(slow)
    assert Entry.objects.filter(incident=incident).count() == before

    ticker.tick(fast)
    assert len(breaches(incident)) == 1


@pytest.mark.row("F-2")
def test_what_a_dead_worker_had_claimed_is_free_again_within_15_seconds(cast: Cast) -> None:
    incident = cast.declare()
    clock.shift(timedelta(minutes=31))
    assert len(ticker.claim(clock.now())) == 1
    settle()
    assert breaches(incident) == []
    clock.shift(timedelta(seconds=15))
    settle()
    assert len(breaches(incident)) == 1


def test_a_drill_waits_in_its_own_time(cast: Cast) -> None:
    fast = cast.declare(drill=True, drill_at=MORNING, drill_speed=60.0)
    still = cast.declare(drill=True, drill_at=MORNING, drill_speed=0.0)
    wait(timedelta(seconds=31))
    (breach,) = breaches(fast)
    assert breach.at == MORNING + timedelta(minutes=31)
    assert breaches(still) == []
    assert Incident.objects.get(pk=still.pk).wake_at is None
