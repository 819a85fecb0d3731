"""Sentences of findings: said in English here, and made so that whoever shows them can say them in another language."""

from collections.abc import Mapping, Sequence
from typing import Self


class Sentence(str):
    """
    A sentence in English that remembers what it was made of: a template, and values for its placeholders.

    A value is quoted as it stands, unless it is a sentence itself, a text by language, or a list of them.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str = "", values: Mapping[str, object] | None = None) -> Self:
        sentence = super().__new__(cls, filled(template, values or {}))
        sentence.template, sentence.values = template, dict(values or {})
        return sentence


def say(template: str, /, **values: object) -> Sentence:
    """Return the sentence of a template. Every template stands here as it is, or the catalogues do not find it."""
    return Sentence(template, values)


def quoted(text: object) -> Sentence:
    """Return what is the same in every language: a piece of a plan, an example."""
    return Sentence("{text}", {"text": text})


def either(parts: Sequence[object]) -> Sentence:
    """Return one of several as a choice."""
    said = parts[0] if isinstance(parts[0], Sentence) else quoted(parts[0])
    for part in parts[1:]:
        said = say("{one} or {other}", one=said, other=part)
    return said


def filled(template: str, values: Mapping[str, object]) -> str:
    """Return a template with its values in English; one without values may have braces of its own."""
    return template.format(**{name: in_english(value) for name, value in values.items()}) if values else template


def in_english(value: object) -> str:
    """Return a value as the English sentence quotes it."""
    match value:
        case list() | tuple():
            return ", ".join(map(in_english, value))
        case dict():
            return str(value["en"])
        case _:
            return str(value)


NOTHING = Sentence()
