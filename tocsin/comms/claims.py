"""The two steps of a delivery that the database keeps: claim it for an attempt, and settle how the attempt ended."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from tocsin.comms import outbox
from tocsin.comms.models import Attempt, ChannelSetup, Delivery, State
from tocsin.comms.paces import Paces, Place
from tocsin.kit import bells, bulk, clock, tables
from tocsin.kit.sqlite import syncing

LEASE: Final = timedelta(seconds=15)  # an attempt's deadline, and what the database may take around it
AT_ONCE: Final = 2  # workers at one channel, so that a slow provider leaves threads to the others
PAUSE_AFTER: Final = 5  # attempts in a row without an answer
PAUSE: Final = timedelta(seconds=30)

# The states stand there as words, and not as parameters: SQLite only then sees that the index of those is enough (`Delivery.Meta`). Most
# deliveries that there are have ended long ago.
_DUE: Final = "state IN ('pending', 'sending') AND due_at <= {}"
_MOST_PRESSING: Final = "ORDER BY urgent DESC, due_at LIMIT {}"
_PLACE: Final = "organisation_id = {} AND channel = {}"
_SENDING: Final = "SELECT COUNT(*) FROM comms_delivery WHERE organisation_id = {} AND channel = {} AND state = 'sending' AND due_at > {}"
_PAUSED: Final = "SELECT COUNT(*) FROM comms_channelsetup WHERE organisation_id = {} AND name = {} AND paused_until > {}"
_LOCKED: Final = "SELECT id FROM comms_channelsetup WHERE organisation_id = {} AND name = {} FOR UPDATE"
_WELL: Final = """UPDATE comms_channelsetup SET failures = 0, paused_until = NULL
    WHERE organisation_id = {} AND name = {} AND (failures > 0 OR paused_until IS NOT NULL)"""


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


Ended = list[tuple[Attempt, Settlement]]


def claim(paces: Paces) -> list[Attempt]:
    """
    Return recorded attempts at the most pressing deliveries that are due, all of one channel and no more than its pace allows; mostly one, or
    none. Until the lease ends, nobody else claims them.

    What another worker claimed and never settled is due again when its lease has ended: that attempt is marked as lost, and the delivery
    as doubtful, since it may have arrived.
    """
    now, closed = clock.now(), paces.busy(AT_ONCE)
    while (place := _most_pressing(now, closed)) is not None:  # without a write: several threads ask every second
        if not _is_closed(place, now, paces):
            with paces.claimed(place) as alone:
                if alone:
                    with transaction.atomic():
                        return _claim(place, paces)
        closed.add(place)
    return []


def _claim(place: Place, paces: Paces) -> list[Attempt]:
    """Claim a helping of a channel. Within the caller's transaction."""
    _lock(place)
    now = clock.now()  # more may have come while this was waited for
    full = _is_full(place, now, paces)  # others may just have taken its last place
    return [] if full else _claimed(_due(place, now, paces.most(place)), now)


def _due(place: Place, now: datetime, most: int) -> list[Delivery]:
    """Return the most pressing deliveries of a channel that is locked."""
    locking = "FOR UPDATE SKIP LOCKED" if bulk.on_postgresql() else ""
    values = [*_named(place), ("timestamptz", now), ("integer", most)]
    return tables.select(Delivery, f"WHERE {_PLACE} AND {_DUE} {_MOST_PRESSING} {locking}", values)


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
    bulk.run(tables.change(Delivery, ["id"], [{**row, **sending} for row in sorted(changed, key=itemgetter("id"))]))
    bulk.run(tables.insert(Attempt, [{"delivery_id": one.delivery_id, "number": one.number, "started_at": now} for one in attempts]))
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
    """
    Record how attempts ended, and return of each whether its claim still held, so that the delivery ended with it.

    The disk is not waited for. Without this, the attempts count as lost, and others are made under the same keys.
    """
    with syncing.write(), transaction.atomic():
        syncing.defer()
        return _settle(ended, now)


