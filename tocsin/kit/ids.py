"""Ids: UUIDv7 inside, so that keys made later sort later; a typed spelling (`inc_…`) at every edge, so that none is taken for another."""

import os
import re
import time
from collections.abc import Iterator
from uuid import UUID

_CHANCE = (1 << 62) - 1
_TICK_NS = 250
"""Ids that are made at once are in order: each is a little more than 1/4096 of a millisecond after the one before."""
_AT_ONCE = 64
_TYPED = re.compile(r"([a-z]{2,8})_([0-9a-f]{32})")


def new() -> UUID:
    """Return a fresh UUIDv7: milliseconds, then 1/4096 of a millisecond, then chance (RFC 9562, method 3)."""
    return _made(time.time_ns(), os.urandom(8))


def many() -> Iterator[UUID]:
    """Yield fresh ids without end, for whoever needs some hundreds: chance is asked for once for as many as a look at the clock is good for."""
    while True:
        now, chance = time.time_ns(), os.urandom(8 * _AT_ONCE)
        for number in range(_AT_ONCE):
            yield _made(now + number * _TICK_NS, chance[8 * number : 8 * number + 8])


def _made(at_ns: int, chance: bytes) -> UUID:
    milliseconds, rest = divmod(at_ns, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | int.from_bytes(chance) & _CHANCE)


def typed(kind: str, uuid: UUID) -> str:
    """Return the spelling of `uuid` at the edges, such as `inc_0192…` with 32 hex digits."""
    return f"{kind}_{uuid.hex}"


def untyped(kind: str, text: str) -> UUID:
    """
    Return the id that `text` spells.

    :raises ValueError: not a typed id, or one of another kind.
    """
    match = _TYPED.fullmatch(text)
    if match is None or match[1] != kind:
        raise ValueError(f"{text!r} is not an id of the form {kind}_ and 32 hex digits")
    return UUID(match[2])
