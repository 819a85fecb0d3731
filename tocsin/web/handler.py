"""
Django under ASGI, on threads that last.

Django by itself begins a thread for each request and changes to it and back four times, and a new thread opens a connection to the database
anew. Here a request goes to one of a few threads once, is answered there whole, and finds the connection to SQLite that the one before it
left open, with what that has read of the file and the statements that it has prepared.

On SQLite threads that read at once hand Python's lock to each other at every row: four take twice the time for each page that one takes. So
one reads at a time. Whoever waits longer than most pages take goes on all the same: the one before may be waiting itself.
"""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, Final, cast

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, resolve, set_script_prefix

from tocsin.kit import bulk
from tocsin.web.stream import Receive, Scope, Send

READS: Final = ("GET", "HEAD")
WAITS_AT_MOST_S: Final = 0.05
PATHS_KEPT: Final = 1024


class Handler(ASGIHandler):
    """The application. So many requests are computed at once; further ones wait their turn, in memory or a temporary file."""

    def __init__(self, threads: int, name: str) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(threads, name)
        self._reading = threading.Lock()

    def load_middleware(self, is_async: bool = False) -> None:
        """Load it for threads: everything of ours is synchronous."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]  # as in `asgi.py`
        """Answer one request. Whoever has gone meanwhile has done so all the same: a deed is finished."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, scope, body)
        await self.send_response(response, send)

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Answer in this thread, from beginning to end. What is sent afterwards is in memory: nothing of ours streams."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refused = self.create_request(scope, body)
        with self._turn(scope):
            response = cast("HttpResponseBase", refused if request is None else self.get_response(request))
        response._handler_class = type(self)  # type: ignore[attr-defined]  # who says that the request is finished
        response.close()
        body.close()
        return response

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return who answers a path; Django goes through all patterns anew for each request."""
        request.resolver_match = found = _resolved(request.path_info)
        return found

    @contextmanager
    def _turn(self, scope: Scope) -> Iterator[None]:
        """Wait for one's turn to read, but not for long. Whoever writes has to wait for the gate, and keeps nobody waiting for that."""
        mine = scope["method"] in READS and not bulk.on_postgresql() and self._reading.acquire(timeout=WAITS_AT_MOST_S)
        try:
            yield
        finally:
            if mine:
                self._reading.release()


_resolved = lru_cache(PATHS_KEPT)(resolve)
