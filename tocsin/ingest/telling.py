"""What sources say, in the words of an alert: labels and annotations are texts, times are instants, keys are short. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

KEY_CHARS_MAX = 255
NUL, REPLACEMENT = "\0", "\N{REPLACEMENT CHARACTER}"
"""PostgreSQL keeps no NUL in a text."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS = 1e11
"""Seconds since 1970 come this far only in the year 5138."""


def text(value: Any) -> str:
    """Return a JSON value as a person would write it: lists of plain values with commas, anything deeper as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case [*items] if not any(isinstance(item, list | dict) for item in items):
            return ", ".join(map(text, items))
    return msgspec.json.encode(value).decode()


def clean(value: str) -> str:
    """Return a text as every database keeps it."""
    return value.replace(NUL, REPLACEMENT)


def words(pairs: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of those values that are not empty."""
    return {name: said for name, value in pairs.items() if (said := text(value))}


def plain(pairs: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of those values that are one word or number each, and not empty."""
    return words({name: value for name, value in pairs.items() if not isinstance(value, list | dict)})


def key(*parts: str) -> str:
    """Return a fingerprint that is the same for the same parts: themselves where that is short enough."""
    if len(parts) == 1 and 0 < len(parts[0]) <= KEY_CHARS_MAX:
        return parts[0]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def key_of(labels: Mapping[str, str]) -> str:
    """Return the fingerprint of an alert that is known by nothing but its labels."""
    return key(*(part for pair in sorted(labels.items()) for part in pair))


def instant(value: Any) -> datetime | None:
    """Return the instant that a sender writes as RFC 3339 (UTC if no offset is told) or as seconds or milliseconds since 1970."""
    if not isinstance(value, str) or value.strip().replace(".", "", 1).isdecimal():
        return _since_1970(value)
    try:
        at = datetime.fromisoformat(value.strip())
        return _plausible(at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _since_1970(value: Any) -> datetime | None:
    try:
        seconds = float(value)
        return _plausible(EPOCH + timedelta(seconds=seconds / 1000 if seconds > MILLISECONDS else seconds))
    except (TypeError, ValueError, OverflowError):
        return None


def _plausible(at: datetime) -> datetime | None:
    """Return `at` unless it is the zero time of some language, which says that there is none."""
    return at if 1970 < at.year < 9999 else None
