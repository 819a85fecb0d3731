"""Pieces of pages that say the same of the same, made once: most rows of a list are as they were when it was last looked at."""

from collections.abc import Hashable
from datetime import date
from functools import lru_cache

from jinja2 import Environment, pass_environment
from markupsafe import Markup

from tocsin.web import languages, times
from tocsin.web.languages import Language

KEPT = 1024


@pass_environment
def piece(environment: Environment, template: str, *said: Hashable) -> Markup:
    """
    Return what the macro `piece` of a template makes of what is said.

    It must know nothing else but the viewer's language, zone and day, so it is not handed the page: nothing in it may ask who looks, count
    time, or bear the key of a form.
    """
    return _made(environment, template, said, languages.active(), times.zone_id(), times.today())


@lru_cache(KEPT)
def _made(environment: Environment, template: str, said: tuple[Hashable, ...], _language: Language, _zone: str, _today: date) -> Markup:
    made: Markup = environment.get_template(template).module.piece(*said)  # type: ignore[attr-defined]  # every such template has it
    return made
