"""A mail server that behaves as told and keeps what it was sent."""

import asyncio
import ssl
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

ANSWERS = {
    "accepts": "250 2.0.0 Ok: queued as 4F2A",
    "rejects": "550 5.7.1 refused by policy",
    "contradicts": "250 5.7.1 refused by policy",
    "busy": "451 4.3.0 come back later",
}


class Sink:
    """The server, for as long as a `with` block. `behaviour` may be changed meanwhile."""

    def __init__(self, behaviour: str = "accepts", tls: ssl.SSLContext | None = None) -> None:
        self.behaviour = behaviour
        self.contents: list[bytes] = []
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self._tls = tls
        self._ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), daemon=True)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        server = await self._loop.create_server(self._session, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()

    def _session(self) -> SMTP:
        return SMTP(self, hostname="sink.example", tls_context=self._tls, loop=self._loop, enable_SMTPUTF8=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.recipients += envelope.rcpt_tos
        content: Any = envelope.content
        self.contents.append(content)
        self.messages.append(message_from_bytes(content, policy=policy.default))
        if self.behaviour == "hangs":
            await self._over.wait()
        return ANSWERS.get(self.behaviour, "421 4.3.2 closing")

    @property
    def fields(self) -> dict[str, str]:
        """What a channel that is to reach this sink is configured with."""
        return {"host": "127.0.0.1", "port": str(self.port), "security": "none", "sender": "Tocsin <tocsin@example.org>"}

    @property
    def keys(self) -> list[str]:
        """The keys by which repeated messages are recognised, in order of arrival."""
        return [str(message["Message-ID"]) for message in self.messages]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Subject and body of each message."""
        return [(str(message["Subject"]), message.get_content().replace("\r\n", "\n")) for message in self.messages]

    def __enter__(self) -> "Sink":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
