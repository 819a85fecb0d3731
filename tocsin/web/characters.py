"""What is sent with a character that no database holds is turned away before a page sees it: no keyboard writes one."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

from tocsin.kit.texts import storable


class Characters:
    """Let only addresses, questions and forms through that can be looked up and kept. Programs send JSON, which is read strictly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], _args: object, parts: dict[str, Any]) -> None:
        """
        Look at what was sent.

        :raises Http404: the address has such a character, so there is nothing at it.
        :raises BadRequest: the question or the form has one.
        """
        if not all(storable(part) for part in parts.values() if isinstance(part, str)):
            raise Http404
        if getattr(view, "csrf_exempt", False):
            return
        sent = [text for form in (request.GET, request.POST) for name, values in form.lists() for text in (name, *map(str, values))]
        if not all(map(storable, sent)):
            raise BadRequest("a character that no database holds")
