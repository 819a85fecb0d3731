"""The chain of hashes under a journal, and the signature on its head. Anyone can recompute it with a SHA-256 tool and the lines below."""

import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)


def genesis(organisation: str, incident: str) -> str:
    """Return what the first entry links to, so that no journal passes for another's. Typed ids (`org_…`, `inc_…`)."""
    return _hash("tocsin-journal-1", organisation, incident)


def link(prev_hash: str, seq: int, kind: str, version: int, body: str) -> str:
    """
    Return the hash of an entry, in hex: SHA-256 over `tocsin-entry-1`, previous hash, seq, type, version and body,
    one to a line.
    """
    return _hash("tocsin-entry-1", prev_hash, str(seq), kind, str(version), body)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a journal at some instant: what is signed so that nobody can cut the end off unseen."""

    organisation: str
    incident: str
    seq: int
    hash: str

    def bytes(self) -> bytes:
        """Return what the signature is over."""
        return "\n".join(("tocsin-head-1", self.organisation, self.incident, str(self.seq), self.hash)).encode()


def sign_head(key: Ed25519PrivateKey, head: Head) -> str:
    """Return the signature of `key` under `head`, in hex."""
    return key.sign(head.bytes()).hex()


def verify_head(key: Ed25519PublicKey, head: Head, signature: str) -> bool:
    """Return whether `signature` is the one that `key` put under `head`."""
    return is_signed(key, signature, head.bytes())


def is_signed(key: Ed25519PublicKey, signature: str, content: bytes) -> bool:
    """Return whether `signature` is by `key` over `content`. Only lower-case hex counts, so that one signature has one spelling."""
    if not _SIGNATURE.fullmatch(signature):
        return False
    try:
        key.verify(bytes.fromhex(signature), content)
    except InvalidSignature:
        return False
    return True


def public_text(key: Ed25519PublicKey) -> str:
    """Return the public key as 64 hex digits: the form in which it is handed out and given to `verify --key`."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def public_key(text: str) -> Ed25519PublicKey:
    """Return the key that `public_text` wrote. ValueError for anything else."""
    if not _KEY.fullmatch(text):
        raise ValueError("a public key has 64 hex digits")
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


def _hash(*lines: str) -> str:
    # JSON text holds no raw line break and ids, types and hashes have none, so joined lines cannot be split another way.
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
