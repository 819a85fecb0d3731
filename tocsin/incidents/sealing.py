"""Words that can be erased from a record that cannot be altered: the chain holds a salted hash, the words lie beside it."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.kit import chance

_COMMITMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)
ERASED = "⟦erased⟧"
"""What an erased or withheld text decodes to. The commitment stays in the chain, so the chain still verifies."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A text and the 32 random bytes that keep its commitment from being guessed. Both are deleted together."""

    salt: bytes
    text: str

    @property
    def commitment(self) -> str:
        """Return what stands in the chain for this text."""
        return commit(self.salt, self.text)


def seal(text: str) -> Sealed:
    """Return `text` with a fresh salt."""
    return Sealed(chance.salt(), text)


def commit(salt: bytes, text: str) -> str:
    """Return SHA-256 over `salt` and the UTF-8 bytes of `text`, in hex. Pure. The salt's length is fixed, so the two cannot run together."""
    if len(salt) != chance.SALT_BYTES:
        raise ValueError(f"a salt has {chance.SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(salt + text.encode()).hexdigest()


def places(tree: object, place: str = "") -> Iterator[str]:
    """Yield the JSON pointers in a body under which something is sealed, without knowing the type of the event."""
    match tree:
        case {"sealed": str(commitment), **others} if not others and _COMMITMENT.fullmatch(commitment):
            yield place
        case dict():
            for name, part in tree.items():
                yield from places(part, f"{place}/{name.replace('~', '~0').replace('/', '~1')}")
        case list():
            for index, part in enumerate(tree):
                yield from places(part, f"{place}/{index}")
