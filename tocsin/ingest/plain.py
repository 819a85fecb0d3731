"""Plain calls: the heads of requests that say nothing beyond an address and the length of their body. Pure."""

import re
from dataclasses import dataclass

HEAD_BYTES_MAX = 4096
# Nothing here matches in two ways, so a head that does not match is known as such in one pass.
_HEAD = re.compile(
    rb"POST (/in/[A-Za-z0-9._~-]+/[A-Za-z0-9._~-]+) HTTP/1\.1((?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*)+)"
)
_LENGTH = re.compile(rb"[0-9]{1,9}")
_NOT_PLAIN = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade", b"te", b"trailer"})


@dataclass(frozen=True, slots=True)
class Head:
    """A plain call: its path, without anything that would have to be decoded, and how many bytes follow."""

    path: str
    length: int


def read(head: bytes) -> Head | None:
    """
    Return what `head`, without the empty line at its end, calls for; None if it is not plain and a whole HTTP server has to read it.

    None is never wrong, only slower: whatever could be read in two ways is not plain.
    """
    match = _HEAD.fullmatch(head)
    if match is None:
        return None
    lengths, hosts = [], 0
    for line in match[2][2:].split(b"\r\n"):
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip(b" \t")
        if name in _NOT_PLAIN or (name == b"connection" and value.lower() != b"keep-alive"):
            return None
        hosts += name == b"host"
        if name == b"content-length":
            lengths.append(value)
    if hosts != 1 or len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]):
        return None
    return Head(match[1].decode("ascii"), int(lengths[0]))
