"""The pages of what went wrong, in the frame of the door: they must not need an organisation."""

from django.http import HttpRequest, HttpResponse

from tocsin.web import reply
from tocsin.web.languages import gettext as _


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is no such page, or not for this person; which of the two is not said."""
    return _page(
        request, 404, _("There is nothing here"), _("The address is wrong, or the page belongs to an organisation that you are not in.")
    )


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what was sent cannot be read."""
    return _page(
        request, 400, _("This cannot be read"), _("It holds characters that are none, or too many fields. Write it as plain text.")
    )


def fault(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours."""
    return _page(request, 500, _("Something broke"), _("The fault is recorded. What was confirmed before it is kept."))


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was not ours or is too old."""
    return _page(request, 403, _("This form is out of date"), _("Go back, load the page again, and send it once more."))


def _page(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    return reply.page(request, "message.html", {"title": title, "words": words, "way": ("/", _("To the first page"))}, status=status)
