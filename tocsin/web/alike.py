"""How alike texts are, by the words that they share: in any script, without a dictionary of any language."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_SPACELESS: Final = re.compile(r"[぀-ヿ㐀-鿿]+")
_WORD: Final = re.compile(r"[^\W\d_]{4,}|\d{3,}")
_BEGINNING: Final = 5
"""So many letters of a word are what it is known by: what follows them is how a language bends it."""
_FEW: Final = 3
"""Among more texts than these, a word that stands in more than half of them says nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """One text that shares something with what is looked for: its place among those given, and the words shared as it spells them."""

    place: int
    shared: tuple[str, ...]


def ranked(wanted: str, texts: Sequence[str]) -> list[Match]:
    """Return which of `texts` share words with `wanted`, the most alike first: what few of them say weighs more than what many say. Pure."""
    mine = marks(wanted)
    each = [marks(text) for text in texts]
    said = Counter(mark for known in each for mark in known)
    telling = {mark for mark, times in said.items() if len(texts) <= _FEW or times * 2 <= len(texts)}
    found = []
    for place, known in enumerate(each):
        shared = [mark for mark in known if mark in mine and mark in telling]
        if shared:
            found.append((sum(1 / said[mark] for mark in shared), Match(place, tuple(known[mark] for mark in shared))))
    return [match for _, match in sorted(found, key=lambda one: (-one[0], one[1].place))]


def marks(text: str) -> dict[str, str]:
    """Return what a text is known by, each with a word of it: the beginnings of its words, or pairs of signs where a script has no spaces."""
    return {word.casefold()[:_BEGINNING]: word for word in _words(text)}


def _words(text: str) -> Iterator[str]:
    for run in _SPACELESS.findall(text):
        yield from (run[index : index + 2] for index in range(max(1, len(run) - 1)))
    yield from _WORD.findall(_SPACELESS.sub(" ", text))
