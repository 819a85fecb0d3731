"""What the lane answers when it does not accept: RFC 9457 problems with a stable code and a hint."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a body is not accepted, and what the sender can do."""

    status: int
    code: str
    title: str
    hint: str = ""
    detail: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def answer(self) -> Answer:
        """Return the answer that says so."""
        words = {
            "type": "about:blank",
            "status": self.status,
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "hint": self.hint,
        }
        body = msgspec.json.encode({name: word for name, word in words.items() if word})
        return Answer(self.status, _headers(b"application/problem+json", body, self.headers), body)


class NotAccepted(Exception):  # noqa: N818 - it says what became of the body
    """Raised where a body turns out not to be acceptable."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def accepted() -> Answer:
    """Return the answer to a body that is on the disk."""
    return json(202, {"status": "accepted"})


def json(status: int, words: Any, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """Return an answer in JSON, for the clients of sources that expect one of their own."""
    body = msgspec.json.encode(words)
    return Answer(status, _headers(b"application/json", body, headers), body)


def text(status: int, words: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """Return an answer in plain words."""
    body = words.encode()
    return Answer(status, _headers(b"text/plain; charset=utf-8", body, headers), body)


def in_words_of(words: Callable[["Problem"], Any]) -> Callable[["Problem"], Answer]:
    """Return how a source refuses whose clients read a JSON of their own: its `words`, under the status and headers of the problem."""

    def refuse(problem: Problem) -> Answer:
        return json(problem.status, words(problem), problem.headers)

    return refuse


def _headers(content_type: bytes, body: bytes, more: tuple[tuple[bytes, bytes], ...] = ()) -> Headers:
    return [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *more]


_AGAIN = ((b"retry-after", b"1"),)

UNKNOWN_SOURCE = Problem(status=404, code="unknown_source", title="There is no such source.", hint="The path is /in/{source}/{key}.")
NO_KEY = Problem(
    status=401,
    code="no_key",
    title="There is no key.",
    hint="Put it at the end of the path, or where this source's own clients put theirs.",
    headers=((b"www-authenticate", b"Bearer"),),
)
OTHER_SOURCE = Problem(status=403, code="other_source", title="This key was made for another source.", hint="Make one for this source.")
NO_FEED = Problem(
    status=403,
    code="no_feed",
    title="A key of the organisation does not say what this is about.",
    hint="Make a source on the page Sources, or a check on the page Checks, and use its own key.",
)
UNSIGNED = Problem(
    status=401,
    code="unsigned",
    title="The body is not signed with the secret agreed for this key.",
    hint="Compare the secret at the sender with the one on the page of sources, and the sender's clock.",
)
UNKNOWN_KEY = Problem(
    status=403,
    code="unknown_key",
    title="This key opens nothing.",
    hint="It was mistyped or revoked. Make a new one on the page of keys.",
)
UNKNOWN_NAME = Problem(
    status=404,
    code="unknown_name",
    title="No check is called by this key and name.",
    hint="Behind a check's own key stands start, fail, log or an exit status. A name, which its page shows, goes with a key of the organisation.",
)
UNKNOWN = Problem(status=404, code="unknown", title="Nothing is known of it.", hint="It may not have been read yet: ask again in a moment.")
TOO_LARGE = Problem(status=413, code="too_large", title="The body is larger than 1 MiB.", hint="Send fewer alerts at once.")
TOO_SLOW = Problem(status=408, code="too_slow", title="The body did not arrive in time.", headers=((b"connection", b"close"),))
ENCODED = Problem(status=415, code="encoded", title="The body is compressed.", hint="Send it without Content-Encoding.")
BUSY = Problem(status=503, code="busy", title="More arrives than can be stored.", hint="Send it again.", headers=_AGAIN)
TOO_FAST = Problem(
    status=503,
    code="too_fast",
    title="More comes by this key than was agreed.",
    hint="Send it again when it is time, or have the limit of the source raised.",
    headers=_AGAIN,
)
NOT_STORED = Problem(status=503, code="not_stored", title="The body could not be stored.", hint="Send it again.", headers=_AGAIN)
NO_DATABASE = Problem(status=503, code="no_database", title="The database does not answer.", hint="Send it again.", headers=_AGAIN)
NOT_UNPACKED = Problem(status=400, code="not_unpacked", title="The body is not the gzip that it says it is.")
TOO_DEEP = Problem(status=400, code="too_deep", title="The body is nested too deeply.", hint="64 levels are enough for any alert.")


def too_fast(wait_s: int) -> Problem:
    """Return the problem of what comes faster than its source is let, and when it may come again."""
    return replace(TOO_FAST, headers=((b"retry-after", b"%d" % wait_s),))


def method(allowed: Iterable[str]) -> Problem:
    """Return the problem of a method that this address does not take."""
    words = ", ".join(sorted(allowed))
    headers = ((b"allow", words.encode()),)
    return Problem(status=405, code="method", title="This address is not called so.", hint=f"Use {words}.", headers=headers)


def not_understood(detail: str) -> Problem:
    """Return the problem of a body that is not what its source sends; `detail` says where."""
    return Problem(
        status=400,
        code="not_understood",
        title="The body is not what this source sends.",
        detail=detail[:400],
        hint="Send what the source sends by itself. The body is kept as it came.",
    )
