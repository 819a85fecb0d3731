"""The two steps of a delivery that the database keeps: claim it for an attempt, and settle how the attempt ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from tocsin.comms import outbox
from tocsin.comms.models import OPEN, Attempt, ChannelSetup, Delivery, State
from tocsin.comms.paces import Paces, Place
from tocsin.kit import bells, tables

LEASE: Final = timedelta(seconds=15)  # an attempt's deadline, and what the database may take around it
AT_ONCE: Final = 2  # workers at one channel, so that a slow provider leaves threads to the others
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


def claim(now: datetime, paces: Paces) -> list[Attempt]:
    """
    Return recorded attempts at the most pressing deliveries that are due, all of one channel and no more than its pace allows; mostly one, or
    none. Until the lease ends, nobody else claims them.

    What another worker claimed and never settled is due again when its lease has ended: that attempt is marked as lost, and the delivery
    as doubtful, since it may have arrived.
    """
    while (place := _most_pressing(now, paces)) is not None:  # without a write: several threads ask every second
        with transaction.atomic():
            organisation_id, channel = place
            ChannelSetup.objects.select_for_update().filter(organisation_id=organisation_id, name=channel).first()
            if not _is_closed(place, now, paces):  # with the channel locked: others may just have taken its last place
                due = _open(now).filter(organisation_id=organisation_id, channel=channel).order_by("-urgent", "due_at")
                return _claimed(list(due.select_for_update(skip_locked=True)[: paces.most(place)]), now)
    return []


def _claimed(deliveries: Sequence[Delivery], now: datetime) -> list[Attempt]:
    lost = _lost([delivery.pk for delivery in deliveries if delivery.attempts], now)
    attempts, changed = [], []
    for delivery in deliveries:
        delivery.state, delivery.due_at = State.SENDING, now + LEASE
        delivery.attempts += 1
        delivery.doubtful = delivery.doubtful or delivery.pk in lost
        attempts.append(Attempt(delivery=delivery, number=delivery.attempts, started_at=now))
        changed.append({"id": delivery.pk, **{name: getattr(delivery, name) for name in ("attempts", "due_at", "doubtful")}})
    sending = {"state": State.SENDING.value}
    tables.change(Delivery, ["id"], [{**row, **sending} for row in sorted(changed, key=itemgetter("id"))])
    tables.insert(Attempt, [{"delivery_id": one.delivery_id, "number": one.number, "started_at": now} for one in attempts])
    return attempts


def _lost(deliveries: Sequence[UUID], now: datetime) -> set[UUID]:
    """Mark what nobody settled as lost, and return of which deliveries something was."""
    if not deliveries:
        return set()
    unsettled = Attempt.objects.filter(delivery__in=deliveries, outcome="")
    lost = set(unsettled.values_list("delivery_id", flat=True))
    unsettled.update(outcome="lost", finished_at=now)
    return lost


def settle(ended: Sequence[tuple[Attempt, Settlement]], now: datetime) -> list[bool]:
    """Record how attempts at one channel ended, and return of each whether its claim still held, so that the delivery ended with it."""
    with transaction.atomic():
        held = _held([attempt for attempt, _ in ended])
        won = [attempt.delivery_id in held for attempt, _ in ended]
        rows = [(attempt, end) for (attempt, end), mine in zip(ended, won, strict=True) if mine]
        tables.change(Attempt, ["delivery_id", "number"], [_tried(attempt, end, now) for attempt, end in ended])
        tables.change(Delivery, ["id"], sorted((_settled(attempt.delivery, end, now) for attempt, end in rows), key=itemgetter("id")))
        _note_provider(ended, now)
        if any(not end.due_at for _, end in rows):
            bells.ring(outbox.ENDED)
    return won


def put_back(attempts: Sequence[Attempt], now: datetime) -> None:
    """Give back what was claimed and not begun: no attempt was made, so none stays on record."""
    with transaction.atomic():
        held = _held(attempts)
        mine = [attempt for attempt in attempts if attempt.delivery_id in held]
        for attempt in mine:
            Attempt.objects.filter(delivery_id=attempt.delivery_id, number=attempt.number).delete()
        rows = [{"id": one.delivery_id, "state": State.PENDING.value, "attempts": one.number - 1, "due_at": now} for one in mine]
        tables.change(Delivery, ["id"], sorted(rows, key=itemgetter("id")))
        if mine:
            bells.ring(outbox.TO_SEND, times=len(mine))


def _held(attempts: Sequence[Attempt]) -> set[UUID]:
    """Lock the deliveries and return those whose latest attempt is the one claimed."""
    numbers = {attempt.delivery_id: attempt.number for attempt in attempts}
    rows = Delivery.objects.filter(pk__in=numbers, state=State.SENDING).order_by("pk").select_for_update()
    return {pk for pk, number in rows.values_list("pk", "attempts") if number == numbers[pk]}


def _tried(attempt: Attempt, end: Settlement, now: datetime) -> dict[str, Any]:
    return {
        "delivery_id": attempt.delivery_id,
        "number": attempt.number,
        "outcome": end.outcome,
        "detail": end.detail,
        "finished_at": now,
    }


def _settled(delivery: Delivery, end: Settlement, now: datetime) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "state": end.state.value,
        "code": end.code,
        "detail": end.detail,
        "hint": end.hint,
        "reference": end.reference,
        "doubtful": delivery.doubtful or end.doubtful,
        "due_at": end.due_at or now,
        "finished_at": None if end.due_at else now,
    }


def faults(attempt: Attempt) -> int:
    """Return how many attempts at this delivery ended in an error of ours."""
    return Attempt.objects.filter(delivery_id=attempt.delivery_id, outcome="fault").count()


def _open(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state__in=OPEN, due_at__lte=now)


def _most_pressing(now: datetime, paces: Paces) -> Place | None:
    """Return the channel of the most pressing delivery that is due, among those that take something now."""
    due = _open(now)
    for organisation_id, channel in _closed(now, paces):
        due = due.exclude(organisation_id=organisation_id, channel=channel)
    return due.order_by("-urgent", "due_at").values_list("organisation_id", "channel").first()


def _closed(now: datetime, paces: Paces) -> set[Place]:
    """The channels that take nothing at the moment: as many attempts under way as may be, or a provider that is being spared."""
    sending = Delivery.objects.filter(state=State.SENDING, due_at__gt=now)
    counted = sending.values_list("organisation_id", "channel").annotate(n=Count("id")).filter(n__gte=AT_ONCE)
    full = {(whose, channel) for whose, channel, n in counted if n >= AT_ONCE * paces.most((whose, channel))}
    spared = ChannelSetup.objects.filter(paused_until__gt=now).values_list("organisation_id", "name")
    return full | set(spared) | paces.busy(AT_ONCE)


def _is_closed(place: Place, now: datetime, paces: Paces) -> bool:
    organisation_id, channel = place
    sending = Delivery.objects.filter(organisation_id=organisation_id, channel=channel, state=State.SENDING, due_at__gt=now)
    return sending.count() >= AT_ONCE * paces.most(place)


def _note_provider(ended: Sequence[tuple[Attempt, Settlement]], now: datetime) -> None:
    """Count failures in a row; spare a provider that is down, or that asked to be spared."""
    asked = [(attempt.delivery, end) for attempt, end in ended if end.answered is not None]
    if not asked:
        return
    delivery, _ = asked[0]
    row = ChannelSetup.objects.select_for_update().filter(organisation_id=delivery.organisation_id, name=delivery.channel).first()
    if row is None:
        return
    before = row.failures, row.paused_until
    for _, end in asked:
        row.failures, row.paused_until = (0, None) if end.answered else (row.failures + 1, row.paused_until)
        if not end.answered and row.failures >= PAUSE_AFTER:
            row.paused_until = now + PAUSE
        row.paused_until = end.pause_until or row.paused_until
    if (row.failures, row.paused_until) != before:
        row.save(update_fields=["failures", "paused_until"])
