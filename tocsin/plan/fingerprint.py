"""The hash that names a plan version."""

import hashlib
import json
import unicodedata
from decimal import Decimal

from tocsin.plan.document import Plain

# Mappings whose order is part of the plan: gravest level first, what people choose from, the order of a form, the order of the organisation.
_ORDERED = frozenset({"levels", "options", "fields", "of", "groups", "departments"})


def fingerprint(data: dict[str, Plain]) -> str:
    """
    Return SHA-256, in hex, over the canonical form of a plan.

    Comments, layout, quoting and the order of keys do not count; order counts in lists and where it means something.
    """
    canonical = json.dumps(_canonical(data, ""), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: Plain, key: str) -> object:
    match value:
        case dict():
            pairs = [(_text(name), _canonical(item, name)) for name, item in value.items()]
            return ["ordered", *pairs] if key in _ORDERED else dict(sorted(pairs, key=lambda pair: pair[0]))
        case list():
            return [_canonical(item, "") for item in value]
        case str():
            return _text(value)
        case Decimal():
            return {"decimal": str(value)}
        case _:
            return value


def _text(value: str) -> str:
    return unicodedata.normalize("NFC", value)
