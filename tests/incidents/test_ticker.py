"""The ticker: what falls due is recorded once, soon, and by one worker only, whatever the others do."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.incidents.cast import MORNING, Cast, settle, wait
from tocsin.comms.models import Delivery
from tocsin.engine import terms as t
from tocsin.incidents import desk, doctor, downtime, journal, ticker
from tocsin.incidents.downtime import Pulse
from tocsin.incidents.models import Breach, BreachRow, ClockRow, Downtime, Entry, Heartbeat, Incident, Notice, TimelineRow
from tocsin.incidents.sitting import due
from tocsin.kit import clock, ids


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


@pytest.mark.row("I11")
def test_a_look_that_finds_nothing_is_in_the_way_of_nobody_who_writes(cast: Cast) -> None:
    cast.declare()
    settle()
    with CaptureQueriesContext(connection) as asked:
        assert not ticker.run_once()
    assert asked.captured_queries
    assert [query["sql"] for query in asked if not query["sql"].lstrip().upper().startswith("SELECT")] == []


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


@pytest.mark.row("CLK-07", "I12")
def test_a_downtime_is_told_some_at_a_time_and_after_what_is_due(cast: Cast) -> None:
    waiting = [cast.declare() for _ in range(3)]
    settle()
    clock.shift(timedelta(minutes=1))
    Pulse().beat(clock.now())
    late = cast.declare()
    assert not Incident.objects.filter(down_since__isnull=False).exists()
    cast.done(waiting[1], t.Note(words="we are back"))

    assert [downtime.tell(2) for _ in range(3)] == [True, True, False]
    assert not Downtime.objects.exists()
    woken = set(Incident.objects.filter(wake_at__lte=clock.now()).values_list("pk", flat=True))
    assert woken == {waiting[0].pk, waiting[2].pk}
    settle()
    kinds = [list(Entry.objects.filter(incident=one, type="DowntimeNoted").values_list("seq", flat=True)) for one in (*waiting, late)]
    assert [len(each) for each in kinds] == [1, 1, 1, 0]


@pytest.mark.row("CLK-07")
def test_what_is_due_does_not_wait_for_those_that_are_only_to_be_told_of_a_downtime(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "at_once", lambda: 1)
    for _ in range(3):
        cast.declare()
    settle()
    clock.shift(timedelta(minutes=1))
    Pulse().beat(clock.now())
    Incident.objects.filter(number="INC-3").update(wake_at=clock.now())
    ticker.run_once()
    assert list(Entry.objects.filter(type="DowntimeNoted").values_list("incident__number", flat=True)) == ["INC-3"]
    settle()
    assert Entry.objects.filter(type="DowntimeNoted").count() == 3


def test_whoever_looks_for_what_is_due_meets_nothing_that_waits(cast: Cast) -> None:
    incident = cast.declare()
    settle()
    incident.refresh_from_db()
    others = [replica(incident, n) for n in range(1_000)]
    Incident.objects.bulk_create(others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE incidents_incident")
    clock.shift(timedelta(minutes=31))
    with transaction.atomic():
        plan = due(clock.now()).select_for_update(skip_locked=True)[:100].explain(**MEASURED)
    assert "incident_wake" in plan
    assert "SCAN incidents" not in plan
    if connection.vendor == "postgresql":
        seen = [tree for tree in nodes(json.loads(plan)[0]["Plan"]) if "Scan" in tree["Node Type"]]
        assert [(tree["Actual Rows"], tree.get("Rows Removed by Filter", 0)) for tree in seen] == [(1, 0)]


MEASURED: dict[str, Any] = {"format": "json", "analyze": True} if settings.DATABASES["default"]["ENGINE"].endswith("postgresql") else {}


def replica(incident: Incident, n: int) -> Incident:
    """Return an incident that waits for years."""
    made = Incident(**{field.attname: getattr(incident, field.attname) for field in Incident._meta.concrete_fields})
    made.pk, made.number, made.wake_at = ids.new(), f"INC-{n + 1000}", clock.now() + timedelta(days=4000, seconds=n)
    return made


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def test_several_clocks_of_one_incident_that_are_due_are_one_turn(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.StateFacts(facts={"scope": "local"}))
    cast.done(incident, t.Decide(decision="set_level", option="low"))
    settle()
    clock.shift(timedelta(minutes=50))
    Heartbeat.objects.update(at=clock.now())
    before = Notice.objects.count()
    ticker.run_once()
    fallen = Entry.objects.filter(incident=incident, type__in=("ClockBreached", "OccurrenceMissed"))
    assert fallen.count() >= 2
    assert set(fallen.values_list("at", flat=True)) == {clock.now()}
    assert Notice.objects.count() == before + 1


def test_a_clock_that_is_set_while_the_server_runs_is_no_downtime(cast: Cast) -> None:
    incident = cast.declare()
    settle()
    clock.shift(timedelta(minutes=40))
    settle()
    assert not breaches(incident)[0].after_downtime


@pytest.mark.row("CLK-07")
@pytest.mark.parametrize(("pass_s", "downtimes"), [(8, 1), (3600, 2)])
def test_a_first_pass_that_is_slow_is_no_second_downtime(cast: Cast, monkeypatch: pytest.MonkeyPatch, pass_s: int, downtimes: int) -> None:
    """A machine that was paused for an hour in the middle of a pass is one."""
    settle()
    running, pass_time, noted = [0.0], desk.pass_time, []

    def go_on(seconds: int) -> None:
        running[0] += seconds
        clock.shift(timedelta(seconds=seconds))

    def slow(*args: Any, **kwargs: Any) -> int:
        go_on(pass_s)
        return pass_time(*args, **kwargs)

    def tell(_most: int) -> bool:
        noted.extend(Downtime.objects.all())
        Downtime.objects.all().delete()
        return False

    monkeypatch.setattr(clock, "running", lambda: running[0])
    monkeypatch.setattr(downtime, "pulse", Pulse())
    monkeypatch.setattr(desk, "pass_time", slow)
    monkeypatch.setattr(downtime, "tell", tell)
    clock.shift(timedelta(minutes=10))
    for _ in range(2):
        ticker.run_once()
        go_on(1)
        monkeypatch.setattr(desk, "pass_time", pass_time)
    assert len(noted) == downtimes


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
    (slow,) = ticker.claim(clock.now(), 10)
    assert ticker.claim(clock.now(), 10) == []
    clock.shift(ticker.LEASE)
    (fast,) = ticker.claim(clock.now(), 10)
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
    assert len(ticker.claim(clock.now(), 10)) == 1
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
