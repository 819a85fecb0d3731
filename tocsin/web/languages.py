"""The four languages: which one this request speaks, and the words in it. Catalogues are read from their .po files: none is ever stale."""

import gettext as catalogues
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header

LOCALES = Path(__file__).parent / "locale"
COOKIE = "tocsin_language"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface. `code` is also how plans name it; `tag` is for HTML; `folder` holds its catalogue."""

    code: str
    name: str
    tag: str
    folder: str

    @property
    def locale(self) -> Locale:
        """Return how Babel writes times and numbers in it."""
        return _locale(self.folder)


_locale = lru_cache(Locale.parse)  # it looks for files each time

LANGUAGES = {
    language.code: language
    for language in (
        Language("en", "English", "en", "en"),
        Language("ru", "Русский", "ru", "ru"),
        Language("pl", "Polski", "pl", "pl"),
        Language("zh", "简体中文", "zh-Hans", "zh_Hans"),
    )
}
_active: ContextVar[str] = ContextVar("language", default="en")


def active() -> Language:
    """Return the language of this request."""
    return LANGUAGES[_active.get()]


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for as long as the block runs."""
    token = _active.set(known(code) or "en")
    try:
        yield
    finally:
        _active.reset(token)


def known(spelling: str) -> str:
    """Return the code for any spelling of one of the four (`zh-CN`, `zh_Hans`, `ru-RU`); empty for another language."""
    code = spelling.replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else ""


def gettext(message: str) -> str:
    """Return `message` in the language of this request."""
    return _catalogue(_active.get()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form for `n` in the language of this request."""
    return _catalogue(_active.get()).ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """Return `message` as it is said in `context`."""
    return _catalogue(_active.get()).pgettext(context, message)


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Speak the person's language; before sign-in what the switcher, then the browser, says."""

    def speak(request: HttpRequest) -> HttpResponse:
        with speaking(_wanted(request)):
            response = get_response(request)
        response.headers.setdefault("Content-Language", LANGUAGES[_wanted(request)].tag)
        return response

    return speak


def _wanted(request: HttpRequest) -> str:
    person = getattr(request.user, "language", "")
    asked = [person, request.COOKIES.get(COOKIE, "")]
    asked += [tag for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    return next((code for code in map(known, asked) if code), "en")


@lru_cache
def _catalogue(code: str) -> catalogues.GNUTranslations:
    compiled = BytesIO()
    with (LOCALES / LANGUAGES[code].folder / "LC_MESSAGES" / "tocsin.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=LANGUAGES[code].folder))
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)
