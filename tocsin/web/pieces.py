"""Pieces of pages that say the same of the same, made once: most rows of a list are as they were when it was last looked at."""

from collections.abc import Hashable, Iterable
from datetime import date
from functools import lru_cache

from jinja2 import Environment, pass_environment
from markupsafe import Markup

from tocsin.web import languages, times

KEPT = 1024


@pass_environment
def piece(environment: Environment, template: str, *said: Hashable) -> Markup:
    """
    Return what the macro `piece` of a template makes of what is said.

    It must know nothing else but the viewer's language, zone and day, so it is not handed the page: nothing in it may ask who looks, count
    time, or bear the key of a form.
    """
    return _made(environment, template, said, *_viewed())


@pass_environment
def pieces(environment: Environment, template: str, each: Iterable[Hashable], *said: Hashable) -> Markup:
    """Return the same of each in turn, with what is said of all behind it."""
    viewed = _viewed()
    return Markup("".join([_made(environment, template, (one, *said), *viewed) for one in each]))  # noqa: S704 - each is markup already


def _viewed() -> tuple[str, str, date]:
    return languages.active().code, times.zone_id(), times.today()


@lru_cache(KEPT)
def _made(environment: Environment, template: str, said: tuple[Hashable, ...], _language: str, _zone: str, _today: date) -> Markup:
    made: Markup = environment.get_template(template).module.piece(*said)  # type: ignore[attr-defined]  # every such template has it
    return made
