"""Room for samples: a body is worked on while there is some, and otherwise its sender is told to come back."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.http import HttpRequest, HttpResponse

from tocsin.api.door import Request, View
from tocsin.api.problems import Problem
from tocsin.ingest.metrics.room import Full, room


def in_turn(status: int) -> Callable[[View], View]:
    """
    Let a view work only while there is room for its body; otherwise it answers `status`, and its sender comes back.

    Prometheus comes back after 5xx, and after 429 only if it was told to: what it does not send again is lost.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **parts: object) -> HttpResponse:
            try:
                with room.place(cast("Request", request).auth.organisation.id):
                    return cast("HttpResponse", view(request, *args, **parts))
            except Full as full:
                raise Problem(status, "busy", "More samples arrive than can be kept", "send it again after Retry-After") from full

        return guarded

    return guard
