"""Bytes from outside as a person can read them: indented where they are JSON, bounded, and nothing in them that could act."""

import unicodedata
from dataclasses import dataclass
from typing import Final

import msgspec

CHARS_MAX: Final = 100_000
INDENTED_BYTES_MAX: Final = 256 * 1024
"""Indenting a deep body makes it many times as long."""
_KEPT: Final = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Shown:
    """The text of a body, and whether there is more of it than is shown."""

    text: str
    more: bool


def shown(body: bytes) -> Shown:
    """Return the text of a body: whatever it is, it can be looked at."""
    text = _indented(body[: INDENTED_BYTES_MAX + 1])
    return Shown("".join(_visible(each) for each in text[:CHARS_MAX]), len(text) > CHARS_MAX or len(body) > INDENTED_BYTES_MAX)


def _indented(body: bytes) -> str:
    if len(body) <= INDENTED_BYTES_MAX:
        try:
            return msgspec.json.format(body, indent=2).decode()
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
    return body.decode(errors="replace").replace("\r\n", "\n")


def _visible(character: str) -> str:
    """Return the character, or a mark in its place where it would not be seen, or would turn the direction of what follows."""
    return "\N{REPLACEMENT CHARACTER}" if character not in _KEPT and unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character
