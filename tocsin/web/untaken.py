"""What cannot be stored now, though nothing is wrong with it: the disk is full or read-only, the database away. 503, and when to come again."""

from collections.abc import Callable
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from tocsin.kit import transactions
from tocsin.kit.readonly import readonly
from tocsin.web import reply
from tocsin.web.languages import gettext as _

AGAIN_S: Final = 5
_LOOKS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Untaken:
    """Middleware, inside that of the language: while the disk is read-only no deed is begun; what the database does not take is said so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if readonly.now and request.method not in _LOOKS:
            return _page(request, _("Nothing can be changed now"), _("The disk of the server is read-only. What is there can be read."))
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a view whose database took nothing."""
        if not transactions.not_now(error):
            return None
        return _page(request, _("This could not be stored"), _("Nothing of it has happened. Go back and send it once more in a moment."))


def _page(request: HttpRequest, title: str, words: str) -> HttpResponse:
    request.user = AnonymousUser()  # the page must not ask the database who looks
    response = reply.page(request, "message.html", {"title": title, "words": words, "way": ("/", _("To the first page"))}, status=503)
    response.headers["Retry-After"] = str(AGAIN_S)
    return response
