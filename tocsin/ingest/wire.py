"""
The wire: uvicorn's HTTP with a short way into the lane before it.

A plain call is read, and answered once its group is committed, right on its connection: no task, no future, no ASGI. That is most of what
comes in a storm, and it costs a quarter. Whatever is not plain is handed to uvicorn with its connection, and so is every call that the
short way would have to refuse before it has the whole body: there is one place for refusals, the lane.
"""

import asyncio
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tocsin.ingest import problems
from tocsin.ingest.keyring import Holder
from tocsin.ingest.lane import Lane, Short, application
from tocsin.ingest.problems import Answer, NotAccepted, Problem
from tocsin.ingest.writer import NotStored
from tocsin.kit import doors

AHEAD_BYTES_MAX = 64 * 1024
"""What a sender may send before its last call is answered; then it is not read from until it is."""

_ACCEPTED = problems.accepted()


class Stage(Enum):
    """Where a connection stands."""

    FREE = auto()
    """Between two calls."""
    READING = auto()
    """The body of a plain call is not whole yet."""
    BUSY = auto()
    """A plain call waits for its key or for the disk."""
    LONG = auto()
    """Uvicorn has the connection, for good."""


class Wire(HttpToolsProtocol):
    """One connection."""

    lane: ClassVar[Lane] = application
    _written: ClassVar[tuple[object, bytes]] = (None, b"")
    """The answer to what is accepted, with the second's date in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._served = self.app
        self._connections_max, self.limit_concurrency = self.limit_concurrency, None  # uvicorn's answer says no time to come back
        self._stage = Stage.FREE
        self._call: tuple[Short, Holder] | None = None
        self._chunks: list[bytes] = []
        self._missing = 0
        self._ahead = b""
        self._ending = False
        self._active_at = 0.0
        self._slow: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        if self._stage is Stage.FREE:
            self._begin(data)
        elif self._stage is Stage.LONG:
            super().data_received(data)
        elif self._stage is Stage.READING:
            self._read(data)
        else:
            self._ahead += data
            if len(self._ahead) > AHEAD_BYTES_MAX:
                self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a body that will never be whole. One that waits for the disk is written all the same."""
        if self._stage is Stage.READING and self._call is not None:
            self.lane.let_go(*self._call)
        self._forget_timers()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close between two calls; within one, after its answer."""
        if self._stage is Stage.LONG:
            super().shutdown()
        elif self._stage is Stage.FREE:
            self.transport.close()
        else:
            self._ending = True

    def pause_writing(self) -> None:
        """Read no more from a sender that does not read its answers."""
        super().pause_writing()
        if self._stage is not Stage.LONG:
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read again."""
        super().resume_writing()
        if self._stage is not Stage.LONG:
            self.transport.resume_reading()

    def _begin(self, data: bytes, *, asked: bool = False) -> None:
        """Begin a call with whatever of it has arrived."""
        end = data.find(b"\r\n\r\n")
        short = self.lane.short(data[:end]) if end > 0 and not self._crowded() else None
        holder = self.lane.admit(short) if short is not None else None
        if short is not None and holder is not None:
            self._call, self._missing = (short, holder), short.length
            self._read(data[end + 4 :])
        elif short is None or asked:
            self._hand_over(data)
        else:
            self._stage = Stage.BUSY
            task = self.loop.create_task(self._ask(short, data))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def on_headers_complete(self) -> None:
        """Let whoever calls over a connection too many be told to come back."""
        self.app = doors.come_back if self._crowded() else self._served
        super().on_headers_complete()

    def _crowded(self) -> bool:
        """Return whether there are more connections than the server may have, or more calls under way."""
        most = self._connections_max
        return most is not None and (len(self.connections) >= most or len(self.tasks) >= most)

    async def _ask(self, short: Short, data: bytes) -> None:
        """Have the key looked up, and begin again: the long way says what is the matter if that failed."""
        try:
            await self.lane.ask(short)
        finally:
            self._ahead = data + self._ahead
            self._go_on(asked=True)

    def _read(self, data: bytes) -> None:
        """Take the body, or more of it."""
        if len(data) < self._missing:
            if self._stage is not Stage.READING:
                self._stage = Stage.READING
                self._slow = self.loop.call_later(self.lane.limits.read_s, self._too_slow)
            self._chunks.append(data)
            self._missing -= len(data)
            return
        if len(data) > self._missing:
            data, self._ahead = data[: self._missing], data[self._missing :]
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None
        self._take(b"".join([*self._chunks, data]) if self._chunks else data)

    def _take(self, body: bytes) -> None:
        self._stage, self._chunks = Stage.BUSY, []
        short, holder = self._called()
        try:
            self.lane.take(short, holder, body, self._stored)
        except NotAccepted as refusal:
            self._refuse(refusal.problem)

    def _stored(self, failure: NotStored | None) -> None:
        """Answer, now that it is known whether the body is on the disk."""
        if self.transport.is_closing():
            return
        if failure is not None:
            self._answer(self.lane.not_stored(*self._called()))
            return
        self.lane.accepted()
        of, written = Wire._written
        if of is not self.server_state.default_headers:
            written = self._spell(_ACCEPTED)
            Wire._written = (self.server_state.default_headers, written)
        self.transport.write(written)
        self._next()

    def _refuse(self, problem: Problem) -> None:
        self._answer(self.lane.refused(self._called()[0], problem))

    def _answer(self, answer: Answer) -> None:
        self.transport.write(self._spell(answer))
        if (b"connection", b"close") in answer.headers:
            self._ending = True
        self._next()

    def _spell(self, answer: Answer) -> bytes:
        status = b"HTTP/1.1 %d %s" % (answer.status, HTTPStatus(answer.status).phrase.encode())
        headers = [name + b": " + value for name, value in (*self.server_state.default_headers, *answer.headers)]
        return b"\r\n".join([status, *headers, b"", answer.body])

    def _next(self) -> None:
        """Be free for the next call, which may be here already."""
        self.server_state.total_requests += 1
        self._stage, self._active_at = Stage.FREE, self.loop.time()
        if self._ending:
            self.transport.close()
        elif self._ahead:
            self._stage = Stage.BUSY  # whatever comes meanwhile comes after it
            self.loop.call_soon(self._go_on)
        elif self._idle is None:
            self._idle = self.loop.call_later(self.timeout_keep_alive, self._still_there)

    def _go_on(self, *, asked: bool = False) -> None:
        if not self.transport.is_closing():
            data, self._ahead, self._stage = self._ahead, b"", Stage.FREE
            if not self.flow.write_paused:
                self.transport.resume_reading()
            self._begin(data, asked=asked)

    def _still_there(self) -> None:
        """Close a connection that nothing has come over for a while. One timer serves many calls."""
        left = self._active_at + self.timeout_keep_alive - self.loop.time()
        if self._stage is Stage.FREE and left <= 0:
            self.transport.close()
        else:
            self._idle = self.loop.call_later(max(left, 1.0), self._still_there)

    def _too_slow(self) -> None:
        self.lane.let_go(*self._called())
        self._stage, self._chunks = Stage.BUSY, []
        self._refuse(problems.TOO_SLOW)

    def _called(self) -> tuple[Short, Holder]:
        assert self._call is not None
        return self._call

    def _hand_over(self, data: bytes) -> None:
        self._stage = Stage.LONG
        self._forget_timers()
        self.transport.resume_reading()
        super().data_received(data)
        if self._ending:
            super().shutdown()

    def _forget_timers(self) -> None:
        for timer in (self._slow, self._idle):
            if timer is not None:
                timer.cancel()
        self._slow = self._idle = None
