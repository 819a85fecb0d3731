"""A server whose clock is set while it serves: people see it, nothing is taken back, and what it made late is marked."""

from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType

import pytest
from django.db import DatabaseError

from tests.incidents.cast import MORNING, Cast, build, settle
from tests.incidents.test_ticker import breaches
from tests.kit.test_leaps import HOUR, MINUTE, Host
from tocsin.accounts import audit
from tocsin.accounts.models import AuditEntry
from tocsin.engine import terms as t
from tocsin.incidents import doctor, journal, leaps, ticker
from tocsin.incidents.models import BreachRow, Incident
from tocsin.kit import clock
from tocsin.kit.leaps import BELIEVED_AFTER_S


@pytest.fixture
def host(cast: Cast, morning: ModuleType) -> Iterator[Host]:
    """Give the machine on which this process runs, at nine in the morning."""
    made = Host(MORNING)
    morning.reset()
    clock.read_by(made.guard.now)
    yield made
    clock.read_by()


def look(host: Host) -> None:
    """Let the host look at its clock, and once more when a second reading counts."""
    leaps.run_once(host.guard)
    settle()
    host.pass_by(timedelta(seconds=BELIEVED_AFTER_S))
    leaps.run_once(host.guard)
    settle()


def leapt(incident: Incident) -> list[t.TimeLeapt]:
    return [written.event for written in journal.read(incident) if isinstance(written.event, t.TimeLeapt)]


@pytest.mark.row("F-11")
def test_what_a_leap_forward_makes_late_is_breached_after_a_second_reading_and_marked(cast: Cast, host: Host) -> None:
    incident = cast.declare()
    host.set(45 * MINUTE)
    settle()
    noted = cast.done(incident, t.Note(words="what time is it?"))
    leaps.run_once(host.guard)
    settle()
    assert (breaches(incident), noted.events[0].at) == ([], MORNING)

    look(host)
    (breach,) = breaches(incident)
    assert (breach.due_at, breach.clock_suspect, breach.after_downtime) == (MORNING + 30 * MINUTE, True, False)
    (event,) = leapt(incident)
    assert event.until - event.since == 45 * MINUTE
    assert BreachRow.objects.get(incident=incident, clock="look").clock_suspect
    assert list(doctor.examine_all()) == []


@pytest.mark.row("F-11")
def test_whoever_acts_first_by_the_new_time_finds_the_leap_on_record_before_anything_else(cast: Cast, host: Host) -> None:
    incident = cast.declare()
    host.set(45 * MINUTE)
    leaps.run_once(host.guard)
    host.pass_by(timedelta(seconds=BELIEVED_AFTER_S))
    leaps.run_once(host.guard)
    cast.done(incident, t.Note(words="late?"))
    events = [written.event for written in journal.read(incident) if written.event.at > MORNING]
    assert isinstance(events[0], t.TimeLeapt)
    assert isinstance(events[-1], t.Noted)
    assert breaches(incident)[0].clock_suspect


@pytest.mark.row("F-11")
def test_a_leap_that_is_taken_back_leaves_no_trace(cast: Cast, host: Host) -> None:
    incident = cast.declare()
    host.set(HOUR)
    leaps.run_once(host.guard)
    settle()
    host.set(-HOUR)
    look(host)
    assert (breaches(incident), leapt(incident)) == ([], [])


@pytest.mark.row("F-11")
def test_a_leap_backward_takes_nothing_back_and_lets_no_time_run_backward(cast: Cast, host: Host) -> None:
    incident = cast.declare()
    host.pass_by(31 * MINUTE)
    settle()
    before = breaches(incident)
    assert [one.clock_suspect for one in before] == [False]

    host.set(-HOUR)
    look(host)
    (event,) = leapt(incident)
    assert event.since - event.until == HOUR
    noted = cast.done(incident, t.Note(words="earlier?"))
    assert noted.events[0].at >= event.at >= before[0].at
    host.pass_by(2 * HOUR)
    settle()
    assert breaches(incident) == before
    assert list(doctor.examine_all()) == []


@pytest.mark.row("F-11")
def test_what_falls_due_later_is_not_doubted(cast: Cast, host: Host) -> None:
    incident = cast.declare()
    host.set(10 * MINUTE)
    look(host)
    host.pass_by(30 * MINUTE)
    settle()
    assert [one.clock_suspect for one in breaches(incident)] == [False]


@pytest.mark.row("F-11")
def test_every_organisation_is_told_once_however_many_processes_the_host_runs(cast: Cast, host: Host) -> None:
    incident, beside = cast.declare(), host.watch()
    other = build("Elsewhere", "example.net")
    host.set(HOUR)
    for guard in (host.guard, beside):
        leaps.run_once(guard)
    host.pass_by(timedelta(seconds=BELIEVED_AFTER_S))
    leaps.run_once(host.guard)
    settle()
    leaps.run_once(beside)
    settle()
    assert beside.now() == host.guard.now() == host.wall
    assert len(leapt(incident)) == 1
    for organisation in (cast.organisation, other.organisation):
        assert [entry.act for entry in audit.latest(organisation) if entry.act.startswith("clock")] == ["clock.leapt"]


@pytest.mark.row("F-11")
def test_a_process_that_still_goes_by_the_old_time_does_not_take_the_mark_away(cast: Cast, host: Host) -> None:
    incident, beside = cast.declare(), host.watch()
    host.set(HOUR)
    leaps.run_once(host.guard)
    host.pass_by(timedelta(seconds=BELIEVED_AFTER_S))
    leaps.run_once(host.guard)
    clock.read_by(beside.now)
    ticker.run_once()
    cast.done(incident, t.Note(words="what time is it?"))
    assert leapt(incident) == []
    clock.read_by(host.guard.now)
    settle()
    assert breaches(incident)[0].clock_suspect


def test_a_leap_that_cannot_be_written_down_is_not_believed(cast: Cast, host: Host, monkeypatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise DatabaseError("no")

    host.set(-HOUR)
    monkeypatch.setattr(leaps.audit, "record_everywhere", fails)
    with pytest.raises(DatabaseError):
        leaps.run_once(host.guard)
    assert clock.now() == MORNING
    assert not AuditEntry.objects.filter(act="clock.leapt").exists()
