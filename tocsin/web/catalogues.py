"""
The catalogues of the four languages: every string of the pages, found in the sources.

`python -m tocsin.web.catalogues` brings the .po files in step: what is new stands there untranslated, what is gone is dropped.
A test refuses anything missing, so write the translations after it. English is its own translation.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

from tocsin.web import languages

PRODUCT = Path(__file__).parents[1]
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
REFUSALS = ({"Refused": (2,)}, {"Refused": (3,)})
"""A refusal of `accounts` says its message and its hint plainly; `web` translates them when it shows them."""
CHANNELS = ({"Channel": (2,)}, {"Field": (2,)})
"""A channel says its title and the labels of its fields plainly, too."""
FINDINGS = {"say": (1,)}
"""The sentences of what is found in a plan, or in what is handed in; `web` fills in their values."""

HEADER = r"""# The words of Tocsin.
msgid ""
msgstr ""
"Language: {language}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {plural_forms}\n"

"""

Found = tuple[str | tuple[str, ...], str | None]
"""A message (or its singular and plural) and its context."""


def sources() -> Catalog:
    """Return every string of the product."""
    catalogue = Catalog()
    for message, context in _strings():
        catalogue.add(message, context=context)
    return catalogue


def read(folder: str) -> Catalog:
    """Return the catalogue of a language as it is on disk; an empty one for a new language."""
    if not path(folder).exists():
        return Catalog(locale=folder)
    with path(folder).open("rb") as file:
        return read_po(file, locale=folder)


def update() -> None:
    """Bring every catalogue in step with the sources. Nothing is guessed: what is new is empty."""
    wanted = sources()
    for language in languages.LANGUAGES.values():
        known, catalogue = read(language.folder), Catalog(locale=language.folder)
        for message in wanted:
            if message.id:
                old = known.get(message.id, message.context)
                said = message.id if language.code == "en" else old.string if old else ""
                catalogue.add(message.id, said, context=message.context)
        write(catalogue, language.folder)


def write(catalogue: Catalog, folder: str) -> None:
    """Write a catalogue so that equal content is equal bytes."""
    path(folder).parent.mkdir(parents=True, exist_ok=True)
    with path(folder).open("wb") as file:
        file.write(HEADER.format(language=folder, plural_forms=catalogue.plural_forms).encode())
        write_po(file, catalogue, width=140, no_location=True, sort_output=True, omit_header=True)


def path(folder: str) -> Path:
    """Return where a language's catalogue lies."""
    return languages.LOCALES / folder / "LC_MESSAGES" / "tocsin.po"


def _strings() -> Iterator[Found]:
    for _file, _line, message, _comments, context in extract_from_dir(PRODUCT / "web", METHODS, OPTIONS, DEFAULT_KEYWORDS):
        yield message, context
    plainly = [("accounts", keywords) for keywords in REFUSALS] + [("comms/channels", keywords) for keywords in CHANNELS]
    plainly += [("plan/check", FINDINGS), ("plan/forms", FINDINGS), ("incidents", FINDINGS), ("ingest", FINDINGS)]
    for part, keywords in plainly:
        for _file, _line, message, _comments, context in extract_from_dir(PRODUCT / part, METHODS[:1], {}, keywords):
            yield message, context
    for file in sorted((PRODUCT / "plan").glob("*.py")):
        for _line, message, _comments, context in extract_from_file("python", file, FINDINGS):
            yield message, context


if __name__ == "__main__":
    update()
