"""
The Jinja2 environment of every page and fragment.

Names that a template has besides its context (`request` is always in it):

- words: `_()`, `gettext`, `ngettext`, `pgettext`, `{% trans %}`; `lang` the active `Language` (`.code`, `.tag`, `.name`), `languages` all four
- plan words: `text(map)` marked with its language, and tagged where the viewer's is missing (LNG-02); `words(map)` the same as plain text,
  for attributes and options; `clause(cite)` places of the document, each a link to what it says there
- forms: `csrf()`, `once()` (the idempotency key, posted as `key`), `returning()` (`csrf()` and the way back)
- time: `moment(at)`, `clock(due_at)`, `since(at)`, `lasting(span)`, `zone()` (once per page), `now()`
- places: `url(name, **ids)` of a page of the organisation, `root_url(name, **ids)` of any other, `static(path)`, `may(act)`;
  `here()` and `navigation(slug, acts, here)`
- the server: `read_only()`
- `piece(template, …)`: what its macro `piece` makes of the rest, made once for the same; `pieces(template, each, …)`: of each in turn
- small things: `icon(name)`, `avatar(name)`, `theme()`, `unread()`, `typed_id(kind, uuid)`

`_parts.html` holds macros for what has more markup: `{% from "_parts.html" import note, refusal, field, empty with context %}`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any, Final, cast
from urllib.parse import quote

import jinja2
from django.contrib.staticfiles import finders
from django.urls import reverse
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tocsin.comms import inbox
from tocsin.kit import ids
from tocsin.kit.readonly import readonly
from tocsin.web import guides, languages, times
from tocsin.web.clause_links import clause
from tocsin.web.compiled import Compiler, escaped
from tocsin.web.finding_words import sentence
from tocsin.web.languages import gettext as _
from tocsin.web.markup import filled
from tocsin.web.numbers import rounded
from tocsin.web.pieces import piece, pieces

NAVIGATION: Final[tuple[tuple[str, str, Callable[[], str]], ...]] = (
    ("board", "b", lambda: _("Board")),
    ("incidents", "i", lambda: _("Incidents")),
    ("alerts", "a", lambda: _("Alerts")),
    ("messages", "m", lambda: _("Messages")),
    ("plans", "p", lambda: _("Plans")),
    ("readiness", "r", lambda: _("Readiness")),
)
"""Pages of the main navigation: name of the URL, its letter after G, and its words."""

HTMX_CONFIG = json.dumps(
    {
        "historyCacheSize": 0,  # no page is kept in the browser's storage
        "includeIndicatorStyles": False,  # it would be an inline style
        "allowEval": False,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "409|422", "swap": True},  # a refusal is the same fragment with its reason
            {"code": "[45]..", "swap": False, "error": True},
        ],
    }
)


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment, for Django's TEMPLATES setting. Everything is escaped, whatever the setting says."""
    ours = {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True, "extensions": ["jinja2.ext.i18n"]}
    made = jinja2.Environment(**{name: value for name, value in options.items() if name != "autoescape"} | ours, autoescape=True)
    made.code_generator_class = Compiler
    made.escape = escaped  # type: ignore[attr-defined]  # the compiler's
    made.policies["ext.i18n.trimmed"] = True
    made.newstyle_gettext = True  # type: ignore[attr-defined]  # `{% trans %}` hands on its variables
    made.context_class = Page
    made.globals |= {function.__name__: function for function in (*_functions(), gettext, ngettext, pgettext, rounded)}
    made.globals |= {
        "_": gettext,
        "as_typed": times.typed,
        "htmx_config": HTMX_CONFIG,
        "lang": languages.active,
        "language_options": [(language.code, language.name) for language in languages.LANGUAGES.values()],
        "languages": list(languages.LANGUAGES.values()),
        "source_title": guides.source_title,
        "read_only": lambda: readonly.now,
        "typed_id": ids.typed,
    }
    return made


def _functions() -> tuple[Callable[..., Any], ...]:
    """Return what templates may call by its own name."""
    named = (
        avatar,
        clause,
        csrf,
        here,
        icon,
        may,
        navigation,
        once,
        piece,
        pieces,
        returning,
        root_url,
        sentence,
        static,
        text,
        theme,
        unread,
        url,
        web_address,
        words,
    )
    timed = (
        times.clock,
        times.day,
        times.lasting,
        times.moment,
        times.month,
        times.now,
        times.since,
        times.spoken,
        times.stamp,
        times.zone,
    )
    return (*named, *timed)


_FUNCTIONS: Final = frozenset({FunctionType, type(lru_cache(languages.known))})
_WANTS_PAGE: Final = vars(pass_context(lambda _page: None))["jinja_pass_arg"]
"""How `pass_context` marks what wants to be handed the page itself."""


class Page(Context):
    """
    What a template knows. What it calls is handed the names of the page, and none of the loop that it stands in: Jinja would copy every name
    there is for each call within a loop.
    """

    def call(self, called: Callable[..., Any], /, *given: Any, _loop_vars: object = None, _block_vars: object = None, **named: Any) -> Any:
        """Call what a template calls."""
        if type(called) in _FUNCTIONS:
            passed = getattr(called, "jinja_pass_arg", None)
            if passed is None:
                return called(*given, **named)
            if passed is _WANTS_PAGE:
                return called(self, *given, **named)
        return super().call(called, *given, **named)


def gettext(message: str, /, **variables: object) -> Markup:
    """Return `message` in the language of this request, with its variables, which are escaped."""
    return _filled(languages.gettext(message), variables) if variables else _said(languages.active().code, message)


