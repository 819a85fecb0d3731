"""Ids: UUIDv7 inside, so that keys made later sort later; a typed spelling (`inc_…`) at every edge, so that none is taken for another."""

import os
import re
import time
from collections.abc import Iterator
from struct import Struct
from uuid import UUID, SafeUUID

_CHANCE = (1 << 62) - 1
_CHANCES = Struct("64Q")
"""Chance for ids that are made at once. They are in order: each is 1/4096 of a millisecond after the one before."""
_blank, _set, _UNKNOWN = object.__new__, object.__setattr__, SafeUUID.unknown
_TYPED = re.compile(r"([a-z]{2,8})_([0-9a-f]{32})")


def new() -> UUID:
    """Return a fresh UUIDv7: milliseconds, then 1/4096 of a millisecond, then chance (RFC 9562, method 3)."""
    return _made(_stamp(time.time_ns()), int.from_bytes(os.urandom(8)))


def many() -> Iterator[UUID]:
    """Yield fresh ids without end, for whoever needs some hundreds: chance is asked for once for as many as a look at the clock is good for."""
    while True:
        stamp = _stamp(time.time_ns())
        for chance in _CHANCES.unpack(os.urandom(_CHANCES.size)):
            yield _made(stamp, chance)
            stamp += 1


def of(number: int) -> UUID:
    """Return the id that is this number of 128 bits. `UUID` first asks which of five spellings it was given: twice the time."""
    made = _blank(UUID)
    _set(made, "int", number)
    _set(made, "is_safe", _UNKNOWN)
    return made


def _stamp(at_ns: int) -> int:
    """Return an instant in 1/4096 of a millisecond."""
    return at_ns * 4096 // 1_000_000


def _made(stamp: int, chance: int) -> UUID:
    return of((stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | chance & _CHANCE)


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
