"""Requests to the lane without a server: each is one ASGI call."""

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import unquote
from uuid import UUID

from tocsin.ingest import carrying
from tocsin.ingest.keyring import Holder, Keyring
from tocsin.ingest.lane import Lane, Limits
from tocsin.ingest.log import Arrived
from tocsin.ingest.queues import Queues
from tocsin.ingest.writer import Ticket, Writer

T = TypeVar("T")
HOLDER = Holder(UUID(int=7), UUID(int=1))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the lane answered; `status` 0 if nothing."""

    status: int
    headers: dict[str, str]
    body: Any


async def post(
    lane: Lane,
    path: str = "/in/alertmanager/good",
    *chunks: bytes,
    method: str = "POST",
    headers: Sequence[tuple[bytes, bytes]] = (),
    ends: str = "whole",
) -> Reply:
    """Send `chunks` and return the reply. `ends` says how: whole, disconnect (hangs up) or never (says nothing more)."""
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    if ends == "whole":
        waiting.append({"type": "http.request", "body": b"", "more_body": False})
    if ends == "disconnect":
        waiting.append({"type": "http.disconnect"})
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    raw_path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": unquote(raw_path), "raw_path": raw_path.encode(), "query_string": query.encode()}
    await lane({**scope, "headers": list(headers)}, receive, send)
    if not sent:
        return Reply(0, {}, None)
    start, end = sent
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    text = end["body"].decode()
    return Reply(start["status"], told, json.loads(text) if text and "json" in told.get("content-type", "") else text)


@dataclass
class Store:
    """A fake disk: keeps groups, or fails as told, and remembers whether the process was ended."""

    groups: list[list[Arrived]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    left: int = 0

    def __call__(self, arrived: Sequence[Arrived]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.groups.append(list(arrived))

    def leave(self) -> None:
        self.left += 1

    @property
    def rows(self) -> list[Arrived]:
        return [row for group in self.groups for row in group]


def lane(store: Store | None = None, limits: Limits | None = None, known: Iterable[str] = ("good",), source: str = "") -> Lane:
    """Return a lane that knows `known` keys, made for a feed of `source` if it is named; it writes to `store`, or to the database."""

    def keyring() -> Keyring:
        return Keyring(lambda secret: replace(HOLDER, source=source) if secret in known else None)

    def writer(queues: Queues[Ticket]) -> Writer:
        return Writer(queues, store=store, leave=store.leave) if store else Writer(queues)

    return Lane(limits or Limits(), keyring=keyring, writer=writer)


def run(lane: Lane, scene: Coroutine[Any, Any, T]) -> T:
    """Run a scene, then let the lane write what is left and end; what it wrote on a disk is carried into the log."""

    async def whole() -> T:
        try:
            return await scene
        finally:
            await asyncio.to_thread(lane.close)

    answer = asyncio.run(whole())
    if lane._writer is not None and lane._writer._spooled is not None:
        carrying.carry_all()
    return answer


class Held:
    """A disk that takes its time: it says that it has been asked to commit, and returns when it is let."""

    def __init__(self) -> None:
        self.store, self.committing, self.let = Store(), threading.Event(), threading.Event()

    def __call__(self, arrived: Iterable[Arrived]) -> None:
        self.committing.set()
        self.let.wait()
        self.store(arrived)

    def lane(self) -> Lane:
        """Return a lane that writes to it."""
        made = lane(self.store)
        made._make_writer = lambda queues: Writer(queues, store=self)
        return made
