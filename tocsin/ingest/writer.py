"""Group commit: one thread takes whatever has arrived into one transaction, and only then are the senders answered."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog
from django.db import Error, InterfaceError, OperationalError, connection, transaction

from tocsin.ingest import carrying, log
from tocsin.ingest.queues import Queues
from tocsin.kit import bells
from tocsin.kit.readonly import readonly
from tocsin.kit.reserve import reserve
from tocsin.kit.spool import NotWritten, Spool
from tocsin.kit.sqlite.breakdown import FLUSH_S, leave

ROWS_MAX = 4_000
BYTES_MAX = 8 * 1024 * 1024
BELL = "log"
"""Rung for the follower, once per group."""

_log = structlog.get_logger(__name__)


class NotStored(Exception):  # noqa: N818 - it says what became of the group
    """The group was not committed; its senders must try again. Nothing of it is retried here."""


class CommitFailed(NotStored):
    """The commit itself failed: what the disk holds is unknown, and only a fresh process may look."""


def store_in_log(arrived: Sequence[log.Arrived]) -> None:
    """
    Commit a group to the log; on PostgreSQL, which looks after its own disk.

    :raises NotStored: the database would not take it; it is as it was.
    :raises CommitFailed: the commit failed. End the process.
    """
    written = False
    try:
        with transaction.atomic():
            log.append(arrived)
            bells.ring(BELL)
            written = True
    except Error as error:
        # PostgreSQL ends itself when it must; losing the connection to it is no reason to end as well.
        away = isinstance(error, OperationalError | InterfaceError)
        connection.close()
        raise (CommitFailed if written and not away else NotStored)(str(error)) from error


def _passed() -> int:
    return carrying.mark().segment


class Spooled:
    """What keeps a group on SQLite: the spool, from which it is carried into the log. For one thread."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder, _passed)

    def begin(self) -> None:
        """Have ready what the first group needs."""
        with suppress(Error):  # as there: whoever appends meets it again
            self._spool.begin()

    def __call__(self, arrived: Sequence[log.Arrived]) -> None:
        """
        Return once a group is on the disk.

        :raises NotStored: the disk is full: what did not fit was taken back, and fits later.
        :raises CommitFailed: what the disk holds is unknown. End the process.
        """
        try:
            self._spool.append(carrying.records(arrived))
        except NotWritten as error:
            if error.full:
                reserve.give_up()
            raise (NotStored if error.full else CommitFailed)(str(error)) from error
        bells.ring(BELL)

    def close(self) -> None:
        """Keep nothing more."""
        self._spool.close()


@dataclass(slots=True)
class Ticket:
    """A body waiting for its commit; the event loop calls `told` once it is known whether it is durable."""

    arrived: log.Arrived
    told: Callable[[NotStored | None], None] | None

    @property
    def organisation_id(self) -> UUID:
        """Return whose it is."""
        return self.arrived.organisation_id

    @property
    def key_id(self) -> UUID:
        """Return by which of its keys it came."""
        return self.arrived.key_id

    @property
    def size(self) -> int:
        """Return what it takes of a group."""
        return self.arrived.size


class Writer:
    """The one thread of this process that appends to the log."""

    def __init__(
        self,
        queues: Queues[Ticket],
        *,
        store: Callable[[Sequence[log.Arrived]], None] | None = None,
        leave: Callable[[], None] = leave,
    ) -> None:
        self._queues = queues
        self._spooled = Spooled(folder) if store is None and (folder := carrying.folder()) is not None else None
        self._store = store or self._spooled or store_in_log
        self._leave = leave
        self._failed = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="lane-writer", daemon=True)
        self._thread.start()

    async def append(self, arrived: log.Arrived) -> None:
        """
        Return once `arrived` is durable.

        :raises NotStored: it is not; the sender must try again.
        """
        answer = self._loop.create_future()

        def told(failure: NotStored | None) -> None:
            if not answer.done():
                answer.set_result(failure)

        self.append_and_tell(arrived, told)
        failure = await answer
        if failure is not None:
            raise NotStored(str(failure)) from failure

    def append_and_tell(self, arrived: log.Arrived, told: Callable[[NotStored | None], None]) -> None:
        """
        Call `told` in the event loop once it is known whether `arrived` is durable: without a reason not to be, it is.

        The bytes that are held for it are let go here, as soon as that is known.
        """
        refusal = self._refusal()
        if refusal is None:
            self._queues.put(Ticket(arrived, told))
        else:
            self._queues.let_go(arrived, arrived.size)
            told(refusal)

    def keep(self, arrived: log.Arrived) -> None:
        """Append `arrived` with the next group, if it can be; nobody waits for it. The bytes that are held for it are let go here."""
        if self._refusal() is None:
            self._queues.put(Ticket(arrived, None))
        else:
            self._queues.let_go(arrived, arrived.size)

    def _refusal(self) -> NotStored | None:
        """Return why nothing is taken now."""
        if self._failed:
            return NotStored("the server is ending")
        if readonly.now:
            return NotStored("the disk is read-only")
        return NotStored("the disk is full") if reserve.scarce else None

    def close(self) -> None:
        """Commit what is queued and end the thread."""
        self._queues.close()
        self._thread.join()

    def _run(self) -> None:
        if self._spooled is not None:
            self._spooled.begin()
        while self._queues.wait() and not self._failed:
            self._commit()
        if self._spooled is not None:
            self._spooled.close()
        connection.close()

    def _commit(self) -> None:
        group = self._queues.take(ROWS_MAX, BYTES_MAX)
        failure: NotStored | None = None
        try:
            self._store([ticket.arrived for ticket in group])
        except NotStored as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - the catch point of the writer: without its thread every sender would wait for ever
            _log.exception("lane.fault", bodies=len(group))
            connection.close()
            failure = NotStored(type(error).__name__)
        self._failed = isinstance(failure, CommitFailed)
        self._loop.call_soon_threadsafe(self._answer, group, failure)

    def _answer(self, group: Sequence[Ticket], failure: NotStored | None) -> None:
        """In the event loop: tell the senders. After a failed commit everyone who waits is told, then the process ends."""
        if self._failed:
            group = [*group, *self._queues.take(1 << 30, 1 << 40)]
        for ticket in group:
            self._queues.let_go(ticket, ticket.size)
            if ticket.told is not None:
                self._loop.call_soon(ticket.told, failure)  # each by itself: a fault in one keeps no other back
        if self._failed:
            self._loop.call_later(FLUSH_S, self._leave)
        if failure is not None:  # last, since a full disk may take no log either
            _log.error("lane.not_stored", bodies=len(group), ends=self._failed, error=str(failure))
