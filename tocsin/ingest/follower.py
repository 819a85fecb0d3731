"""The follower: reads the log behind the lane at its own pace, turn by turn of the organisations, and makes alerts and matches of it."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import DataError, IntegrityError, connection, transaction
from msgspec import structs

from tocsin.ingest import alerts, carrying, feeds, log, sources, tallies
from tocsin.ingest.carrying import Fresh
from tocsin.ingest.episodes import Heard, Outcome, hear
from tocsin.ingest.pace import Pace, Written
from tocsin.ingest.pings import checks
from tocsin.ingest.repeats import Counted, Repeats, mark_of
from tocsin.ingest.sources import Alert, Arrival
from tocsin.ingest.telling import clean
from tocsin.kit import bells, bulk, clock, faults, numbers, transactions, turns
from tocsin.kit.sqlite import room, syncing
from tocsin.kit.sqlite.gate import gate

BODIES_MAX = 500
BYTES_MIN, BYTES_MAX = 128 * 1024, 2 * 1024 * 1024
"""Of bodies in one turn."""
ORGANISATIONS_MAX = 64
"""Turns before the loop's heart beats again."""

FIRST = UUID(int=0)
BELL = "matches"
"""Rung for whoever declares incidents, once per turn in which something began or ended that a route wants."""
_NONE: Mapping[str, Any] = {}
_SET = frozenset(name for name, source in sources.registry().items() if source.settings)
_LOCKS = 0x70C51
_one_at_a_time = threading.Lock()

_log = structlog.get_logger(__name__)
_bodies = numbers.counter("tocsin_bodies_read_total", "Bodies of the log that were read", ["source", "outcome"])


class Overtaken(Exception):  # noqa: N818 - it says what happened
    """Somebody else has read these bodies meanwhile; nothing of this turn may be committed."""


class Changed(Exception):  # noqa: N818 - it says what happened
    """What was to be only counted is not as remembered; nothing of this turn may be committed."""


class Follower:
    """Reads the log."""

    def __init__(self) -> None:
        self._after = FIRST
        self._pace = Pace(BYTES_MIN, BYTES_MAX)
        self._repeats = Repeats()

    def run_once(self) -> bool:
        """
        Settle what has just come, if it can be read at once; otherwise give one turn to each of the next organisations with waiting bodies.
        Return whether there may be more.
        """
        room.make()
        fresh = carrying.fresh(BODIES_MAX, self._pace.size)
        if fresh is not None and faults.together(
            partial(self._settle_at_once, fresh), lambda: False, "bodies that were to be read at once"
        ):
            return False
        carrying.carry_all()
        turns = log.organisations(self._after, ORGANISATIONS_MAX)
        more = self._after != FIRST or len(turns) == ORGANISATIONS_MAX
        self._after = turns[-1] if len(turns) == ORGANISATIONS_MAX else FIRST
        unfinished: list[bool] = []
        faults.each(turns, lambda one: unfinished.append(self._settle(one)), "organisations whose bodies could not be read")
        return more or any(unfinished)

    def _settle_at_once(self, fresh: Fresh) -> bool:
        with turn(fresh.organisation_id) as mine:
            return mine and settle_at_once(fresh, self._pace, self._repeats)

    def _settle(self, organisation_id: UUID) -> bool:
        with turn(organisation_id) as mine:
            return mine and settle(organisation_id, self._pace, self._repeats)


class Read(msgspec.Struct, frozen=True):
    """A body that could be read, its mark, and what it says."""

    body: log.Waiting
    mark: bytes
    said: list[Heard]


@dataclass(slots=True)
class Batch:
    """
    What one turn reads: the bodies that could be read with what each says, and those that only come again.

    `settled` says within the transaction that these are read; false if somebody else has read any of them meanwhile.
    """

    organisation_id: UUID
    repeats: Repeats
    pace: Pace
    settled: Callable[[Sequence[log.Waiting]], bool]
    read: list[Read] = field(default_factory=list)
    counted: Counted = field(default_factory=Counted)

    @property
    def bodies(self) -> list[log.Waiting]:
        """Return all of them."""
        return [*(one.body for one in self.read), *self.counted.bodies]


