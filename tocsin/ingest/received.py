"""The bodies as people see them: what came in and what became of it, one of them whole, and those to be read once more."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import transaction

from tocsin.ingest import follower, log, tallies, writer
from tocsin.ingest.models import Expired, RawBody, Rejected
from tocsin.kit import bells, transactions

SETTLED_KEPT: Final = timedelta(days=30)
PARKED_KEPT: Final = timedelta(days=90)
FORGOTTEN_AT_ONCE: Final = 500
REPLAYED_AT_ONCE: Final = 300
SEARCHED: Final = 2_000
"""How many bodies of each state are looked through for those of one key."""

WAITING, SETTLED, PARKED, REFUSED = "waiting", "settled", "parked", "refused"
_STATES: Final = {WAITING: RawBody.State.WAITING, SETTLED: RawBody.State.SETTLED, PARKED: RawBody.State.PARKED}
_NAMES: Final = {state.value: name for name, state in _STATES.items()}
_HEAD = ("id", "source", "key", "received_at", "reason", "length")


@dataclass(frozen=True, slots=True)
class Kept:
    """
    A body without its bytes. `name` finds it again: `raw-7` at position 7 of the log, `refused-7` beside it.

    Where `cut`, only the beginning of what was sent is kept.
    """

    name: str
    source: str
    key: UUID
    received_at: datetime
    state: str
    reason: str
    code: str
    length: int

    @property
    def cut(self) -> bool:
        """Return whether something of it is missing."""
        return self.state == REFUSED and self.length > log.REJECTED_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Unread:
    """A body that was asked to be read once more and was not, and why; without a reason too little of it was kept."""

    body: Kept
    reason: str = ""


def latest(organisation_id: UUID, state: str, limit: int, before: int = 0) -> list[Kept]:
    """Return the newest bodies in this state, those before position `before` if it is given."""
    if state == REFUSED:
        refused = Rejected.objects.filter(organisation_id=organisation_id, **_before(before)).order_by("-id")
        return [_refused(row) for row in refused.values_list(*_HEAD, "code")[:limit]]
    rows = RawBody.objects.filter(organisation_id=organisation_id, state=_STATES[state], **_before(before)).order_by("-id")
    return [_raw(row) for row in rows.values_list(*_HEAD, "state")[:limit]]


def latest_of(organisation_id: UUID, keys: Collection[UUID], limit: int) -> list[Kept]:
    """Return the newest bodies that came by one of these keys and are whole, of the newest of the organisation."""
    found = [one for state in _STATES for one in latest(organisation_id, state, SEARCHED) if one.key in keys]
    return sorted(found, key=lambda one: one.received_at, reverse=True)[:limit]


def count(organisation_id: UUID, state: str) -> int:
    """Return how many there are. Ask it of the states that stay few: not of the settled."""
    if state == REFUSED:
        return Rejected.objects.filter(organisation_id=organisation_id).count()
    return RawBody.objects.filter(organisation_id=organisation_id, state=_STATES[state]).count()


def one(organisation_id: UUID, name: str) -> tuple[Kept, bytes] | None:
    """Return one body of the organisation with its bytes."""
    kind, _, number = name.partition("-")
    if not number.isdecimal() or len(number) > 18:
        return None
    if kind == "refused":
        row = Rejected.objects.filter(organisation_id=organisation_id, id=int(number)).values_list(*_HEAD, "code", "body").first()
        return (_refused(row[:-1]), bytes(row[-1])) if row else None
    row = RawBody.objects.filter(organisation_id=organisation_id, id=int(number)).values_list(*_HEAD, "state", "body").first()
    return (_raw(row[:-1]), bytes(row[-1])) if row and kind == "raw" else None


def waiting_for_somebody(organisation_id: UUID) -> list[Kept]:
    """Return what is parked or refused and can be read once more, as many as are replayed at once; the oldest first."""
    found = [*latest(organisation_id, PARKED, REPLAYED_AT_ONCE), *latest(organisation_id, REFUSED, log.REJECTED_KEPT)]
    return sorted((body for body in found if not body.cut), key=lambda body: body.received_at)[:REPLAYED_AT_ONCE]


def replay(organisation_id: UUID, names: Iterable[str]) -> tuple[list[Kept], list[Unread]]:
    """
    Hand bodies that were parked or refused to the follower once more; return those, and the ones that it still could not read.

    Each keeps the time at which it came, so that what it says falls where it would have fallen then. One that was handed over
    meanwhile, or that is neither parked nor refused, is passed over.
    """
    done: list[Kept] = []
    unread: list[Unread] = []
    for kept, body in _found(organisation_id, islice(names, REPLAYED_AT_ONCE)):
        fault = "" if kept.cut else follower.fault(_waiting(kept, body))
        if kept.cut or fault:
            unread.append(Unread(kept, fault))
        elif transactions.retry(partial(_hand_over, organisation_id, kept, body)):
            done.append(kept)
    return done, unread


def forget(now: datetime) -> bool:
    """Drop bodies whose time is over, a helping of them; return whether there may be more."""
    tallies.forget(now)
    Expired.objects.filter(at__lt=now - SETTLED_KEPT).delete()
    return _forget(RawBody.State.SETTLED, now - SETTLED_KEPT) | _forget(RawBody.State.PARKED, now - PARKED_KEPT)


def _forget(state: RawBody.State, until: datetime) -> bool:
    # By position, which follows the time: the oldest are found without an index on it.
    oldest = RawBody.objects.filter(state=state).order_by("id").values_list("id", "received_at")[:FORGOTTEN_AT_ONCE]
    over = [position for position, received_at in oldest if received_at < until]
    if over:
        RawBody.objects.filter(id__in=over, state=state).delete()
    return len(over) == FORGOTTEN_AT_ONCE


def _found(organisation_id: UUID, names: Iterable[str]) -> Iterator[tuple[Kept, bytes]]:
    for name in dict.fromkeys(names):
        found = one(organisation_id, name)
        if found is not None and found[0].state in {PARKED, REFUSED}:
            yield found


def _hand_over(organisation_id: UUID, kept: Kept, body: bytes) -> bool:
    """Let the follower find it among what waits; false if somebody else has done so meanwhile."""
    number = int(kept.name.partition("-")[2])
    with transaction.atomic():
        if kept.state == PARKED:
            rows = RawBody.objects.filter(organisation_id=organisation_id, id=number, state=RawBody.State.PARKED)
            moved = rows.update(state=RawBody.State.WAITING, reason="")
        else:
            moved, _ = Rejected.objects.filter(organisation_id=organisation_id, id=number).delete()
            if moved:
                log.append([log.Arrived(organisation_id, kept.source, kept.key, kept.received_at, body)])
        if moved:
            bells.ring(writer.BELL)
    return bool(moved)


def _waiting(kept: Kept, body: bytes) -> log.Waiting:
    return log.Waiting(0, kept.source, kept.key, kept.received_at, body)


def _before(position: int) -> dict[str, int]:
    return {"id__lt": position} if position else {}


def _raw(row: tuple[object, ...]) -> Kept:
    return _kept("raw", row[:6], _NAMES[row[6]], "")  # type: ignore[index]


def _refused(row: tuple[object, ...]) -> Kept:
    return _kept("refused", row[:6], REFUSED, str(row[6]))


def _kept(kind: str, head: tuple[object, ...], state: str, code: str) -> Kept:
    number, source, key, received_at, reason, length = head
    return Kept(f"{kind}-{number}", source, key, received_at, state, reason, code, length)  # type: ignore[arg-type]
