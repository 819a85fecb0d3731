"""What every text must be that is stored (PostgreSQL takes no NUL, and half a surrogate pair is no UTF-8), and how texts are looked for."""

import re
import unicodedata
from typing import Final

_FORBIDDEN: Final = re.compile(r"[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """Return whether every database can hold this text."""
    return _FORBIDDEN.search(text) is None


def folded(text: str) -> str:
    """Return what is left of a text when it is looked for: no case, no marks over and under letters (ё is е, ś is s, ł is l), no wide forms."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char)).replace("ł", "l")
