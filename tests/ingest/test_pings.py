"""Pings: a job says that it ran, and is missed when it does not; our own downtime makes nobody late."""

import json
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest

from tests.ingest import posting
from tests.ingest.test_follower import follow
from tests.world import World
from tocsin.accounts import founding, keys
from tocsin.ingest import feeds, log, received
from tocsin.ingest.lane import Lane
from tocsin.ingest.log import Arrived
from tocsin.ingest.models import Alert, Check, Listening
from tocsin.ingest.pings import checks, listening, schedule
from tocsin.ingest.pings.schedule import Course, Schedule
from tocsin.kit import clock as time_now

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOURLY = Schedule(grace=10 * MINUTE, period=HOUR)


@pytest.fixture
def backup(world: World, clock: ModuleType) -> Check:
    """Give a check that pings hourly, at noon; senders are answered all the time."""
    clock.freeze(NOON)
    check, _ = checks.create(world.organisation, "Night backup", HOURLY, by=world.ana)
    return check


def ping(check: Check, signal: str = "success", **more: Any) -> None:
    body = json.dumps({"signal": signal, **more}).encode()
    log.append([Arrived(check.feed.organisation_id, "ping", check.feed.keys.get().key, time_now.now(), body)])
    follow()


def passes(clock: ModuleType, by: timedelta) -> None:
    """Let time pass while senders are answered, and look for what is missed."""
    clock.shift(by)
    Listening.objects.update_or_create(id=1, defaults={"at": clock.now()})
    checks.run_once()
    follow()


def fires() -> list[str]:
    return list(Alert.objects.filter(firing=True).values_list("title", flat=True))


def test_a_check_that_pings_in_time_makes_no_alert_at_all(backup: Check, clock: ModuleType) -> None:
    for _ in range(3):
        ping(backup)
        passes(clock, HOUR + 9 * MINUTE)
    assert not Alert.objects.exists()


def test_a_check_that_is_missed_fires_once_since_it_was_due_and_its_next_ping_ends_it(backup: Check, clock: ModuleType) -> None:
    ping(backup)
    passes(clock, HOUR + 10 * MINUTE)
    assert fires() == []
    for _ in range(3):
        passes(clock, MINUTE)
    alert = Alert.objects.get()
    assert (alert.title, alert.firing, alert.starts_at, alert.received) == ("Night backup is overdue", True, NOON + HOUR + 10 * MINUTE, 1)
    assert alert.labels == {"check": "Night backup"}
    ping(backup)
    assert fires() == []
    passes(clock, HOUR + 11 * MINUTE)
    assert fires() == ["Night backup is overdue"]


def test_a_check_that_never_pinged_is_not_missed(backup: Check, clock: ModuleType) -> None:
    passes(clock, 100 * HOUR)
    assert fires() == []


def test_a_failure_fires_at_once_and_a_run_that_went_well_ends_it(backup: Check) -> None:
    ping(backup, "fail", status=3, text="no space left")
    alert = Alert.objects.get()
    assert (alert.title, alert.annotations) == ("Night backup failed with status 3", {"exit_status": "3", "text": "no space left"})
    ping(backup)
    assert fires() == []


def test_a_run_that_does_not_end_within_the_grace_is_missed(backup: Check, clock: ModuleType) -> None:
    ping(backup)
    passes(clock, 5 * MINUTE)
    ping(backup, "start")
    passes(clock, 11 * MINUTE)
    assert fires() == ["Night backup is overdue"]


def test_a_log_entry_changes_nothing(backup: Check, clock: ModuleType) -> None:
    ping(backup)
    passes(clock, HOUR)
    ping(backup, "log")
    passes(clock, 11 * MINUTE)
    assert fires() == ["Night backup is overdue"]


def test_a_ping_that_came_in_time_and_was_not_read_yet_counts(backup: Check, clock: ModuleType) -> None:
    ping(backup)
    clock.shift(HOUR)
    log.append([Arrived(backup.feed.organisation_id, "ping", backup.feed.keys.get().key, clock.now(), b'{"signal":"success"}')])
    passes(clock, 20 * MINUTE)
    assert not Alert.objects.exists()


