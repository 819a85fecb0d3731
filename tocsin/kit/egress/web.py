"""HTTP over one line: a strict reading of URLs, one request, one bounded answer, no redirects."""

import re
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from json import JSONDecodeError, loads
from typing import Any, Final

import httpcore
import httpx

from tocsin.kit import clock
from tocsin.kit.egress.errors import Rejected, Unreachable
from tocsin.kit.egress.line import Deadline

ANSWER_BYTES_MAX: Final = 64 * 1024
# One reading and no other: what two parsers could read differently (userinfo, backslashes, escapes and foreign dots in the host,
# fragments, blanks) is refused rather than interpreted.
_HOST: Final = r"\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\x7f/?#@\\:%\[\]\u3002\uff0e\uff61]+"
_URL: Final = re.compile(rf"(?i:https?)://(?:{_HOST})(?::([0-9]{{1,5}}))?(?:/[!-\"$-\[\]-~]*)?(?:\?[!-\"$-\[\]-~]*)?")
_LATER: Final = frozenset({408, 425, 429})
_NOT_SENT: Final = (httpcore.ConnectError, httpcore.ConnectTimeout)


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


class _Stream(httpcore.NetworkStream):
    """A socket as httpcore wants it. The deadline counts, whatever timeout the library asks for."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._sock.settimeout(self._deadline.left())
        try:
            return self._sock.recv(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._sock.settimeout(self._deadline.left())
        try:
            self._sock.sendall(buffer)
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> "_Stream":
        self._sock.settimeout(self._deadline.left())
        try:
            return _Stream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname), self._deadline)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error

    def close(self) -> None:
        self._sock.close()


class _Pinned(httpcore.NetworkBackend):
    """Hands out the one line that the door has opened, whatever the library believes to dial."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> _Stream:
        return self._stream


def post(sock: socket.socket, to: Place, content: bytes, headers: Mapping[str, str], *, deadline: Deadline, trust: ssl.SSLContext) -> Reply:
    """
    Send one POST over `sock` and return the 2xx answer.

    :raises Unreachable: no whole answer in time, 408, 425, 429 or 5xx.
    :raises Rejected: a redirect or any other answer.
    """
    url = httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=to.target)
    fixed = {"Host": to.authority, "User-Agent": "Tocsin", "Accept-Encoding": "identity", "Connection": "close"}
    backend = _Pinned(_Stream(sock, deadline))
    try:
        with (
            httpcore.ConnectionPool(ssl_context=trust, network_backend=backend) as pool,
            pool.stream("POST", url, headers=list({**fixed, **headers}.items()), content=content) as response,
        ):
            body = _read(response)
            answer = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    except httpcore.LocalProtocolError as error:
        raise Rejected("bad_request", f"the request cannot be put into HTTP: {error}") from error
    except _NOT_SENT as error:
        raise Unreachable(f"{to.host}: {_late(deadline) or error}") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
        raise Unreachable(f"{to.host}: {_late(deadline) or error or 'the connection broke'}", in_doubt=True) from error
    if deadline.passed():  # a body without a length looks whole when the line is cut
        raise Unreachable(f"{to.host}: {_late(deadline)}", in_doubt=True)
    return _judged(to, response.status, answer, body)


def _late(deadline: Deadline) -> str:
    return f"no whole answer within {deadline.seconds:g} s" if deadline.passed() else ""


def _read(response: httpcore.Response) -> bytes:
    body = b""
    for part in response.iter_stream():
        body += part
        if len(body) > ANSWER_BYTES_MAX:
            break
    return body


def _judged(to: Place, status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    said = " ".join(body[:200].decode("utf-8", "replace").split())
    answer = f"{to.host} answered {status}" + (f": {said}" if said else "")
    if 200 <= status < 300:
        return Reply(status, headers, body[:ANSWER_BYTES_MAX], cut=len(body) > ANSWER_BYTES_MAX)
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
