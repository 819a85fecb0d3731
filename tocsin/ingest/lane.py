"""The lane: `POST /in/{source}/{key}`, answered once the body is valid and on the disk. Raw ASGI, nothing between it and the server."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import Error
from prometheus_client import Counter

from tocsin.ingest import nesting, problems, sources
from tocsin.ingest.keyring import Holder, Keyring, Overloaded
from tocsin.ingest.log import Arrived
from tocsin.ingest.problems import Answer, NotAccepted, Problem
from tocsin.ingest.queues import Queues
from tocsin.ingest.writer import NotStored, Ticket, Writer
from tocsin.kit import clock

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_ACCEPTED = problems.accepted()
_answers = Counter("tocsin_lane_answers_total", "Requests to the lane by what became of them", ["code"])
_accepted = _answers.labels("accepted")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the lane takes before it refuses."""

    body_bytes_max: int = 1024 * 1024
    read_s: float = 10.0
    held_bytes_max: int = 64 * 1024 * 1024
    organisation_held_bytes_max: int = 16 * 1024 * 1024


class Gone(Exception):  # noqa: N818 - it says what happened
    """The sender hung up before its body was whole."""


class Lane:
    """The ASGI application. Its thread and its cache begin with the first request, in that request's event loop."""

    def __init__(
        self,
        limits: Limits = Limits(),
        keyring: Callable[[], Keyring] = Keyring,
        writer: Callable[[Queues[Ticket]], Writer] = Writer,
    ) -> None:
        self._limits = limits
        self._queues: Queues[Ticket] = Queues(bytes_max=limits.held_bytes_max, organisation_bytes_max=limits.organisation_held_bytes_max)
        self._make_keyring = keyring
        self._make_writer = writer
        self._decoders = {name: msgspec.json.Decoder(source.payload) for name, source in sources.registry().items()}
        self._keyring: Keyring | None = None
        self._writer: Writer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._accept(scope, receive)
            _accepted.inc()
        except NotAccepted as refusal:
            _answers.labels(refusal.problem.code).inc()
            answer = refusal.problem.answer()
        except Gone:
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    def close(self) -> None:
        """Commit what is queued and end the writer."""
        if self._writer is not None:
            self._writer.close()

    async def _accept(self, scope: Scope, receive: Receive) -> Answer:
        source, secret = self._address(scope)
        holder = await self._holder(secret)
        body = await self._read(scope, receive, holder)
        arrived = Arrived(holder.organisation_id, source, holder.key_id, clock.now(), body)
        try:
            self._validate(source, body)
        except NotAccepted as refusal:
            self._write().keep(_rejected(arrived, refusal.problem))
            raise
        try:
            await self._write().append(arrived)
        except NotStored as error:
            raise NotAccepted(problems.NOT_STORED) from error
        return _ACCEPTED

    def _address(self, scope: Scope) -> tuple[str, str]:
        """Return source and secret from the path."""
        parts = scope["path"].split("/")
        if len(parts) != 4 or parts[2] not in self._decoders:
            raise NotAccepted(problems.UNKNOWN_SOURCE)
        if scope["method"] != "POST":
            raise NotAccepted(problems.POST_ONLY)
        return parts[2], parts[3]

    async def _holder(self, secret: str) -> Holder:
        """Return whom the secret lets in. It is asked before a byte of the body is read."""
        if self._keyring is None:
            self._keyring = self._make_keyring()
        try:
            holder = await self._keyring.find(secret)
        except Overloaded as error:
            raise NotAccepted(problems.BUSY) from error
        except Error as error:
            raise NotAccepted(problems.NO_DATABASE) from error
        if holder is None:
            raise NotAccepted(problems.UNKNOWN_KEY)
        return holder

    async def _read(self, scope: Scope, receive: Receive, holder: Holder) -> bytes:
        """Return the body, its bytes held in the queues' account until the writer has answered for them."""
        for name, value in scope["headers"]:
            if name == b"content-encoding" and value.lower() != b"identity":
                raise NotAccepted(problems.ENCODED)
            if name == b"content-length" and int(value) > self._limits.body_bytes_max:
                raise NotAccepted(problems.TOO_LARGE)
        held = 0
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(self._limits.read_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    chunk = message.get("body", b"")
                    if held + len(chunk) > self._limits.body_bytes_max:
                        raise NotAccepted(problems.TOO_LARGE)
                    if not self._queues.hold(holder.organisation_id, len(chunk)):
                        raise NotAccepted(problems.BUSY)
                    held += len(chunk)
                    chunks.append(chunk)
                    if not message.get("more_body"):
                        return b"".join(chunks)
        except TimeoutError:
            self._queues.let_go(holder.organisation_id, held)
            raise NotAccepted(problems.TOO_SLOW) from None
        except (NotAccepted, Gone, asyncio.CancelledError):
            self._queues.let_go(holder.organisation_id, held)
            raise

    def _validate(self, source: str, body: bytes) -> None:
        """Decode `body` as its source's payload and forget the result: the follower reads it again from the log."""
        if nesting.too_deep(body):
            raise NotAccepted(problems.TOO_DEEP)
        try:
            body.decode()
            self._decoders[source].decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise NotAccepted(problems.not_understood(str(error))) from error

    def _write(self) -> Writer:
        if self._writer is None:
            self._writer = self._make_writer(self._queues)
        return self._writer


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