def _settle(ended: Sequence[tuple[Attempt, Settlement]], now: datetime) -> list[bool]:
    held = _held([attempt for attempt, _ in ended])
    won = [attempt.delivery_id in held for attempt, _ in ended]
    rows = [(attempt, end) for (attempt, end), mine in zip(ended, won, strict=True) if mine]
    settled = sorted((_settled(attempt.delivery, end, now) for attempt, end in rows), key=itemgetter("id"))
    bulk.run(tables.change(Attempt, ["delivery_id", "number"], [_tried(attempt, end, now) for attempt, end in ended]))
    bulk.run(tables.change(Delivery, ["id"], settled))
    asked: defaultdict[Place, list[Settlement]] = defaultdict(list)
    for attempt, end in ended:
        if end.answered is not None:
            asked[attempt.delivery.organisation_id, attempt.delivery.channel].append(end)
    for place, ends in asked.items():
        _note_provider(place, ends, now)
    if any(not end.due_at and attempt.delivery.reported_at is None for attempt, end in rows):
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
        bulk.run(tables.change(Delivery, ["id"], sorted(rows, key=itemgetter("id"))))
        if mine:
            bells.ring(outbox.TO_SEND)


def _held(attempts: Sequence[Attempt]) -> set[UUID]:
    """Lock the deliveries and return those whose latest attempt is the one claimed."""
    numbers = {attempt.delivery_id: attempt.number for attempt in attempts}
    which = f"id IN ({', '.join(['{}'] * len(numbers))}) AND state = 'sending' ORDER BY id"
    locking = "FOR UPDATE" if bulk.on_postgresql() else ""
    found = bulk.asked(f"SELECT id, attempts FROM comms_delivery WHERE {which} {locking}", [("uuid", pk) for pk in numbers])  # noqa: S608
    return {pk for pk, number in ((bulk.uuid(value), number) for value, number in found) if number == numbers[pk]}


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


def _most_pressing(now: datetime, closed: Collection[Place]) -> Place | None:
    """Return the channel of the most pressing delivery that is due, but for those that are closed."""
    others = "".join(f" AND NOT ({_PLACE})" for _ in closed)
    values = [("timestamptz", now), *chain.from_iterable(map(_named, closed)), ("integer", 1)]
    found = bulk.asked(f"SELECT organisation_id, channel FROM comms_delivery WHERE {_DUE}{others} {_MOST_PRESSING}", values)  # noqa: S608
    return next(((bulk.uuid(organisation_id), channel) for organisation_id, channel in found), None)


def _is_closed(place: Place, now: datetime, paces: Paces) -> bool:
    """Return whether the channel takes nothing at the moment: as many attempts under way as may be, or a provider that is being spared."""
    return _is_full(place, now, paces) or bulk.asked(_PAUSED, [*_named(place), ("timestamptz", now)]) != [(0,)]


def _is_full(place: Place, now: datetime, paces: Paces) -> bool:
    sending: int = bulk.asked(_SENDING, [*_named(place), ("timestamptz", now)])[0][0]
    return paces.sending(place, sending) >= AT_ONCE * paces.most(place)


def _lock(place: Place) -> None:
    """Let nobody else claim of this channel; on SQLite nobody can."""
    if bulk.on_postgresql():
        bulk.asked(_LOCKED, _named(place))


def _named(place: Place) -> list[tuple[str, Any]]:
    return [("uuid", place[0]), ("text", place[1])]


def _note_provider(place: Place, ends: Sequence[Settlement], now: datetime) -> None:
    """Count failures in a row; spare a provider that is down, or that asked to be spared."""
    if all(end.answered and end.pause_until is None for end in ends):
        bulk.run([bulk.one(_WELL, _named(place))])
        return
    row = ChannelSetup.objects.select_for_update().filter(organisation_id=place[0], name=place[1]).first()
    if row is None:
        return
    before = row.failures, row.paused_until
    for end in ends:
        row.failures, row.paused_until = (0, None) if end.answered else (row.failures + 1, row.paused_until)
        if not end.answered and row.failures >= PAUSE_AFTER:
            row.paused_until = now + PAUSE
        row.paused_until = end.pause_until or row.paused_until
    if (row.failures, row.paused_until) != before:
        row.save(update_fields=["failures", "paused_until"])
