"""What is kept in the place of a secret that is shown once."""

import hashlib


def digest(secret: str) -> str:
    """Return what is stored of `secret`. A plain hash is enough: nobody guesses 160 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
