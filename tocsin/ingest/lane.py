"""
The lane: `POST /in/{source}/{key}` and the doors of the sources, answered once the body is valid and on the disk.

Raw ASGI, nothing between it and the server. A source that reads bodies as they come has the short way.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from tocsin.ingest import nesting, plain, problems, sources
from tocsin.ingest.bodies import gunzip
from tocsin.ingest.calls import Scope, call_of
from tocsin.ingest.doors import Address, Call, Doors
from tocsin.ingest.held import NOBODY, Held, turn_away
from tocsin.ingest.keyring import Holder, Keyring, digest_of
from tocsin.ingest.log import Arrived
from tocsin.ingest.porter import Porter
from tocsin.ingest.problems import Answer, NotAccepted, Problem
from tocsin.ingest.queues import Queues
from tocsin.ingest.rates import Buckets
from tocsin.ingest.sources import Source
from tocsin.ingest.writer import NotStored, Ticket, Writer
from tocsin.kit import clock, numbers

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_ACCEPTED = problems.accepted()
_AS_IT_IS = (b"identity",)
_PACKED = (b"identity", b"gzip", b"x-gzip")
HEADS_MAX = 1024
"""Heads that are remembered with what they call for, none of them a long one: those of one sender differ in the length of the body only."""
_answers = numbers.counter("tocsin_lane_answers_total", "Requests to the lane by what became of them", ["code"])
_accepted = _answers.labels("accepted")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the lane takes before it refuses."""

    body_bytes_max: int = 1024 * 1024
    read_s: float = 10.0
    held_bytes_max: int = 64 * 1024 * 1024
    organisation_held_bytes_max: int = 16 * 1024 * 1024
    key_held_bytes_max: int = 12 * 1024 * 1024
    reserved_bytes: int = 8 * 1024 * 1024
    """For organisations that hold little, while others have taken all that they may."""


@dataclass(frozen=True, slots=True)
class Short:
    """A plain call to a source that reads bodies as they come: the short way (`wire.py`) is open to it."""

    source: Source
    secret: str = field(repr=False)
    digest: bytes
    length: int


class Gone(Exception):  # noqa: N818 - it says what happened
    """The sender hung up before its body was whole."""


