"""
The addresses at which clients of a source read what became of what they sent (`Source.asks`): beside the lane, and never in its way.

A key reads there what came by its own source, in its own organisation, and nothing that it cannot name.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from django.db import Error, close_old_connections

from tocsin.ingest import problems, sources
from tocsin.ingest.calls import Scope, call_of
from tocsin.ingest.doors import Address, Call, Door, Doors
from tocsin.ingest.keyring import Holder, Keyring
from tocsin.ingest.lane import Receive, Send
from tocsin.ingest.porter import Porter
from tocsin.ingest.problems import Answer, NotAccepted
from tocsin.ingest.records import OfSource

GET: Final = frozenset({"GET"})
THREADS, WAITING_MAX = 2, 50
"""So few are answered at a time, and so many wait: reading never takes what writing needs."""


class Asking:
    """The ASGI application."""

    def __init__(self, keyring: Callable[[], Keyring] = Keyring) -> None:
        able = [source for source in sources.registry().values() if source.asks]
        self._doors = Doors(replace(source, doors=tuple(Door(ask.path, GET) for ask in source.asks)) for source in able)
        self._porter = Porter(keyring)
        self._threads = ThreadPoolExecutor(THREADS, "asking")
        self._waiting = 0

    def answers(self, scope: Scope) -> bool:
        """Return whether a request asks for something here."""
        return scope["method"] == "GET" and self._find(scope) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        address = self._find(scope)
        try:
            if address is None:
                raise NotAccepted(problems.UNKNOWN_SOURCE)
            answer = await self._answer(address, scope)
        except NotAccepted as refusal:
            answer = address.source.refused(refusal.problem) if address else refusal.problem.answer()
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _find(self, scope: Scope) -> Address | None:
        found = self._doors.find(scope["path"], scope.get("raw_path", b""))
        return found if found is not None and found.door.path else None

    async def _answer(self, address: Address, scope: Scope) -> Answer:
        call = call_of(address, scope)
        holder = await self._porter.admit(address.source, address.secret or address.source.secret_in(call))
        if self._waiting >= WAITING_MAX:
            raise NotAccepted(problems.BUSY)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, _read, address, call, holder)
        except Error as error:
            raise NotAccepted(problems.NO_DATABASE) from error
        finally:
            self._waiting -= 1


def _read(address: Address, call: Call, holder: Holder) -> Answer:
    ask = next(one for one in address.source.asks if one.path == address.door.path)
    try:
        return ask.answer(OfSource(holder.organisation_id, address.source.name), call)
    finally:
        close_old_connections()


application = Asking()
