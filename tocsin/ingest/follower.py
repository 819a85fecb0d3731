"""The follower: reads the log behind the lane at its own pace, turn by turn of the organisations, and makes alerts and matches of it."""

import zlib
from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec
import structlog
from django.db import DataError, IntegrityError, connection, transaction

from tocsin.ingest import alerts, log, sources
from tocsin.ingest.episodes import Heard, hear
from tocsin.kit import transactions

BODIES_MAX = 500
BYTES_MAX = 256 * 1024
"""About five hundred alerts: a turn holds the write gate for some tens of milliseconds at most."""
TURNS_MAX = 64

FIRST = UUID(int=0)
_LOCKS = 0x70C51

_log = structlog.get_logger(__name__)


class Overtaken(Exception):  # noqa: N818 - it says what happened
    """Another follower has read these bodies meanwhile; nothing of this turn may be committed."""


class Follower:
    """Reads the log. `matched` is called after a turn that left matches for whoever declares incidents."""

    def __init__(self) -> None:
        self.matched: Callable[[], None] = lambda: None
        self._after = FIRST

    def run_once(self) -> bool:
        """Give one turn to each of the next organisations with waiting bodies; return whether there may be more."""
        round_ = log.organisations(self._after, TURNS_MAX)
        self._after = round_[-1] if len(round_) == TURNS_MAX else FIRST
        for organisation_id in round_:
            if settle(organisation_id):
                self.matched()
        return bool(round_)


def settle(organisation_id: UUID) -> int:
    """Read the oldest waiting bodies of one organisation, a bounded number of them, and return how many matches they made."""
    bodies = log.waiting(organisation_id, BODIES_MAX, BYTES_MAX)
    readable: list[log.Waiting] = []
    heard: list[Heard] = []
    for body in bodies:
        try:
            heard += read(body)
            readable.append(body)
        except Exception as error:  # noqa: BLE001 - the catch point of the lane: any fault in one body parks that body
            _park(organisation_id, body, error)
    try:
        return _write(organisation_id, readable, heard)
    except (DataError, IntegrityError):
        return sum(_write_alone(organisation_id, body) for body in readable)


def read(body: log.Waiting) -> list[Heard]:
    """Return what a body says. Pure; whatever it raises is a reason to park the body."""
    source = sources.registry()[body.source]
    payload = msgspec.json.decode(body.body, type=source.payload)
    return [Heard(source.name, alert, body.received_at, body.position) for alert in source.parse(payload)]


def _write_alone(organisation_id: UUID, body: log.Waiting) -> int:
    """Settle one body of a batch that the database would not take as a whole, or park it if it is the one."""
    try:
        return _write(organisation_id, [body], read(body))
    except (DataError, IntegrityError) as error:
        _park(organisation_id, body, error)
        return 0


def _write(organisation_id: UUID, bodies: Sequence[log.Waiting], heard: Sequence[Heard]) -> int:
    """Commit what `bodies` say and that they are read, together; a crash leaves both or neither."""

    def work() -> int:
        with transaction.atomic():
            if not _alone(organisation_id):
                return 0
            if not log.settle(organisation_id, [body.position for body in bodies]):
                raise Overtaken
            known = alerts.known(organisation_id, {(one.source, one.alert.key) for one in heard})
            outcome = hear(known, heard)
            alerts.keep(organisation_id, outcome)
            log.trim_rejected(organisation_id)
            return alerts.match(organisation_id, outcome.turns)

    try:
        return transactions.retry(work) if bodies else 0
    except Overtaken:
        return 0


def _alone(organisation_id: UUID) -> bool:
    """Take the organisation's lock until the transaction ends; on SQLite the write gate is that lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCKS, zlib.crc32(organisation_id.bytes) - (1 << 31)])
        return bool(cursor.fetchone()[0])


def _park(organisation_id: UUID, body: log.Waiting, error: Exception) -> None:
    reason = f"{type(error).__name__}: {error}".replace(alerts.NUL, alerts.REPLACEMENT)
    _log.warning("ingest.parked", organisation=str(organisation_id), position=body.position, source=body.source, reason=reason)
    with transaction.atomic():
        log.park(organisation_id, body.position, reason)


FOLLOWER = Follower()
run_once = FOLLOWER.run_once
