"""Secrets that are shown once: how they are made, and the digest that is kept in their place."""

import hashlib
import secrets


def mint() -> str:
    """Return a new secret of 160 bits in lower-case hex, safe in a path, a header and a form."""
    return secrets.token_hex(20)


def digest(secret: str) -> str:
    """Return what is stored of `secret`. A plain hash is enough: nobody guesses 160 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