def ngettext(singular: str, plural: str, num: int, /, **variables: object) -> Markup:
    """Return the form for `num`, which is a variable too."""
    return _filled(languages.ngettext(singular, plural, num), {"num": num, **variables})


def pgettext(context: str, message: str, /, **variables: object) -> Markup:
    """Return `message` as it is said in `context`."""
    return _filled(languages.pgettext(context, message), variables)


@lru_cache(8192)
def _said(_language: str, message: str) -> Markup:
    return _filled(languages.gettext(message), {})


def _filled(words: str, variables: Mapping[str, object]) -> Markup:
    return Markup(words) % variables  # noqa: S704 - the catalogue's own words


def text(words_by_locale: Mapping[str, str]) -> Markup:
    """Return plan words in the viewer's language; where they are missing the original, marked with the name of its language (LNG-02)."""
    code, found = _chosen(words_by_locale)
    tag = languages.LANGUAGES[code].tag if code in languages.LANGUAGES else code
    spoken = filled('<span lang="{}">{}</span>', tag, found)
    if languages.known(code) == languages.active().code or not found:
        return spoken
    name = languages.LANGUAGES[code].name if code in languages.LANGUAGES else code
    return spoken + filled(' <span class="tag" lang="{}" title="{}">{}</span>', tag, _("not translated"), name)


def words(words_by_locale: Mapping[str, str]) -> str:
    """Return the same words as `text`, plain; where they are missing the original with the name of its language in brackets."""
    code, found = _chosen(words_by_locale)
    if languages.known(code) == languages.active().code or not found:
        return found
    name = languages.LANGUAGES[code].name if code in languages.LANGUAGES else code
    return f"{found} ({name})"


def _chosen(words_by_locale: Mapping[str, str]) -> tuple[str, str]:
    """Return the locale and words for the viewer: the viewer's language, else what stands first, which is the plan's own."""
    wanted = languages.active().code
    for locale, found in words_by_locale.items():
        if languages.known(locale) == wanted:
            return wanted, found
    locale, found = next(iter(words_by_locale.items()), ("", ""))
    return languages.known(locale) or locale, found


@pass_context
def csrf(context: Context) -> Markup:
    """Return the hidden field that proves a form is ours: the same in all forms of a page."""
    request = context["request"]
    if not hasattr(request, "csrf_input"):
        request.csrf_input = Markup(context["csrf_input"])  # noqa: S704 - Django's own field
    return cast("Markup", request.csrf_input)


@pass_context
def returning(context: Context) -> Markup:
    """Return the hidden fields of a form of ours that leads back to the page on which it stands."""
    return csrf(context) + filled('<input type="hidden" name="next" value="{}">', context["request"].get_full_path())


def once() -> Markup:
    """Return the hidden field `key`: the same form sent twice acts once."""
    return filled('<input type="hidden" name="key" value="{}">', ids.new().hex)


@lru_cache(256)
def icon(name: str) -> Markup:
    """Return an icon of the sprite in `_icons.html`. It is decoration: the words stand beside it or in a label."""
    return filled('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


def web_address(given: object) -> bool:
    """Return whether what came from outside is an address that a page may lead to."""
    return isinstance(given, str) and given.startswith(("https://", "http://")) and len(given.split()) == 1


@lru_cache(1024)
def avatar(name: str, size: str = "") -> Markup:
    """Return the initials of a person (the surname where it is one Chinese character), or an empty seat for no name."""
    parts = name.split()
    initials = "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)) if parts else ""
    classes = " ".join(["avatar", *(["avatar--" + size] if size else []), *([] if initials else ["avatar--empty"])])
    return filled('<span class="{}" aria-hidden="true">{}</span>', classes, initials)


@pass_context
def url(context: Context, name: str, **parts: object) -> str:
    """Return the address of a page of this organisation."""
    return root_url(name, slug=context["request"].organisation.slug, **parts)


@lru_cache(8192)
def root_url(name: str, **parts: object) -> str:
    """Return the address of a page that belongs to no organisation, or to one that `slug` names."""
    return reverse(name, kwargs=parts)


@lru_cache
def static(path: str) -> str:
    """Return the address of a static file, with the hash of its bytes so that browsers may keep it."""
    found = finders.find(path)
    if not found:
        raise FileNotFoundError(path)
    return f"/static/{quote(path)}?v={hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]}"


@pass_context
def may(context: Context, act: str) -> bool:
    """Return whether the viewer may do `act` here, to leave out what would only be refused."""
    return act in context["request"].acts


@pass_context
def theme(context: Context) -> str:
    """Return `dark`, `light`, or nothing to follow the system."""
    chosen = context["request"].COOKIES.get("theme", "")
    return chosen if chosen in {"dark", "light"} else ""


@pass_context
def here(context: Context) -> str:
    """Return the page of the main navigation to which the present one belongs; empty for any other."""
    slug, path = context["request"].organisation.slug, context["request"].path
    if path == root_url("board", slug=slug):
        return "board"
    return next((name for name, *_ in NAVIGATION if name != "board" and path.startswith(root_url(name, slug=slug))), "")


def navigation(slug: str, acts: frozenset[str], here: str) -> list[dict[str, object]]:
    """Return the main navigation of whoever may do so much: name, href, letter, words, and whether it is the present page."""
    return [
        {"name": name, "href": root_url(name, slug=slug), "letter": letter, "label": label(), "here": name == here}
        for name, letter, label in NAVIGATION
        if name == "incidents" or "incident.see" in acts
    ]


@pass_context
def unread(context: Context) -> int:
    """Return how much the viewer was told and has not read."""
    request = context["request"]
    return inbox.unread(request.organisation.id, request.actor.person)
