"""What reading a plan says about it: a code of the catalogue, a severity, a place and a way out."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tocsin.plan.sentences import NOTHING, Sentence, say

Severity = Literal["error", "warning", "note"]
Path = tuple[str | int, ...]

_CANDIDATES_MAX = 400
_NAME_CHARS_MAX = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a plan: line and column from 1, and the path, such as `obligations.handling.owes`."""

    line: int
    column: int
    path: str


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One finding. `line` and `column` count from 1; `path` is where in the plan, such as `obligations.handling.owes`.

    `cites` are the sentences of the document that the rule carries out, of both rules where two meet; `beside` is where the other stands.
    """

    code: str
    severity: Severity
    message: Sentence
    hint: Sentence
    file: str
    line: int
    column: int
    path: str
    cites: tuple[str, ...] = ()
    beside: tuple[Place, ...] = ()

    def __str__(self) -> str:
        hint = f" — {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.severity} {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Fault:
    """
    What a check has to say, before it has a code and a place.

    `at_key` points at the key, `offset` into the text of the value, `start` into the file. `beside` leads to the rules that this one meets.
    """

    path: Path
    message: Sentence
    hint: Sentence = NOTHING
    severity: Severity | None = None
    at_key: bool = False
    offset: int | None = None
    start: int | None = None
    beside: tuple[Path, ...] = ()


def nearest(name: str, candidates: Iterable[str]) -> Sentence:
    """Return `did you mean x?` for the candidate nearest to `name`, or nothing. Bounded, however many candidates and however long the name."""
    found = nearest_of(name, candidates, apart=4)
    return say("did you mean {name}?", name=found) if found else NOTHING


def nearest_of(name: str, candidates: Iterable[str], *, apart: int = _NAME_CHARS_MAX) -> str:
    """Return the candidate most like `name`, with so many characters more or less at most; empty if none is."""
    if len(name) > _NAME_CHARS_MAX:
        return ""
    near_in_length = [c for c in candidates if abs(len(c) - len(name)) <= apart][:_CANDIDATES_MAX]
    return next(iter(difflib.get_close_matches(name, near_in_length, n=1)), "")


def brief(value: object, chars_max: int = _NAME_CHARS_MAX) -> str:
    """Return `value` as a message may quote it: one line, at most so many characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= chars_max else text[: chars_max - 1] + "…"
