"""The only source of chance: everything random that the product needs is drawn here."""

import secrets

SALT_BYTES = 32


def salt() -> bytes:
    """Return 32 unpredictable bytes that hide what a commitment stands for."""
    return secrets.token_bytes(SALT_BYTES)
