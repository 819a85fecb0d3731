"""HTTP over one line: a strict reading of URLs, one request, one bounded answer, no redirects."""

import re
import socket
import ssl
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from json import JSONDecodeError, loads
from typing import Any, Final

import httpx

from tocsin.kit import clock
from tocsin.kit.egress import exchange
from tocsin.kit.egress.errors import Rejected, Unreachable
from tocsin.kit.egress.exchange import ANSWER_BYTES_MAX
from tocsin.kit.egress.kept import shelf
from tocsin.kit.egress.line import Deadline, Dial

# One reading and no other: what two parsers could read differently (userinfo, backslashes, escapes and foreign dots in the host,
# fragments, blanks) is refused rather than interpreted.
_HOST: Final = r"\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\x7f/?#@\\:%\[\]\u3002\uff0e\uff61]+"
_URL: Final = re.compile(rf"(?i:https?)://(?:{_HOST})(?::([0-9]{{1,5}}))?(?:/[!-\"$-\[\]-~]*)?(?:\?[!-\"$-\[\]-~]*)?")
_LATER: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL points: `host` in ASCII and without brackets, `target` the path and query as they go on the wire."""

    scheme: str
    host: str
    port: int
    target: str
    authority: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer; `cut` when there was more of it than we read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False

    def json(self) -> Any:
        """Return the body as JSON, or nothing if it is none."""
        try:
            return loads(self.body)
        except (JSONDecodeError, UnicodeDecodeError, RecursionError):
            return None


@lru_cache(1024)
def place(url: str) -> Place:
    """
    Return where `url` points.

    :raises Rejected: not an http(s) URL, or one that could be read in two ways.
    """
    match = _URL.fullmatch(url)
    try:
        read = httpx.URL(url) if match else None
    except (httpx.InvalidURL, UnicodeError):
        read = None
    if match is None or read is None or not read.host:
        raise Rejected("bad_url", "the address is not a plain http or https URL", hint="no user name, no spaces, no # part")
    port = int(match[1] or (443 if read.scheme == "https" else 80))
    if not 0 < port < 65536:
        raise Rejected("bad_url", f"there is no port {port}", hint="1 to 65535")
    return Place(read.scheme, read.raw_host.decode("ascii"), port, read.raw_path.decode("ascii"), read.netloc.decode("ascii"))


def post(to: Place, content: bytes, headers: Mapping[str, str], *, deadline: Deadline, trust: ssl.SSLContext, dial: Dial) -> Reply:
    """
    Send one POST and return the 2xx answer; over a connection that was kept, or one that `dial` gives.

    The other side may just be closing one that was kept: where nothing of an answer comes over it, it is sent once more over a new one.

    :raises Unreachable: no whole answer in time, 408, 425, 429 or 5xx.
    :raises Rejected: a redirect or any other answer.
    """
    try:
        sent = exchange.request(to.authority, to.target, content, headers)
    except ValueError as error:
        raise Rejected("bad_request", f"the request cannot be put into HTTP: {error}") from error
    where = (to.scheme, to.host, to.port, trust, dial)
    kept = shelf.take(where)
    if kept is not None:
        try:
            return _judged(to, _exchanged(where, kept.sock, kept.dialled_at, sent, deadline))
        except exchange.Broken as error:
            if error.begun or deadline.passed():
                raise _unanswered(to, error, deadline) from error
    dialled_at = clock.monotonic()
    try:
        sock = _secured(dial(to.host, to.port, deadline), to, trust, deadline)
    except Unreachable as error:
        error.in_doubt = kept is not None  # it may have taken what went over that one
        raise
    try:
        return _judged(to, _exchanged(where, sock, dialled_at, sent, deadline))
    except exchange.Broken as error:
        raise _unanswered(to, error, deadline) from error


def _exchanged(where: Hashable, sock: socket.socket, dialled_at: float, sent: bytes, deadline: Deadline) -> exchange.Answer:
    """Return the answer, and keep the connection or close it."""
    answer = None
    try:
        answer = exchange.exchange(sock, sent, deadline)
    finally:
        if answer is not None and answer.keeps:
            shelf.put(where, sock, dialled_at)
        else:
            sock.close()
    return answer


def _secured(sock: socket.socket, to: Place, trust: ssl.SSLContext, deadline: Deadline) -> socket.socket:
    """
    Return the socket, inside TLS where the URL says so.

    :raises Unreachable: the other side is not whom the URL names, or speaks no TLS.
    """
    if to.scheme != "https":
        return sock
    try:
        sock.settimeout(deadline.left())  # of the whole handshake
        return trust.wrap_socket(sock, server_hostname=to.host)
    except OSError as error:
        sock.close()
        raise Unreachable(f"{to.host}: {_late(deadline) or error}") from error


def _unanswered(to: Place, error: exchange.Broken, deadline: Deadline) -> Unreachable:
    return Unreachable(f"{to.host}: {_late(deadline) or error}", in_doubt=True)


def _late(deadline: Deadline) -> str:
    return f"no whole answer within {deadline.seconds:g} s" if deadline.passed() else ""


def _judged(to: Place, given: exchange.Answer) -> Reply:
    status, headers, body = given.status, given.headers, given.body
    if 200 <= status < 300:
        return Reply(status, headers, body[:ANSWER_BYTES_MAX], cut=len(body) > ANSWER_BYTES_MAX)
    said = " ".join(body[:200].decode("utf-8", "replace").split())
    answer = f"{to.host} answered {status}" + (f": {said}" if said else "")
    if status in _LATER or status >= 500:
        raise Unreachable(answer, retry_after_s=_retry_after_s(headers.get("retry-after", "")))
    if 300 <= status < 400:
        raise Rejected("refused", answer, hint="redirects are not followed; enter the final address")
    raise Rejected("refused", answer)


def _retry_after_s(text: str) -> float | None:
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - clock.now()).total_seconds())