def test_a_paused_check_is_not_missed_and_its_alert_ends(backup: Check, world: World, clock: ModuleType) -> None:
    ping(backup, "fail")
    checks.pause(backup, by=world.ana)
    follow()
    ping(backup, "fail")
    passes(clock, 50 * HOUR)
    assert fires() == []
    checks.resume(backup, by=world.ana)
    passes(clock, HOUR + 11 * MINUTE)
    assert fires() == ["Night backup is overdue"]


# ------------------------------------------------------------------ how it is called


@pytest.mark.parametrize("front", ["/in/ping/good", "/ping/good"])
@pytest.mark.parametrize(
    ("method", "behind", "said"),
    [
        ("GET", "", {"signal": "success"}),
        ("HEAD", "", {"signal": "success"}),
        ("POST", "/start", {"signal": "start"}),
        ("POST", "/fail", {"signal": "fail"}),
        ("POST", "/log", {"signal": "log"}),
        ("GET", "/0", {"signal": "success", "status": 0}),
        ("GET", "/17", {"signal": "fail", "status": 17}),
    ],
)
def test_a_ping_is_called_as_with_healthchecks(front: str, method: str, behind: str, said: dict[str, Any]) -> None:
    store = posting.Store()
    lane = posting.lane(store, source="ping")
    reply = posting.run(lane, posting.post(lane, front + behind, method=method))
    assert (reply.status, reply.body) == (200, "" if method == "HEAD" else "OK")
    told = json.loads(store.rows[0].body)
    assert {name: told[name] for name in said} == said


def test_what_is_sent_along_is_kept_as_text_whatever_it_is() -> None:
    store = posting.Store()
    lane = posting.lane(store, source="ping")
    posting.run(lane, posting.post(lane, "/ping/good/fail", b"disk \xff full" + b"x" * 20_000))
    told = json.loads(store.rows[0].body)["text"]
    assert told.startswith("disk \N{REPLACEMENT CHARACTER} full")
    assert len(told) == 10_000


@pytest.mark.parametrize(
    ("path", "status"),
    [("/ping/good/256", 400), ("/ping/good/never", 404), ("/ping/other", 403), ("/ping/other/night", 404), ("/ping/a/b/c/d", 404)],
)
def test_what_is_no_ping_is_refused_in_plain_words(path: str, status: int) -> None:
    store = posting.Store()
    lane = posting.lane(store, source="ping")
    reply = posting.run(lane, posting.post(lane, path))
    assert reply.status == status
    assert not [row for row in store.rows if not row.code]


# ------------------------------------------------------------------ a key of the organisation, and the name of a check


@pytest.fixture
def of_all(world: World) -> str:
    """Give the secret of a key of the organisation."""
    return keys.create(world.organisation, keys.INGEST, "cron", person=world.ana)[1]


def called(path: str) -> posting.Reply:
    lane = Lane()
    return posting.run(lane, posting.post(lane, path))


def test_one_key_of_the_organisation_pings_each_check_by_its_name(backup: Check, of_all: str, world: World) -> None:
    other, _ = checks.create(world.organisation, "Ночная копия", HOURLY, by=world.ana)
    assert called(f"/ping/{of_all}/night-backup/fail").status == 200
    assert called(f"/ping/{of_all}/{quote('ночная-копия')}/0").status == 200
    follow()
    assert fires() == ["Night backup failed"]
    assert list(Check.objects.order_by("pk").values_list("pk", "last_at")) == sorted([(backup.pk, NOON), (other.pk, NOON)])
    assert called(f"/ping/{of_all}/night-backup").status == 200
    follow()
    assert fires() == []


