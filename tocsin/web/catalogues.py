"""
The catalogues of the four languages: every string of the pages, found in the sources.

`python -m tocsin.web.catalogues` brings the .po files in step: what is new stands there untranslated, what is gone is dropped.
A test refuses anything missing, so write the translations after it. English needs only its plural forms.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from tocsin.web import languages

PRODUCT = Path(__file__).parents[1]
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
REFUSALS = ({"Refused": (2,)}, {"Refused": (3,)})
"""A refusal of `accounts` says its message and its hint plainly; `web` translates them when it shows them."""

Found = tuple[str | tuple[str, ...], str | None]


def sources() -> Catalog:
    """Return every string of the product, with where it stands."""
    catalogue = Catalog(project="tocsin", charset="utf-8")
    for message, context in _strings():
        catalogue.add(message, context=context)
    return catalogue


def read(folder: str) -> Catalog:
    """Return the catalogue of a language as it is on disk; an empty one for a new language."""
    path = _path(folder)
    if not path.exists():
        return Catalog(locale=folder, project="tocsin", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=folder)


def update() -> None:
    """Bring every catalogue in step with the sources. Nothing is guessed: what is new is empty."""
    wanted = sources()
    for language in languages.LANGUAGES.values():
        catalogue = read(language.folder)
        catalogue.update(wanted, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        _path(language.folder).parent.mkdir(parents=True, exist_ok=True)
        with _path(language.folder).open("wb") as file:
            write_po(file, catalogue, width=140, no_location=True, sort_output=True, omit_header=False)


def _strings() -> Iterator[Found]:
    for _file, _line, message, _comments, context in extract_from_dir(PRODUCT / "web", METHODS, OPTIONS, DEFAULT_KEYWORDS):
        yield message, context
    for keywords in REFUSALS:
        for _file, _line, message, _comments, context in extract_from_dir(PRODUCT / "accounts", METHODS[:1], {}, keywords):
            yield message, context


def _path(folder: str) -> Path:
    return languages.LOCALES / folder / "LC_MESSAGES" / "tocsin.po"


if __name__ == "__main__":
    update()
