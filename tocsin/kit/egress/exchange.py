"""One HTTP request and its answer over a connected socket, all of it before a deadline."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httptools

from tocsin.kit.egress.line import Deadline

ANSWER_BYTES_MAX: Final = 64 * 1024
_HEAD_BYTES_MAX: Final = 64 * 1024
_RECEIVES: Final = 64 * 1024
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Broken(Exception):  # noqa: N818 - it says what became of it
    """No whole answer came. `begun`: some of it had come."""

    def __init__(self, message: str, *, begun: bool) -> None:
        super().__init__(message)
        self.begun = begun


@dataclass(slots=True)
class Answer:
    """
    What came back. A body is read a little beyond `ANSWER_BYTES_MAX` and no further.

    `keeps`: the connection can take another request.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    keeps: bool = False


def request(authority: str, target: str, content: bytes, headers: Mapping[str, str]) -> bytes:
    """
    Return a POST as it goes on the wire. Pure.

    :raises ValueError: a header that cannot be said in HTTP.
    """
    fixed = {"Host": authority, "User-Agent": "Tocsin", "Accept-Encoding": "identity", "Content-Length": str(len(content))}
    said = {**fixed, **headers}
    for name, value in said.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"the header {name!r} is not one")
    lines = (f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST {target} HTTP/1.1\r\n{''.join(lines)}\r\n".encode("latin-1") + content


def exchange(sock: socket.socket, sent: bytes, deadline: Deadline) -> Answer:
    """
    Send a request and return the whole answer.

    :raises Broken: none came, or not in time.
    """
    reader = _Reader()
    try:
        _send(sock, sent, deadline)
        while not reader.done:
            sock.settimeout(deadline.left())
            data = sock.recv(_RECEIVES)
            if deadline.passed():  # each piece of it came in time, all together did not
                raise TimeoutError
            if not data:
                reader.ended()
                break
            reader.take(data)
    except (OSError, httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
        raise Broken(str(error) or type(error).__name__, begun=reader.begun) from error
    return reader.answer


def _send(sock: socket.socket, sent: bytes, deadline: Deadline) -> None:
    rest = memoryview(sent)
    while rest:
        sock.settimeout(deadline.left())
        rest = rest[sock.send(rest) :]
        if rest and deadline.passed():
            raise TimeoutError


class _Reader:
    """Reads one answer; httptools calls it back."""

    def __init__(self) -> None:
        self.answer = Answer()
        self.begun = self.done = False
        self._head_bytes = 0
        self._headed = False
        self._parser = httptools.HttpResponseParser(self)

    def take(self, data: bytes) -> None:
        """Read what has come."""
        self.begun = True
        if not self._headed:
            self._head_bytes += len(data)
            if self._head_bytes > _HEAD_BYTES_MAX + _RECEIVES:
                raise httptools.HttpParserError("a head without end")
        self._parser.feed_data(data)
        if len(self.answer.body) > ANSWER_BYTES_MAX:
            self.done, self.answer.keeps = True, False

    def ended(self) -> None:
        """
        Take the end of the connection for the end of an answer that says no other.

        :raises OSError: it is none.
        """
        if not self._headed or {"content-length", "transfer-encoding"} & self.answer.headers.keys():
            raise OSError("the other side closed the connection before its answer was whole")
        self.done = True

    def on_header(self, name: bytes, value: bytes) -> None:
        self.answer.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.answer.status = self._parser.get_status_code()
        self._headed = self.answer.status >= 200

    def on_body(self, data: bytes) -> None:
        self.answer.body += data

    def on_message_complete(self) -> None:
        if self._headed:
            self.done, self.answer.keeps = True, self._parser.should_keep_alive()
        else:  # something that is said before the answer, such as 103
            self.answer.headers.clear()

    def on_message_begin(self) -> None:
        if self.done:
            raise httptools.HttpParserError("more was answered than was asked")