def test_a_name_opens_nothing_that_the_key_does_not(backup: Check, of_all: str, world: World) -> None:
    elsewhere, bo = founding.found("Elsewhere", "bo@example.org", "Bo", "en")
    theirs = keys.create(elsewhere, keys.INGEST, "cron", person=bo)[1]
    own = feeds.add_key(backup.feed, person=world.ana)[1]
    checks.create(world.organisation, "Twice", HOURLY, by=world.ana)
    checks.create(world.organisation, "twice!", HOURLY, by=world.ana)
    for path in (f"{theirs}/night-backup", f"{own}/night-backup", f"{of_all}/day-backup", f"{of_all}/twice"):
        reply = called(f"/ping/{path}")
        assert (reply.status, "No check is called by this key and name." in reply.body) == (404, True)
    checks.remove(backup, by=world.ana)
    assert called(f"/ping/{of_all}/night-backup").status == 404


# ------------------------------------------------------------------ our own downtime


@pytest.mark.row("F-35")
def test_while_nobody_answers_nobody_is_late_and_everybody_is_given_that_time(backup: Check, clock: ModuleType) -> None:
    listening.Pulse().beat(clock.now())
    ping(backup)
    clock.shift(3 * HOUR)
    checks.run_once()
    follow()
    assert fires() == []
    listening.Pulse().beat(clock.now())
    assert Check.objects.get().due_at == NOON + 4 * HOUR + 10 * MINUTE
    passes(clock, HOUR)
    assert fires() == []
    passes(clock, 11 * MINUTE)
    assert fires() == ["Night backup is overdue"]


@pytest.mark.row("F-35")
def test_a_process_that_answered_all_the_time_gives_none(backup: Check, clock: ModuleType) -> None:
    pulse = listening.Pulse()
    pulse.beat(clock.now())
    ping(backup)
    clock.shift(3 * HOUR)  # the clock was set, and nobody was away
    pulse.beat(clock.now())
    assert Check.objects.get().due_at == NOON + HOUR + 10 * MINUTE


def test_a_ping_of_a_key_without_a_check_is_set_aside(world: World) -> None:
    log.append([Arrived(world.organisation.id, "ping", world.organisation.id, NOON, b'{"signal":"success"}')])
    follow()
    assert received.latest(world.organisation.id, received.PARKED, 1)[0].reason == "this key belongs to no check"


# ------------------------------------------------------------------ schedules


def missed(cron: str, zone: str, at: str, grace: timedelta = timedelta()) -> str:
    local = schedule.missed_at(Schedule(grace, None, cron, zone), datetime.fromisoformat(at))
    return local.isoformat()


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-28T02:31:00+01:00", "2026-03-29T01:00:00+00:00"),  # 02:30 does not exist in Warsaw that night
        ("2026-10-24T02:31:00+02:00", "2026-10-25T00:30:00+00:00"),  # it exists twice: the first counts
        ("2026-11-27T02:31:00+01:00", "2026-11-28T01:30:00+00:00"),
    ],
)
def test_a_cron_expression_is_read_in_its_zone(at: str, due: str) -> None:
    assert missed("30 2 * * *", "Europe/Warsaw", at) == due


@pytest.mark.parametrize("cron", ["", "* * * *", "61 * * * *", "* * * * * *", "0 0 30 2 *", "hourly", "*/" * 60 + " * * * *"])
def test_what_is_no_schedule_is_known(cron: str) -> None:
    assert schedule.wrong_cron(cron)


def test_a_start_never_puts_a_deadline_off() -> None:
    course = Course(NOON, None, NOON + 5 * MINUTE)
    assert schedule.after(HOURLY, course, "start", NOON).due_at == NOON + 5 * MINUTE


def test_a_run_that_names_itself_ends_no_other_that_has_started_since(backup, clock):
    course = schedule.after(HOURLY, Course(), "start", NOON, "one")
    course = schedule.after(HOURLY, course, "start", NOON + MINUTE, "two")
    ended = schedule.after(HOURLY, course, "success", NOON + 2 * MINUTE, "one")
    assert (ended.started_at, ended.due_at) == (NOON + MINUTE, NOON + 11 * MINUTE), "the second is still expected to end"
    for run in ("two", ""):
        assert schedule.after(HOURLY, ended, "success", NOON + 3 * MINUTE, run).started_at is None
    ping(backup, "start", run="one")
    ping(backup, "start", run="two")
    ping(backup, run="one")
    check = Check.objects.get()
    assert (check.run, check.started_at is not None) == ("two", True)