def settle(organisation_id: UUID, pace: Pace, repeats: Repeats) -> bool:
    """
    Read the oldest waiting bodies of one organisation, a bounded number of them; return whether there may be more.

    Nobody else may do so at the same time.
    """
    those = Batch(organisation_id, repeats, pace, partial(_settled, organisation_id))
    waiting, more = log.waiting(organisation_id, BODIES_MAX, pace.size)
    for body, error in _read_all(those, waiting):
        _park(organisation_id, body, error)
    try:
        _write_in_pace(those, waiting)
    except Changed:
        return True
    except (DataError, IntegrityError):
        for one in those.read:
            _write_alone(organisation_id, one)
    return more


def settle_at_once(fresh: Fresh, pace: Pace, repeats: Repeats) -> bool:
    """
    Read what has just come, which so need not wait in the log, as in `settle`; return whether that was done.

    Whatever is in the way, a body that cannot be read or one that somebody else has read: nothing is written then.
    """
    those = Batch(fresh.organisation_id, repeats, pace, lambda _: carrying.keep(fresh))
    if _read_all(those, fresh.bodies):
        return False
    try:
        written = _write_in_pace(those, fresh.bodies)
    except Changed:
        return False
    if written:
        carrying.kept(fresh)
    return written


def _read_all(those: Batch, waiting: Sequence[log.Waiting]) -> list[tuple[log.Waiting, Exception]]:
    """Read bodies into a batch; return those that cannot be read, with the fault of each."""
    settings, faulty = _settings(waiting), []
    for body in waiting:
        mark = mark_of(those.organisation_id, body)
        if repeated := those.repeats.find(mark):
            those.counted.add(body, repeated)
        elif isinstance(said := attempt(body, settings.get(body.key_id, _NONE)), Exception):
            faulty.append((body, said))
        else:
            those.read.append(Read(body, mark, said))
    return faulty


def _write_in_pace(those: Batch, waiting: Sequence[log.Waiting]) -> bool:
    """
    Write a batch and learn from how long that took; return whether it was written, or somebody else has read any of it meanwhile.

    :raises Changed: something that came again is not as remembered; it was forgotten, and is to be read anew.
    """
    try:
        written = _write(those)
    except Changed:
        those.repeats.forget(those.counted)
        raise
    if written is not None:
        those.pace.took(written, _behind_s(waiting))
    return written is not None


def _settled(organisation_id: UUID, bodies: Sequence[log.Waiting]) -> bool:
    return log.settle(organisation_id, [body.position for body in bodies])


def _behind_s(waiting: Sequence[log.Waiting]) -> float:
    return (clock.now() - waiting[0].received_at).total_seconds() if waiting else 0.0


def read(body: log.Waiting, settings: Mapping[str, Any] = _NONE) -> list[Heard]:
    """Return what a body says, its feed set so. Pure; whatever it raises is a reason to park the body."""
    source = sources.registry()[body.source]
    payload = _decoder(source.name).decode(body.body)
    arrival = Arrival(body.received_at, settings)
    return [Heard(source.name, _in_utc(alert), body.received_at, body.position) for alert in source.parse(payload, arrival)]


