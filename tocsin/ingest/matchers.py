"""Matchers of labels, as routes, silences, windows and searches write them: `region="east"`, `!=`, `=~`, `!~`. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import re2

MATCHERS_MAX: Final = 20
VALUE_CHARS_MAX: Final = 500
PATTERN_BYTES_MAX: Final = 1 << 20
"""Memory that one compiled pattern may take."""

_WORD: Final = r'[^\s,"}]++'
_BLANKS: Final = r"[^\S\n]"
_ONE: Final = re.compile(
    rf'\s*+([^\s=!~,"{{}}]++)\s*+(=~|!~|!=|=){_BLANKS}*+("(?:[^"\\]|\\.)*+"|(?:{_WORD}(?:{_BLANKS}++{_WORD})*+)?+){_BLANKS}*+(?=[,\n}}]|$)'
)
"""One matcher. Nothing in it is gone over twice, so that no text is made to keep us busy."""
_BETWEEN: Final = re.compile(r"[\s,{}]*")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_PLAIN: Final = re.compile(r'[^\s",{}\\=~][^\s",{}\\]*')


class Unreadable(ValueError):  # noqa: N818 - it says what is wrong with it
    """What was written is no matcher; the text says where."""


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """One condition on one label. A label that is missing has the empty value, as everywhere in this trade."""

    name: str
    sign: str
    value: str

    def __str__(self) -> str:
        quoted = self.value if _PLAIN.fullmatch(self.value) else '"{}"'.format(re.sub(r'(["\\])', r"\\\1", self.value))
        return f"{self.name}{self.sign}{quoted}"

    def meets(self, labels: Mapping[str, str]) -> bool:
        """Return whether the labels meet the condition."""
        found = labels.get(self.name, "")
        match self.sign:
            case "=":
                return found == self.value
            case "!=":
                return found != self.value
            case "=~":
                return bool(_pattern(self.value)(found))
            case _:
                return not _pattern(self.value)(found)


def parse(text: str) -> tuple[Matcher, ...]:
    """
    Return the matchers that `text` writes, separated by commas or lines, in braces or without.

    :raises Unreadable: a part of it is none, or a pattern is wrong.
    """
    found: list[Matcher] = []
    at = _end(_BETWEEN.match(text))
    while at < len(text):
        one = _ONE.match(text, at)
        if one is None:
            raise Unreadable(text[at : at + 40].splitlines()[0])
        found.append(read(one[1], one[2], _unquoted(one[3])))
        at = _end(_BETWEEN.match(text, one.end()))
    if len(found) > MATCHERS_MAX:
        raise Unreadable(f"{len(found)} > {MATCHERS_MAX}")
    return tuple(found)


def read(name: str, sign: str, value: str) -> Matcher:
    """
    Return one matcher.

    :raises Unreadable: its pattern is wrong, or its value is too long.
    """
    one = Matcher(name, sign, value)
    if len(value) > VALUE_CHARS_MAX:
        raise Unreadable(f"{str(one)[:40]}…")
    if sign in {"=~", "!~"}:
        try:
            _pattern(value)
        except re2.error as problem:
            raise Unreadable(str(one)) from problem
    return one


def write(matchers: Iterable[Matcher]) -> str:
    """Return the text that `parse` reads back."""
    return ", ".join(map(str, matchers))


def meet(matchers: Sequence[Matcher], labels: Mapping[str, str]) -> bool:
    """Return whether labels meet all of them. No matcher at all is met by nothing: it would be met by everything."""
    return bool(matchers) and all(one.meets(labels) for one in matchers)


@lru_cache(1024)
def stored(text: str) -> tuple[Matcher, ...]:
    """Return the matchers of a text that was checked when it was saved; none, which match nothing, where a later release cannot read it."""
    try:
        return parse(text)
    except Unreadable:
        return ()


@lru_cache(1024)
def _pattern(written: str) -> Callable[[str], object]:
    options = re2.Options()
    options.max_mem = PATTERN_BYTES_MAX
    options.log_errors = False
    compiled: Callable[[str], object] = re2.compile(written, options).fullmatch
    return compiled


def _unquoted(value: str) -> str:
    return _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value


def _end(match: "re.Match[str] | None") -> int:
    return match.end() if match else 0
