"""What proving a dossier can find, and what its lines are called."""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tocsin.incidents import chain


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that does not hold: where in the file, and what."""

    place: str
    problem: str


def label(content: Any) -> str:
    """Return what a line of the record is called. LookupError for what is no such line."""
    match content:
        case {"manifest": {}, **rest} if not rest:
            return "manifest"
        case {"entry": {"seq": seq}, **rest} if not rest:
            return f"entry {seq}"
        case {"seal": {"seq": seq, "place": place}, **rest} if not rest:
            return f"seal {seq} {place}"
        case {"person": {"id": person}, **rest} if not rest:
            return f"person {person}"
        case _:
            raise LookupError("no line of a record")


def public(key: str) -> Ed25519PublicKey | None:
    """Return the key that is spelled so, if it is one."""
    try:
        return chain.public_key(key)
    except ValueError:
        return None