class Lane:
    """The ASGI application. Its thread and its cache `begin` in the event loop that answers, at the latest with the first request."""

    def __init__(
        self,
        limits: Limits = Limits(),
        keyring: Callable[[], Keyring] = Keyring,
        writer: Callable[[Queues[Ticket]], Writer] = Writer,
    ) -> None:
        self.limits = limits
        self._queues: Queues[Ticket] = Queues(
            bytes_max=limits.held_bytes_max,
            organisation_bytes_max=limits.organisation_held_bytes_max,
            key_bytes_max=limits.key_held_bytes_max,
            reserved=limits.reserved_bytes,
        )
        self._buckets = Buckets()
        self._porter = Porter(keyring)
        self._make_writer = writer
        self._doors = Doors(sources.registry().values())
        self._decoders = {name: msgspec.json.Decoder(source.payload) for name, source in sources.registry().items()}
        self._heads: dict[bytes, Short | None] = {}
        self._writer: Writer | None = None

    def begin(self) -> None:
        """Have ready what the first request needs, in the event loop that will answer it."""
        self._porter.begin()
        self._write()

    def answers(self, scope: Scope) -> bool:
        """Return whether a request is for the lane."""
        return self._doors.answers(scope["path"], scope.get("raw_path", b""))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refuse: Callable[[Problem], Answer] = Problem.answer
        try:
            address = self._doors.find(scope["path"], scope.get("raw_path", b""))
            if address is None:
                raise NotAccepted(problems.UNKNOWN_SOURCE)
            refuse = address.source.refused
            answer = await self._accept(address, scope, receive)
            _accepted.inc()
        except NotAccepted as refusal:
            _answers.labels(refusal.problem.code).inc()
            answer = refuse(refusal.problem)
        except Gone:
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body if scope["method"] != "HEAD" else b""})

    def close(self) -> None:
        """Commit what is queued and end the writer."""
        if self._writer is not None:
            self._writer.close()
        self._porter.close()

    # ------------------------------------------------------------------ the short way

    def short(self, head: bytes) -> Short | None:
        """Return the call that a request's head makes if the short way is open to it."""
        try:
            return self._heads[head]
        except KeyError:
            pass
        if len(head) > plain.HEAD_BYTES_MAX:
            return None
        if len(self._heads) >= HEADS_MAX:
            self._heads.clear()
        found = self._heads[head] = self._read_head(head)
        return found

    def _read_head(self, head: bytes) -> Short | None:
        read = plain.read(head)
        address = self._doors.find(read.path) if read else None
        if read is None or address is None or not address.secret or read.length > self.limits.body_bytes_max:
            return None
        open_to_it = address.source.as_it_comes and "POST" in address.door.methods
        return Short(address.source, address.secret, digest_of(address.secret), read.length) if open_to_it else None

    def admit(self, short: Short) -> Holder | None:
        """
        Return whom a call's key lets in, and hold memory for its body, until it is taken or let go.

        None: the key is not at hand, or the call is not for the short way.
        """
        holder = self._porter.at_hand(short.secret, short.digest)
        if holder is None or holder.secrets or not short.source.opened_by(holder.source):
            return None
        if holder.per_minute and self._buckets.wait_s(holder.key_id, holder.per_minute):
            return None
        return holder if self._queues.hold(holder, short.length) else None

    async def ask(self, short: Short) -> None:
        """Let the key be at hand, if it opens anything."""
        with suppress(NotAccepted):
            await self._porter.admit(short.source, short.secret)

    def let_go(self, short: Short, holder: Holder) -> None:
        """Hold no memory for a call any more: its body does not come."""
        self._queues.let_go(holder, short.length)

    def take(self, short: Short, holder: Holder, body: bytes, told: Callable[[NotStored | None], None]) -> None:
        """
        Append the whole body of a call that was admitted; `told` is called in the event loop once it is known what became of it.

        :raises NotAccepted: it is not what its source sends.
        """
        arrived = Arrived(holder.organisation_id, short.source.name, holder.key_id, clock.now(), body)
        try:
            self._decode(short.source, body)
        except NotAccepted as refusal:
            self._write().keep(_rejected(arrived, refusal.problem))
            raise
        self._write().append_and_tell(arrived, told)

    def not_stored(self, short: Short, holder: Holder) -> Answer:
        """Return what the sender of a call is told whose body found no room on the disk, and count it."""
        return self.refused(short, turn_away(problems.NOT_STORED, holder).problem)

    def accepted(self) -> None:
        """Count a call that was answered so."""
        _accepted.inc()

    def refused(self, short: Short, problem: Problem) -> Answer:
        """Return what the sender of a call is told, and count it."""
        _answers.labels(problem.code).inc()
        return short.source.refused(problem)

    # ------------------------------------------------------------------ the long way

    async def _accept(self, address: Address, scope: Scope, receive: Receive) -> Answer:
        source, secret = address.source, address.secret
        if scope["method"] not in address.door.methods:
            raise NotAccepted(problems.method(address.door.methods))
        call = None if secret and source.as_it_comes else call_of(address, scope)
        if call is not None and not secret:
            secret = source.secret_in(call)
            if not secret and source.key_of is None:
                raise NotAccepted(problems.NO_KEY)
        holder = await self._porter.admit(source, secret) if secret else NOBODY
        self._keep_pace(holder)
        body = await self._read(scope, receive, holder, gzip=source.gzip)
        if call is None and not holder.secrets:
            return await self._take(source, holder, body)
        held = Held(self._queues, holder, len(body))
        try:
            return await self._read_and_take(source, holder, replace(call or call_of(address, scope), body=body), held)
        finally:
            held.free()

    def _keep_pace(self, holder: Holder) -> None:
        wait_s = self._buckets.wait_s(holder.key_id, holder.per_minute) if holder.per_minute else 0
        if wait_s:
            raise turn_away(problems.too_fast(wait_s), holder)

    async def _take(self, source: Source, holder: Holder, body: bytes) -> Answer:
        """Append a body that says all by itself. Its bytes are held; whoever writes or keeps it lets them go."""
        arrived = Arrived(holder.organisation_id, source.name, holder.key_id, clock.now(), body)
        try:
            self._decode(source, body)
        except NotAccepted as refusal:
            self._write().keep(_rejected(arrived, refusal.problem))
            raise
        await self._append(arrived)
        return _ACCEPTED

    async def _read_and_take(self, source: Source, holder: Holder, call: Call, held: Held) -> Answer:
        """Append what a call says with all its parts, once it is known whose it is."""
        raw, at, body = call.body, clock.now(), call.body
        if holder is not NOBODY:
            _check_signature(source, holder, call, raw, at)
        try:
            if call.headers.get("content-encoding", "identity").lower() != "identity":
                call = replace(call, body=self._unpack(raw))
            body = self._gather(source, call)
            payload = self._decode(source, body)
        except NotAccepted as refusal:
            if holder is not NOBODY:
                held.give(len(call.body))
                arrived = Arrived(holder.organisation_id, source.name, holder.key_id, at, call.body)
                self._write().keep(_rejected(arrived, refusal.problem))
            raise
        if holder is NOBODY:
            holder = await self._porter.admit(source, source.key_of(payload) if source.key_of else "")
            self._keep_pace(holder)
            held.move(holder)
            _check_signature(source, holder, call, raw, at)
        held.give(len(body))
        await self._append(Arrived(holder.organisation_id, source.name, holder.key_id, at, body))
        return source.accept(payload, call) if source.accept else _ACCEPTED

    async def _append(self, arrived: Arrived) -> None:
        try:
            await self._write().append(arrived)
        except NotStored as error:
            raise turn_away(problems.NOT_STORED, Holder(arrived.key_id, arrived.organisation_id)) from error

    async def _read(self, scope: Scope, receive: Receive, holder: Holder, *, gzip: bool) -> bytes:
        """Return the body, its bytes held in the queues' account until the writer has answered for them."""
        for name, value in scope["headers"]:
            if name == b"content-encoding" and value.lower() not in (_PACKED if gzip else _AS_IT_IS):
                raise NotAccepted(problems.ENCODED)
            if name == b"content-length" and int(value) > self.limits.body_bytes_max:
                raise NotAccepted(problems.TOO_LARGE)
        held = 0
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(self.limits.read_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    chunk = message.get("body", b"")
                    if held + len(chunk) > self.limits.body_bytes_max:
                        raise NotAccepted(problems.TOO_LARGE)
                    if not self._queues.hold(holder, len(chunk)):
                        raise turn_away(problems.BUSY, holder)
                    held += len(chunk)
                    chunks.append(chunk)
                    if not message.get("more_body"):
                        return b"".join(chunks)
        except TimeoutError:
            self._queues.let_go(holder, held)
            raise NotAccepted(problems.TOO_SLOW) from None
        except (NotAccepted, Gone, asyncio.CancelledError):
            self._queues.let_go(holder, held)
            raise

    def _unpack(self, packed: bytes) -> bytes:
        try:
            body = gunzip(packed, self.limits.body_bytes_max)
        except ValueError as error:
            raise NotAccepted(problems.NOT_UNPACKED) from error
        if body is None:
            raise NotAccepted(problems.TOO_LARGE)
        return body

    def _gather(self, source: Source, call: Call) -> bytes:
        """Return the one body that is kept of a call."""
        if source.gather is None:
            return call.body
        if not source.text and nesting.too_deep(call.body):
            raise NotAccepted(problems.TOO_DEEP)
        try:
            return source.gather(call)
        except (ValueError, msgspec.MsgspecError, RecursionError) as error:
            raise NotAccepted(problems.not_understood(str(error))) from error

    def _decode(self, source: Source, body: bytes) -> Any:
        """Decode `body` as its source's payload. What is acknowledged is only the bytes: the follower reads them again from the log."""
        if nesting.too_deep(body):
            raise NotAccepted(problems.TOO_DEEP)
        try:
            body.decode()
            return self._decoders[source.name].decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise NotAccepted(problems.not_understood(str(error))) from error

    def _write(self) -> Writer:
        if self._writer is None:
            self._writer = self._make_writer(self._queues)
        return self._writer


def _check_signature(source: Source, holder: Holder, call: Call, raw: bytes, at: datetime) -> None:
    signature = source.signature
    if signature and holder.secrets and not any(signature(secret, call.headers, raw, at) for secret in holder.secrets):
        raise NotAccepted(problems.UNSIGNED)


def _rejected(arrived: Arrived, problem: Problem) -> Arrived:
    return Arrived(
        arrived.organisation_id,
        arrived.source,
        arrived.key_id,
        arrived.received_at,
        arrived.body,
        problem.code,
        problem.detail or problem.title,
    )


application = Lane()
