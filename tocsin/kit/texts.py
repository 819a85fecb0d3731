"""What every text must be that is stored: PostgreSQL takes no NUL, and half a surrogate pair is no UTF-8."""

import re
from typing import Final

_FORBIDDEN: Final = re.compile(r"[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """Return whether every database can hold this text."""
    return _FORBIDDEN.search(text) is None
