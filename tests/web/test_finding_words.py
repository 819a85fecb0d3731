"""Findings in four languages: every sentence has its words in each, with the same placeholders, and nothing English is left between them."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.plan.test_checks import EXAMPLES, _read
from tocsin.plan.check import registry
from tocsin.plan.findings import Finding
from tocsin.plan.sentences import Sentence
from tocsin.web import catalogues, languages
from tocsin.web.finding_words import _titles, sentence

_PLACE = re.compile(r"(?<!{){([a-z_0-9]+)}(?!})")
OTHERS = [language for language in languages.LANGUAGES.values() if language.code != "en"]


@cache
def all_found() -> list[Finding]:
    """Return what is found in every broken example."""
    return [found for path in sorted(EXAMPLES.glob("*.yaml")) for found in _read(path).findings]


def parts(said: object) -> Iterator[Sentence]:
    """Yield a sentence and every sentence in it."""
    if isinstance(said, Sentence):
        yield said
        for value in said.values.values():
            yield from parts(value)
    elif isinstance(said, list | tuple):
        for each in said:
            yield from parts(each)


@pytest.mark.row("LNG-01")
@pytest.mark.parametrize("language", OTHERS, ids=lambda language: language.code)
def test_every_sentence_of_a_finding_has_words_in_every_language(language: languages.Language) -> None:
    known = catalogues.read(language.folder)
    templates = {part.template for found in all_found() for said in (found.message, found.hint) for part in parts(said)}
    wanted = {template for template in templates if re.sub(r"[^A-Za-z]", "", _PLACE.sub("", template))}
    assert len(wanted) > 150
    assert [template for template in sorted(wanted) if not (known.get(template) and known.get(template).string)] == []


def test_every_kind_of_finding_has_a_title_and_no_title_is_of_a_kind_that_is_not_found() -> None:
    assert set(_titles()) == {check.code for check in registry()}


@pytest.mark.parametrize("language", OTHERS, ids=lambda language: language.code)
def test_a_translation_quotes_what_the_sentence_quotes(language: languages.Language) -> None:
    differing = [
        message.id
        for message in catalogues.read(language.folder)
        if isinstance(message.id, str) and sorted(_PLACE.findall(message.id)) != sorted(_PLACE.findall(str(message.string)))
    ]
    assert differing == []


def test_what_a_sentence_quotes_is_said_in_the_same_language() -> None:
    said = Sentence("there is no {kind} {name}", {"kind": Sentence("role"), "name": "desk"})
    assert str(said) == "there is no role desk"
    with languages.speaking("ru"):
        assert sentence(said) == "нет такого: роль desk"
        assert sentence(Sentence("one of {names}", {"names": ("a", "b")})) == "одно из: a, b"
        assert sentence(Sentence("the plan does not have: {elements}", {"elements": [{"en": "Support", "ru": "Обеспечение"}]})).endswith(
            "Обеспечение"
        )
