"""Doors: the addresses at which sources are called, and where in a call the key stands. Pure."""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from tocsin.ingest.sources import Source

POST = frozenset({"POST"})
KEY, NAME = "key", "name"
"""The part of a door's path that is the key, `/alert/{key}/{routing}`, and the one that names a check behind a key of the organisation."""
OURS = "in"


@dataclass(frozen=True, slots=True)
class Door:
    """
    An address that clients of a source call unchanged. A part in braces matches anything, or what stands behind its colon, and is handed
    on under its name.

    It is answered as it stands, and below `/in/{source}` and `/in/{source}/{key}`, for clients that let only the beginning be set.
    """

    path: str
    methods: frozenset[str] = POST


@dataclass(frozen=True, slots=True)
class Header:
    """The key stands in this header, behind one of the schemes if there are any."""

    name: str
    schemes: tuple[str, ...] = ()

    def find(self, call: "Call") -> str:
        """Return the key, or nothing."""
        value = call.headers.get(self.name, "").strip()
        if not self.schemes:
            return value
        scheme, _, rest = value.partition(" ")
        return rest.strip() if scheme.lower() in self.schemes else ""


@dataclass(frozen=True, slots=True)
class Query:
    """The key stands in this parameter of the address."""

    name: str

    def find(self, call: "Call") -> str:
        """Return the key, or nothing."""
        return call.query.get(self.name, "")


@dataclass(frozen=True, slots=True)
class Password:
    """The key is the password of HTTP Basic; the user's name does not matter."""

    def find(self, call: "Call") -> str:
        """Return the key, or nothing."""
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return ""
        try:
            return b64decode(rest.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""


Place = Header | Query | Password
ANYWHERE: tuple[Place, ...] = (Header("authorization", ("bearer",)), Password())
"""Where the key of every source may stand besides the path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    One call as it came. `id` is ours, new for each; names of headers are in lower case; `body` is as its sender made it.

    `door` is the path of the door, empty for `/in/{source}/{key}`; `parts` is what stood in its braces.
    """

    id: str
    method: str = "POST"
    door: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """Return the type of the body, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        """
        Return the fields of a form, the first of those that come twice.

        :raises ValueError: it is none, or has too many fields.
        """
        pairs = parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=100)
        return dict(reversed(pairs))


@dataclass(frozen=True, slots=True)
class Address:
    """Which source is called, through which door, and the key if it stood in the path, with a slash and the name of a check if one did."""

    source: "Source"
    door: Door
    secret: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)


class _Way:
    """A door taken apart."""

    def __init__(self, source: "Source", door: Door) -> None:
        self.source, self.door = source, door
        self.words = [_Word.read(word) for word in door.path[1:].split("/")]

    def parts(self, words: list[str]) -> dict[str, str] | None:
        """Return what stands in the braces if `words` go through here."""
        if len(words) != len(self.words) or not all(wanted.fits(word) for wanted, word in zip(self.words, words, strict=True)):
            return None
        return {wanted.part: word for wanted, word in zip(self.words, words, strict=True) if wanted.part}


@dataclass(frozen=True, slots=True)
class _Word:
    """What may stand between two slashes: a word of the door's own, or a part that is handed on."""

    part: str
    fits: Callable[[str], object]

    @classmethod
    def read(cls, word: str) -> "_Word":
        """Take `start`, `{part}` or `{part:start|fail}` apart."""
        if not word.startswith("{"):
            return cls("", word.__eq__)
        part, _, within = word[1:-1].partition(":")
        return cls(part, re.compile(within or ".+", re.DOTALL).fullmatch)


class Doors:
    """All doors of all sources."""

    def __init__(self, sources: Iterable["Source"]) -> None:
        self._plain: dict[str, Address] = {}
        self._ways: dict[str, list[_Way]] = {}
        self._fronts: dict[str, list[_Way]] = {}
        for source in sources:
            self._plain[source.name] = Address(source, Door("", source.methods))
            self._ways[source.name] = [_Way(source, door) for door in source.doors]
            for way in self._ways[source.name]:
                self._fronts.setdefault(way.door.path[1:].partition("/")[0], []).append(way)

    def answers(self, path: str, raw_path: bytes = b"") -> bool:
        """Return whether a call of `path` comes through a door. Every request to the whole server is asked."""
        first = path[1:].partition("/")[0]
        return first == OURS or (first in self._fronts and _through(self._fronts[first], _words(path, raw_path)) is not None)

    def find(self, path: str, raw_path: bytes = b"") -> Address | None:
        """Return where a call of `path` goes; `raw_path` tells a slash within a part from one between parts."""
        parts = path.split("/")
        if len(parts) == 4 and parts[1] == OURS and parts[3] and (plain := self._plain.get(parts[2])) and not plain.source.doors:
            return Address(plain.source, plain.door, parts[3])
        words = _words(path, raw_path)
        if words[:1] == [OURS]:
            return self._inside(words[1:])
        return _through(self._fronts.get(words[0], ()), words) if words else None

    def _inside(self, words: list[str]) -> Address | None:
        """Return where `/in/{source}/…` goes: a door or nothing, behind the key or without it."""
        plain = self._plain.get(words[0]) if words else None
        if plain is None or len(words) == 1:
            return plain
        ways = self._ways[words[0]]
        open_one = _through(ways, words[1:])
        if open_one is not None:
            return open_one
        if len(words) == 2:
            return Address(plain.source, plain.door, words[1])
        behind = _through(ways, words[2:])
        return behind and Address(behind.source, behind.door, words[1], behind.parts)


def _words(path: str, raw_path: bytes) -> list[str]:
    """Return what stands between the slashes, the first and the last of them left out."""
    words = [unquote(word) for word in raw_path.decode("ascii", "replace").split("/")] if raw_path else path.split("/")
    return words[1:] if words[-1] else words[1:-1]


def _through(ways: Iterable[_Way], words: list[str]) -> Address | None:
    for way in ways:
        parts = way.parts(words)
        if parts is not None:
            secret, name = parts.pop(KEY, ""), parts.pop(NAME, "")
            return Address(way.source, way.door, f"{secret}/{name}" if name else secret, parts)
    return None
