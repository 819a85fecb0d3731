"""The checks of an organisation: made and changed by people, moved on by their pings, missed when none comes."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from tocsin.accounts import audit
from tocsin.accounts.models import Organisation, Person
from tocsin.ingest import carrying, feeds, log, writer
from tocsin.ingest.models import Check, Feed, FeedKey, RawBody
from tocsin.ingest.pings import listening
from tocsin.ingest.pings.schedule import OVERDUE, PAUSED, Course, Schedule, after, missed_at
from tocsin.ingest.sources import ping
from tocsin.kit import bells, clock, transactions

JUDGED_AFTER: Final = timedelta(seconds=5)
"""A ping that came in time may still be on its way to the disk."""
AT_ONCE: Final = 100


@transaction.atomic
def create(organisation: Organisation, name: str, schedule: Schedule, *, by: Person) -> tuple[Check, str]:
    """Make a check and return it with the secret of its key, which cannot be read again."""
    feed, secret = feeds.create(organisation, ping.SOURCE.name, name, person=by)
    check = Check(feed=feed)
    _schedule(check, schedule)
    check.save(force_insert=True)
    _set(feed, paused=False)
    return check, secret


@transaction.atomic
def change(check: Check, schedule: Schedule, *, by: Person) -> None:
    """Expect a check otherwise from now on, counted from its last ping."""
    row = _locked(check)
    _schedule(row, schedule)
    if row.due_at is not None and row.last_at is not None and row.started_at is None:
        row.due_at = missed_at(schedule, row.last_at)
    row.save()
    audit.record(row.feed.organisation, by, "check.changed", row.feed.name)


@transaction.atomic
def pause(check: Check, *, by: Person) -> None:
    """Expect nothing of a check until it is resumed; an alert about it ends."""
    row = _locked(check)
    row.paused, row.due_at, row.overdue_since = True, None, None
    row.save()
    _set(row.feed, paused=True)
    _say(row.feed, PAUSED, None, clock.now())
    audit.record(row.feed.organisation, by, "check.paused", row.feed.name)


@transaction.atomic
def remove(check: Check, *, by: Person) -> None:
    """Remove a check: it is expected no more, an alert about it ends, and its address answers nobody. Its pings stay."""
    pause(check, by=by)
    feeds.remove(check.feed, by=by, ending=False)


@transaction.atomic
def resume(check: Check, *, by: Person) -> None:
    """Expect a check again: what it owed meanwhile is forgotten, the next run is counted from now."""
    row = _locked(check)
    row.paused, row.failed = False, False
    row.due_at = missed_at(schedule_of(row), clock.now()) if row.last_at is not None else None
    row.save()
    _set(row.feed, paused=False)
    audit.record(row.feed.organisation, by, "check.resumed", row.feed.name)


def schedule_of(check: Check) -> Schedule:
    """Return how often a check is expected."""
    return Schedule(check.grace, check.period, check.cron, check.zone)


def zones() -> set[str]:
    """Return the zones by whose clocks anything is expected."""
    return set(Check.objects.exclude(cron="").values_list("zone", flat=True).distinct())


def reckon(changed: Collection[str]) -> Iterator[tuple[UUID, datetime, datetime]]:
    """Expect what goes by the clocks of these zones when they now show its time; yield each check that moves, and from when to when."""
    for pk in Check.objects.filter(zone__in=changed, due_at__isnull=False, started_at=None).exclude(cron="").values_list("pk", flat=True):
        with transaction.atomic():
            row = Check.objects.select_for_update().get(pk=pk)
            before = row.due_at
            if before is None or row.last_at is None or row.started_at is not None:
                continue
            row.due_at = missed_at(schedule_of(row), row.last_at)
            row.save(update_fields=["due_at"])
        if row.due_at != before:
            yield pk, before, row.due_at


def hear(bodies: Sequence[log.Waiting]) -> None:
    """Move the checks on whose pings these bodies are. Within the transaction that settles them."""
    pings = [body for body in bodies if body.source == ping.SOURCE.name]
    if not pings:
        return
    made_for = dict(FeedKey.objects.filter(key__in={body.key_id for body in pings}).values_list("key", "feed"))
    checks = {row.pk: row for row in Check.objects.select_for_update().filter(pk__in=set(made_for.values())).order_by("pk")}
    for body in pings:
        if (feed_id := made_for.get(body.key_id)) is not None and (check := checks.get(feed_id)) is not None:
            _move(check, msgspec.json.decode(body.body, type=ping.Ping), body.received_at)
    for check in checks.values():
        check.save(update_fields=["last_at", "started_at", "run", "due_at", "failed", "overdue_since"])


def run_once() -> bool:
    """Let what is missed raise its alert; return whether there may be more."""
    now = clock.now()
    if not listening.anybody(now):
        return False
    due = list(Check.objects.filter(due_at__lte=now - JUDGED_AFTER).order_by("due_at").values_list("pk", flat=True)[:AT_ONCE])
    if due:
        carrying.carry_all()
    missed = [transactions.retry(partial(_miss, pk, now)) for pk in due]
    return len(due) == AT_ONCE and any(missed)


@transaction.atomic
def _miss(check_id: UUID, now: datetime) -> bool:
    """Say that a check is overdue, once, unless a ping of it has come that nobody has read yet."""
    check = Check.objects.select_for_update().select_related("feed").filter(pk=check_id, due_at__lte=now - JUDGED_AFTER).first()
    if check is None or check.due_at is None or _unread(check.feed, now):
        return False
    since, check.overdue_since, check.due_at = check.due_at, check.due_at, None
    check.save(update_fields=["overdue_since", "due_at"])
    _say(check.feed, OVERDUE, since, now)
    return True


def _unread(feed: Feed, now: datetime) -> bool:
    oldest = carrying.oldest()
    if oldest is not None and oldest <= now - JUDGED_AFTER:
        return True
    keys = feed.keys.values("key")
    return RawBody.objects.filter(organisation_id=feed.organisation_id, state=RawBody.State.WAITING, key__in=keys).exists()


def _say(feed: Feed, signal: str, since: datetime | None, at: datetime) -> None:
    """Put into the log what nobody sent: from there it is read like every ping."""
    body = msgspec.json.encode({"signal": signal, "since": since})
    log.append([log.Arrived(feed.organisation_id, ping.SOURCE.name, feeds.latest_key(feed), at, body)])
    bells.ring(writer.BELL)


def _move(check: Check, told: ping.Ping, at: datetime) -> None:
    if check.last_at is not None and at < check.last_at:
        return  # replayed: later ones have said more
    course = Course(check.last_at, check.started_at, check.due_at, check.failed, check.run)
    moved = after(schedule_of(check), course, told.signal, at, told.run)
    if moved.last_at == at:
        check.overdue_since = None
    check.last_at, check.started_at, check.run, check.failed = moved.last_at, moved.started_at, moved.run, moved.failed
    check.due_at = None if check.paused else moved.due_at


def _schedule(check: Check, schedule: Schedule) -> None:
    check.grace, check.period, check.cron, check.zone = schedule.grace, schedule.period, schedule.cron, schedule.zone


def _set(feed: Feed, *, paused: bool) -> None:
    feed.settings = {ping.CHECK: {"name": feed.name, "key": feed.pk.hex}, ping.PAUSE: paused}
    feed.save(update_fields=["settings"])


def _locked(check: Check) -> Check:
    return Check.objects.select_for_update().select_related("feed__organisation").get(pk=check.pk)
