"""Right of way: whoever waits for an answer goes before work that can wait, which one interpreter would otherwise slice in between."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.http import HttpRequest, HttpResponse

LONGEST_S: Final = 0.1
"""How long one piece of work steps aside: requests without end do not stop it, they slow it down."""


class RightOfWay:
    """Counts the requests that are being answered. Work that can wait asks between its pieces, and waits until there are none."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answering = 0
        self._held = ContextVar("held", default=False)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the right of way."""
        with self._changed:
            self._answering += 1
        held = self._held.set(True)
        try:
            yield
        finally:
            self._held.reset(held)
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

    def give(self, longest_s: float = LONGEST_S) -> bool:
        """
        Step aside while anyone holds it, at most so long; return whether the way was free at the end.

        Whoever holds it goes on at once: the same work may be done for a request, which would wait for itself.
        """
        if self._held.get():
            return False
        with self._changed:
            return self._changed.wait_for(lambda: not self._answering, longest_s)


way = RightOfWay()
"""The one of this process."""


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request to pages and API the right of way. The lane and the streams do not pass here."""

    def answer(request: HttpRequest) -> HttpResponse:
        with way.taken():
            return get_response(request)

    return answer
