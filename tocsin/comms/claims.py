"""The two steps of a delivery that the database keeps: claim it for an attempt, and settle how the attempt ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from tocsin.comms import outbox
from tocsin.comms.models import OPEN, Attempt, ChannelSetup, Delivery, State
from tocsin.kit import bells

LEASE: Final = timedelta(seconds=15)  # an attempt's deadline, and what the database may take around it
AT_ONCE: Final = 2  # attempts under way on one channel, so that a slow provider leaves threads to the others
PAUSE_AFTER: Final = 5  # attempts in a row without an answer
PAUSE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """
    How an attempt ended, and with it, perhaps, the delivery. `due_at` is set exactly while it stays pending.

    `answered` is nothing where the provider was not asked.
    """

    state: State
    outcome: str
    code: str = ""
    detail: str = ""
    hint: str = ""
    reference: str = ""
    due_at: datetime | None = None
    doubtful: bool = False
    answered: bool | None = None
    pause_until: datetime | None = None


def claim(now: datetime) -> Attempt | None:
    """
    Return a recorded attempt at the most pressing delivery that is due, or nothing. Until the lease ends, nobody else claims it.

    What another worker claimed and never settled is due again when its lease has ended: that attempt is marked as lost, and the delivery
    as doubtful, since it may have arrived.
    """
    while (due := _due(now)).exists():  # without a write: several threads ask every second
        with transaction.atomic():
            delivery = due.select_for_update(skip_locked=True).first()
            if delivery is None:
                return None
            if not _filled_meanwhile(delivery, now):
                return _claimed(delivery, now)
    return None


def _claimed(delivery: Delivery, now: datetime) -> Attempt:
    lost = Attempt.objects.filter(delivery=delivery, outcome="").update(outcome="lost", finished_at=now)
    delivery.state = State.SENDING
    delivery.attempts += 1
    delivery.due_at = now + LEASE
    delivery.doubtful = delivery.doubtful or bool(lost)
    delivery.save(update_fields=["state", "attempts", "due_at", "doubtful"])
    return Attempt.objects.create(delivery=delivery, number=delivery.attempts, started_at=now)


def _filled_meanwhile(delivery: Delivery, now: datetime) -> bool:
    """Tell, with the channel locked until the claim is committed, whether others have just taken its last place."""
    place = {"organisation_id": delivery.organisation_id, "name": delivery.channel}
    ChannelSetup.objects.select_for_update().filter(**place).first()
    return (delivery.organisation_id, delivery.channel) in _closed(now)


def settle(attempt: Attempt, end: Settlement, now: datetime) -> bool:
    """Record how the attempt ended, and return whether its claim still held, so that the delivery ended with it."""
    delivery = attempt.delivery
    with transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(outcome=end.outcome, detail=end.detail, finished_at=now)
        held = Delivery.objects.filter(pk=delivery.pk, attempts=attempt.number, state=State.SENDING)
        won = held.update(
            state=end.state,
            code=end.code,
            detail=end.detail,
            hint=end.hint,
            reference=end.reference,
            doubtful=delivery.doubtful or end.doubtful,
            due_at=end.due_at or now,
            finished_at=None if end.due_at else now,
        )
        if end.answered is not None:
            _note_provider(delivery, end, now)
        if won and not end.due_at:
            bells.ring(outbox.ENDED)
    return bool(won)


def faults(attempt: Attempt) -> int:
    """Return how many attempts at this delivery ended in an error of ours."""
    return Attempt.objects.filter(delivery_id=attempt.delivery_id, outcome="fault").count()


def _due(now: datetime) -> QuerySet[Delivery]:
    due = Delivery.objects.filter(state__in=OPEN, due_at__lte=now)
    for organisation_id, channel in _closed(now):
        due = due.exclude(organisation_id=organisation_id, channel=channel)
    return due.order_by("-urgent", "due_at")


def _closed(now: datetime) -> set[tuple[UUID, str]]:
    """The channels that take nothing at the moment: as many attempts under way as may be, or a provider that is being spared."""
    sending = Delivery.objects.filter(state=State.SENDING, due_at__gt=now)
    busy = sending.values_list("organisation_id", "channel").annotate(n=Count("id")).filter(n__gte=AT_ONCE)
    spared = ChannelSetup.objects.filter(paused_until__gt=now).values_list("organisation_id", "name")
    return {(organisation_id, channel) for organisation_id, channel, _ in busy} | set(spared)


def _note_provider(delivery: Delivery, end: Settlement, now: datetime) -> None:
    """Count failures in a row; spare a provider that is down, or that asked to be spared."""
    rows = ChannelSetup.objects.filter(organisation_id=delivery.organisation_id, name=delivery.channel)
    if end.answered:
        rows.filter(Q(failures__gt=0) | Q(paused_until__isnull=False)).update(failures=0, paused_until=None)
        return
    rows.update(failures=F("failures") + 1)
    rows.filter(failures__gte=PAUSE_AFTER).update(paused_until=now + PAUSE)
    if end.pause_until is not None:
        rows.update(paused_until=end.pause_until)
