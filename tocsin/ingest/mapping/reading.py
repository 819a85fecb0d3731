"""What a mapping makes of a body. Pure: the same body and mapping give the same alerts."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from tocsin.ingest.mapping.expressions import Evaluator
from tocsin.ingest.mapping.text import Mapped
from tocsin.ingest.sources import Alert

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS: Final = (1, 10**3, 10**6, 10**9)
_SECONDS_MAX: Final = 10**11
"""The year 5138: whatever is larger is told in thousandths and smaller."""
KEY_CHARS_MAX: Final = 200
WORDS_MAX: Final = 100
"""How many labels or annotations an alert has."""


class Unmapped(ValueError):  # noqa: N818 - it says what became of the body
    """What the mapping found is not what an alert needs."""


def alerts(mapping: Mapped, body: Any, at: datetime, prefix: str = "") -> Iterator[Alert]:
    """
    Yield what a body that came `at` says. `prefix` stands before each key, so that two senders do not share an alert.

    :raises ValueError: something is not what it must be; the message says which field of which alert.
    """
    evaluator = Evaluator()
    for number, entry in enumerate(_entries(mapping, evaluator, body), 1):
        found = {name: _find(evaluator, name, number, expression, entry) for name, expression in mapping.fields.items() if name != "each"}
        try:
            yield _alert(found, at, prefix)
        except Unmapped as error:
            raise Unmapped(f"alert {number}: {error}") from error


def _find(evaluator: Evaluator, name: str, number: int, expression: Any, entry: Any) -> Any:
    try:
        return evaluator.find(expression, entry)
    except ValueError as error:
        raise Unmapped(f"alert {number}: {name}: {error}") from error


def _entries(mapping: Mapped, evaluator: Evaluator, body: Any) -> list[Any]:
    each = mapping.fields.get("each")
    found = evaluator.find(each, body) if each else body
    if found is None:
        raise Unmapped("each finds nothing")
    return found if isinstance(found, list) else [found]


def _alert(found: Mapping[str, Any], at: datetime, prefix: str) -> Alert:
    key, firing = _key(found["key"]), _firing(found)
    title = _words_of(found.get("title"))
    brief = not firing and not title  # an end seldom repeats what its beginning said
    return Alert(
        key=prefix + key,
        title=title or key,
        firing=firing,
        starts_at=_instant("starts_at", found.get("starts_at")),
        ends_at=None if firing else _instant("ends_at", found.get("ends_at")),
        labels=_words("labels", found.get("labels")),
        annotations=_words("annotations", found.get("annotations")),
        link=_words_of(found.get("link")),
        happened_at=at,
        brief=brief,
    )


def _key(value: Any) -> str:
    if value is None or isinstance(value, dict | list | bool) or value == "":
        raise Unmapped(f"key finds {_shown(value)}, which tells no alert from another")
    key = _words_of(value)
    return key if len(key) <= KEY_CHARS_MAX else hashlib.sha256(key.encode()).hexdigest()


def _firing(found: Mapping[str, Any]) -> bool:
    name = "resolved" if "resolved" in found else "firing"
    value = found.get(name, True)
    if not isinstance(value, bool):
        raise Unmapped(f"{name} finds {_shown(value)}, which is neither true nor false")
    return value is (name == "firing")


def _instant(name: str, value: Any) -> datetime | None:
    """Return the instant that a text in ISO 8601 or a number since 1970 (seconds, or thousandths and smaller) spells."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            at = _EPOCH + timedelta(seconds=value / next((unit for unit in _UNITS if abs(value) < unit * _SECONDS_MAX), 1))
        else:
            at = datetime.fromisoformat(value)
        told = at.year > 1  # the zero time of many senders says nothing
        at = at.astimezone(UTC) if told and at.tzinfo else at
    except (ValueError, TypeError, OverflowError) as error:
        raise Unmapped(f"{name} finds {_shown(value)}, which is no time") from error
    if at.tzinfo is None:
        raise Unmapped(f"{name} finds {_shown(value)}, which does not say its zone")
    return at if told else None


def _words(name: str, value: Any) -> dict[str, str]:
    """Return names and values from an object, or from a list of objects with name and value or of texts with a colon between."""
    pairs = dict(value) if isinstance(value, dict) else dict(map(_pair, value)) if isinstance(value, list) else None
    if pairs is None:
        if value is None:
            return {}
        raise Unmapped(f"{name} finds {_shown(value)}, which has no names and values")
    if len(pairs) > WORDS_MAX:
        raise Unmapped(f"{name} finds {len(pairs)} names, more than {WORDS_MAX}")
    return {str(word): _words_of(one) for word, one in pairs.items() if one is not None}


def _pair(one: Any) -> tuple[str, Any]:
    if isinstance(one, dict):
        name = next((one[word] for word in ("name", "key", "tag") if isinstance(one.get(word), str)), "")
        if name:
            return name, one.get("value")
    if isinstance(one, str):
        name, _, value = one.partition("=" if "=" in one else ":")
        return name.strip(), value.strip()
    raise Unmapped(f"{_shown(one)} has no name")


def _words_of(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _shown(value: Any) -> str:
    """Return a value as a reason quotes it."""
    if value is None:
        return "nothing"
    text = _words_of(value) if not isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
