"""What a mail says: its subject, its text and its headers, bounded. Pure; nothing in a mail makes it raise anything but ValueError."""

import codecs
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr
from html.parser import HTMLParser
from itertools import count
from typing import Final

HEADER_CHARS_MAX: Final = 2_000
HEADERS_MAX: Final = 100
TEXT_CHARS_MAX: Final = 100_000
PARTS_MAX: Final = 100
PARTS_TAKEN_APART_MAX: Final = 1_000
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

NO_CHARSETS: Final = ("punycode", "idna", "unicode-escape", "raw-unicode-escape")
"""Codecs of Python that no mail is written in: for names of hosts, which take hours for a text, and for programs."""

Mail = dict[str, str | dict[str, str]]


def read(raw: bytes) -> Mail:
    """
    Return subject, from, to, date, id, text and headers of a mail, all as text.

    :raises ValueError: an automatic reply answers what we or others sent, and says nothing of its own; or it has too many parts, one
        beside or within the other.
    """
    message = _parsed(raw)
    headers = {name.lower(): _words(str(value)) for name, value in reversed(message.items()[:HEADERS_MAX])}
    if headers.get("auto-submitted", "").startswith("auto-replied"):
        raise ValueError("this is an automatic reply")
    return {
        "subject": headers.get("subject", "").strip(),
        "from": _address(headers.get("from", "")),
        "to": _address(headers.get("to", "")),
        "date": headers.get("date", ""),
        "id": headers.get("message-id", "").strip(),
        "text": _text(message)[:TEXT_CHARS_MAX],
        "headers": headers,
    }


def text_of(raw: bytes) -> str:
    """
    Return the text of a mail, whole: for a sender that can only mail what it would post.

    :raises ValueError: it has too many parts, one beside or within the other.
    """
    return _text(_parsed(raw))


class _Short(Compat32):
    """Headers as they came, and no longer than anybody writes. The newer parser of headers can be kept busy by a crafted one."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header: parameters of a long one would be gone over again for each of them."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_CHARS_MAX]


_SHORT: Final = _Short()


def _parsed(raw: bytes) -> Message:
    made = count()

    def part(policy: Compat32 = _SHORT) -> Message:
        if next(made) > PARTS_TAKEN_APART_MAX:
            raise ValueError("it has too many parts")
        return Message(policy=policy)

    try:
        message = message_from_bytes(raw, part, policy=_SHORT)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return message


def _address(header: str) -> str:
    """Return the first address of a header; none where comments stand within comments without end."""
    try:
        return parseaddr(header)[1]
    except RecursionError:
        return ""


def _words(value: str) -> str:
    """Return a header with its encoded words as text; what cannot be decoded stays as it is."""
    value = value[:HEADER_CHARS_MAX]
    try:
        parts = [part if isinstance(part, str) else _decoded(part, charset or "ascii") for part, charset in decode_header(value)]
    except (ValueError, HeaderParseError):
        return _clean(value)
    return _clean("".join(parts).replace("\r", "").replace("\n", ""))


def _text(message: Message) -> str:
    """Return the first plain text, else the first HTML without its tags."""
    parts = [part for part, _ in zip(message.walk(), range(PARTS_MAX), strict=False) if not part.is_multipart()]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and "attachment" not in str(part.get("content-disposition", "")):
                content = part.get_payload(decode=True)
                text = _decoded(content if isinstance(content, bytes) else b"", str(part.get_param("charset", "utf-8")))
                return _clean(text if kind == "text/plain" else " ".join(_Tagless.words(text))).replace("\r\n", "\n").strip()
    return ""


def _decoded(content: bytes, charset: str) -> str:
    try:
        known = codecs.lookup(charset).name not in NO_CHARSETS
        return content.decode(charset if known else "utf-8", errors="replace")
    except (LookupError, ValueError):
        return content.decode(errors="replace")


def _clean(text: str) -> str:
    return text.replace("\0", REPLACEMENT).encode("utf-8", "replace").decode()


class _Tagless(HTMLParser):
    """Collects what stands between tags, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden = 0
        self._found: list[str] = []

    @classmethod
    def words(cls, html: str) -> Iterator[str]:
        """Yield the words of a page."""
        parser = cls()
        with suppress(AssertionError):  # so it says that it makes nothing of a declaration; what stands before is found
            parser.feed(html[:TEXT_CHARS_MAX])
        for text in parser._found:
            yield from text.split()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Hide what is no text."""
        self._hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        """Show what follows."""
        self._hidden -= tag in {"script", "style"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        if not self._hidden:
            self._found.append(data)
