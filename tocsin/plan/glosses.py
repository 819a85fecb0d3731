"""
Chinese text as other systems hand it over, made clean: glosses taken out, lost characters named (PLN-09).

A gloss is a traditional character with its reading behind it, `務(wù)`: the simplified character alone was meant. A `?` stands where a character
was lost on the way; nobody guesses it, a person looks.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from opencc import OpenCC

_GLOSS: Final = re.compile(r"([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f])[(（]\s*([^\W\d_]{1,7})\s*[)）]")
_SYLLABLE: Final = re.compile(r"[a-zü]{1,6}")
_LOST: Final = re.compile("[?？\ufffd]")
AROUND: Final = 12
_simplified: Final = OpenCC("t2s")


class Kind(StrEnum):
    """What is doubtful: a character was lost, or a reading stands behind a character that is no traditional one."""

    LOST = "lost"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place for a person to look at: line and column from 1, the words around it, and what is doubtful there."""

    line: int
    column: int
    around: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text without glosses, how many were taken out, and what a person has to look at in it."""

    text: str
    glosses: int
    doubts: tuple[Doubt, ...]


def clean(text: str) -> Cleaned:
    """
    Return `text` with every traditional character that its reading follows made simplified, and every place that a person must look at.

    A reading behind a character that is simplified already was perhaps meant to stand there: it stays, and is named. Pure.
    """
    count = 0

    def single(found: re.Match[str]) -> str:
        nonlocal count
        character = str(_simplified.convert(found[1]))
        if character == found[1] or not _is_reading(found[2]):
            return found[0]
        count += 1
        return character

    cleaned = _GLOSS.sub(single, text)
    doubts: list[Doubt] = []
    for number, line in enumerate(cleaned.split("\n"), 1):
        doubts += [_doubt(line, number, found.start(), Kind.LOST) for found in _LOST.finditer(line)]
        doubts += [_doubt(line, number, found.start(), Kind.READING) for found in _GLOSS.finditer(line) if _is_reading(found[2])]
    return Cleaned(cleaned, count, tuple(sorted(doubts, key=lambda doubt: (doubt.line, doubt.column))))


def _is_reading(word: str) -> bool:
    """Return whether `word` is a syllable of pinyin, with its tone or without."""
    bare = "".join(each for each in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(each) or each == "\u0308")
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


def _doubt(line: str, number: int, place: int, kind: Kind) -> Doubt:
    return Doubt(number, place + 1, line[max(0, place - AROUND) : place + AROUND + 1].strip(), kind)
