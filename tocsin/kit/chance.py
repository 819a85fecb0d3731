"""The only source of chance: everything random that the product needs is drawn here."""

import secrets

SALT_BYTES = 32


def salt() -> bytes:
    """Return 32 unpredictable bytes that hide what a commitment stands for."""
    return secrets.token_bytes(SALT_BYTES)


def secret() -> str:
    """Return 160 unpredictable bits in lower-case hex: safe in a path, a header and a form."""
    return secrets.token_hex(20)


def between(least: int, most: int) -> int:
    """Return a number by lot, so that many who would do the same at the same moment do not."""
    return least + secrets.randbelow(most - least + 1)
