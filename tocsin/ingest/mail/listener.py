"""
The listener for mail: what comes to `<key>@…` or `<source>+<key>@…` goes the way of everything else, through a lane, before it is accepted.

Mail of a source is what that source would have posted, in the text of the mail. One recipient at a time, so that each has its own answer.
With a certificate it takes mail over TLS alone, begun with STARTTLS: the address is the key. Without one, on another machine than its
senders, a mail server of the house stands before it.
"""

import asyncio
import re
import socket
import threading
from collections.abc import Callable
from typing import Any, Final

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException

from tocsin.accounts import keys
from tocsin.ingest import sources
from tocsin.ingest.lane import Lane, Limits
from tocsin.ingest.mail import message
from tocsin.ingest.mail.certificate import Certificate
from tocsin.ingest.sources import email

CONNECTIONS_MAX: Final = 50
QUIET_MAX_S: Final = 60.0
_KEY: Final = re.compile(keys.SECRET.pattern, re.IGNORECASE)
_log = structlog.get_logger(__name__)

_STORED: Final = "250 2.0.0 It is stored."
_LATER: Final = "451 4.3.0 It cannot be stored now. Send it again."
_NOBODY: Final = "550 5.1.1 There is no such address."
_UNSIGNED: Final = "550 5.7.1 This source takes only what is signed."
_TOO_LARGE: Final = "552 5.3.4 The message is too large."
_WRONG: Final = "554 5.6.0 What it says is not understood. It is kept as it came."


class Taker:
    """What the protocol asks: whom a mail is for, and whether it is stored."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        """Take one recipient that has the form of a key."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time."
        if target(address) is None:
            return _NOBODY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer once the mail is on the disk."""
        found = target(envelope.rcpt_tos[0])
        if found is None:
            return _NOBODY
        source, secret = found
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        body, kind = (raw, email.MESSAGE) if source == email.SOURCE.name else (posted(raw), "application/json")
        status = await post(self._lane, f"/in/{source}/{secret}", body, kind)
        return said(status)

    async def handle_exception(self, error: Exception) -> str:
        """Say that it may be sent again, whatever went wrong here. That somebody cannot begin TLS is no fault of ours."""
        if not isinstance(error, TLSSetupException):
            _log.error("mail.fault", kind=type(error).__name__, error=str(error))
        return _LATER


def target(address: str) -> tuple[str, str] | None:
    """Return source and key that an address names, or None. Pure."""
    local = address.strip().partition("@")[0]
    source, sign, secret = local.rpartition("+")
    source = source.lower() if sign else email.SOURCE.name
    if source not in sources.registry() or not _KEY.fullmatch(secret):
        return None
    return source, secret.lower()


def posted(raw: bytes) -> bytes:
    """Return what a mail would have been posted as: its text, or itself where that cannot be read, so that the lane says so. Pure."""
    try:
        return message.text_of(raw).encode()
    except ValueError:
        return raw


def said(status: int) -> str:
    """Return how mail says what the lane answered: what may be better later is to be sent again, and nothing else. Pure."""
    match status:
        case 401:
            return _UNSIGNED
        case 403 | 404:
            return _NOBODY
        case 413:
            return _TOO_LARGE
        case 408 | 429:
            return _LATER
    return _STORED if status < 300 else _WRONG if status < 500 else _LATER


async def post(lane: Lane, path: str, body: bytes, kind: str) -> int:
    """Return the status that a lane answers to a body."""
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(said: Any) -> None:
        sent.append(said)

    headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
    await lane(scope, receive, send)
    return int(sent[0]["status"]) if sent else 503


class _Connection(SMTP):
    """One sender; beyond the most at once, each is asked to come back."""

    open = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it in, or send it away. Once TLS has begun, it is made a second time."""
        if self._original_transport is not None:
            super().connection_made(transport)
            return
        _Connection.open += 1
        if _Connection.open > CONNECTIONS_MAX and isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.3.2 Too many at once. Come back later.\r\n")
            transport.close()
        else:
            super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it out."""
        _Connection.open -= 1
        if self.transport is not None:
            super().connection_lost(error)


class Listener:
    """The server on a thread of its own, from `start` until `stop`."""

    def __init__(self, door: socket.socket, lane: Callable[[], Lane] = Lane, certificate: Certificate | None = None) -> None:
        self._door = door
        self._make_lane = lane
        self._certificate = certificate
        self._begun = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), name="mail", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()
        self._begun.wait()

    def stop(self) -> None:
        """Answer nobody any more, and commit what was taken."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        lane = self._make_lane()
        server = await self._loop.create_server(lambda: self._connection(lane), sock=self._door)
        self._begun.set()
        await self._over.wait()
        server.close()
        await asyncio.to_thread(lane.close)

    def _connection(self, lane: Lane) -> SMTP:
        size_max = Limits().body_bytes_max
        options: dict[str, Any] = {"data_size_limit": size_max, "enable_SMTPUTF8": True, "hostname": "tocsin", "ident": "Tocsin"}
        if self._certificate is not None:
            options |= {"tls_context": self._certificate.context(), "require_starttls": True}
        return _Connection(Taker(lane), timeout=QUIET_MAX_S, loop=self._loop, **options)