@cache
def _decoder(source: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(sources.registry()[source].payload)


def _in_utc(alert: Alert) -> Alert:
    """
    Return `alert` with its times in UTC, as both databases keep them.

    :raises ValueError: there one is before the year 1 or after the year 9999.
    """
    if _is_utc(alert.starts_at) and _is_utc(alert.ends_at):
        return alert
    try:
        return structs.replace(alert, starts_at=_utc(alert.starts_at), ends_at=_utc(alert.ends_at))
    except OverflowError as error:
        raise ValueError(f"it fires from {alert.starts_at} until {alert.ends_at or 'now'}, which is no time that can be kept") from error


def _is_utc(at: datetime | None) -> bool:
    return at is None or at.tzinfo is UTC


def _utc(at: datetime | None) -> datetime | None:
    return at and at.astimezone(UTC)


def attempt(body: log.Waiting, settings: Mapping[str, Any]) -> list[Heard] | Exception:
    """Return what a body says, or the fault that keeps it from being read."""
    try:
        return read(body, settings)
    except Exception as fault:  # noqa: BLE001 - the catch point of the lane: any fault in one body is that body's, and whoever asked says so
        return fault


def fault(body: log.Waiting) -> str:
    """Return why a body cannot be read as things are now; nothing if it can."""
    (said,) = reread([body])
    return _reason(said) if isinstance(said, Exception) else ""


def reread(bodies: Sequence[log.Waiting]) -> list[list[Heard] | Exception]:
    """Return what each of these bodies says as things are now, or why it cannot be read any more."""
    settings = _settings(bodies)
    return [attempt(body, settings.get(body.key_id, _NONE)) for body in bodies]


def _settings(bodies: Sequence[log.Waiting]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return how the feeds of those bodies are set whose source reads it."""
    key_ids = {body.key_id for body in bodies if body.source in _SET}
    return feeds.settings_by_key(key_ids) if key_ids else {}


def _write_alone(organisation_id: UUID, one: Read) -> None:
    """Settle one body of a batch that the database would not take as a whole, or park it if it is the one."""
    try:
        _write(Batch(organisation_id, Repeats(), Pace(BYTES_MIN, BYTES_MAX), partial(_settled, organisation_id), [one]))
    except (DataError, IntegrityError) as error:
        _park(organisation_id, one.body, error)


def _write(those: Batch) -> Written | None:
    """
    Commit what bodies say and that they are read, together: a crash leaves both or neither, and then they are read again. Nothing is written
    where somebody else has read any of them meanwhile.

    All that can be thought out before is, so that the transaction only writes.

    :raises Changed: something that came again is not as remembered; what is remembered of it is to be forgotten.
    """
    organisation_id, repeats, counted, bodies = those.organisation_id, those.repeats, those.counted, those.bodies
    heard = [one for read in those.read for one in read.said]
    came = [(organisation_id, body.key_id, body.received_at) for body in bodies]

    def work() -> tuple[Written, Outcome]:
        known = alerts.known(organisation_id, {(one.source, one.alert.key) for one in heard})
        if any(standing.id in counted.alerts for standing in known.values()):
            raise Changed
        outcome = hear(known, heard)
        matches = alerts.matches(organisation_id, outcome.turns)
        statements = [*alerts.changes(organisation_id, outcome, matches), *tallies.count(read=came)]
        counting = list(repeats.statements(counted))
        those.pace.make_way()
        with syncing.write():
            begun = clock.monotonic()
            with transaction.atomic():
                syncing.defer()
                if not those.settled(bodies):
                    raise Overtaken
                bulk.run(statements)
                if bulk.run(counting) != len(counted.alerts):
                    raise Changed
                checks.hear(bodies)
                if matches:
                    bells.ring(BELL)
            return Written(clock.monotonic() - begun, gate.wanted()), outcome

    written = None
    if bodies:
        with suppress(Overtaken):
            written, outcome = transactions.retry(work)
            repeats.counted(counted)
            for read in those.read:
                repeats.learn(read.mark, read.said, outcome.standings)
            for source, count in Counter(body.source for body in bodies).items():
                _bodies.labels(source, "settled").inc(count)
    return written


@contextmanager
def turn(organisation_id: UUID) -> Iterator[bool]:
    """
    Hold the organisation's turn, so that its bodies are read in order; yield false if another process of the cluster holds it.

    Whoever stands still with it loses it with its connection; what it then would write, others have read.
    """
    if connection.vendor != "postgresql":
        with _one_at_a_time:
            yield True
        return
    with turns.turn(_LOCKS, organisation_id.bytes) as mine:
        yield mine


def _park(organisation_id: UUID, body: log.Waiting, error: Exception) -> None:
    reason = _reason(error)
    _log.warning("ingest.parked", organisation=str(organisation_id), position=body.position, source=body.source, reason=reason)
    _bodies.labels(body.source, "parked").inc()
    log.park(organisation_id, body.position, reason)


def _reason(error: Exception) -> str:
    """Return why a body was set aside, for whoever sent it: what is raised on purpose says so itself, anything else by its kind too."""
    if isinstance(error, ValueError) and str(error):
        return clean(str(error))
    return clean(f"{type(error).__name__}: {error}")
