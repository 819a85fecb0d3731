"""Message texts: logic-less slots filled with values, in every locale of the template, deterministic to the byte."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.engine.expressions import Value
from tocsin.engine.times import Span, parse

SLOT: Final = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}")
PERSONAL: Final = ("party.name", "sender.name")
"""Slots that stay in the approved text and are filled in for each reader when it is sent; the text is otherwise sent byte for byte."""
OF_INCIDENT: Final = ("incident.number", "incident.title")
"""What a field of a message can be filled from besides facts and moments."""
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
_UNITS: Final[Mapping[str, tuple[str, str, str]]] = {
    "en": ("d", "h", "min"),
    "ru": ("д", "ч", "мин"),
    "pl": ("d", "godz.", "min"),
    "zh": ("天", "小时", "分钟"),
}
_YES_NO: Final[Mapping[str, tuple[str, str]]] = {"en": ("yes", "no"), "ru": ("да", "нет"), "pl": ("tak", "nie"), "zh": ("是", "否")}


def render(template: str, fill: Callable[[str], str]) -> str:
    """Return `template` with every `{{ name }}` replaced by `fill(name)`. What is filled in is never read for slots again."""
    return SLOT.sub(lambda match: fill(match[1]), template)


def slots(template: str) -> tuple[str, ...]:
    """Return the names of the slots of `template`, in order."""
    return tuple(SLOT.findall(template))


def spell(value: Value, locale: str, zone: str) -> str:
    """Return `value` for people who read `locale`: times in the plan's zone, which is named; durations in short units."""
    match value:
        case bool():
            return _YES_NO.get(locale, _YES_NO["en"])[0 if value else 1]
        case datetime():
            return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
        case timedelta():
            return _span(value, _UNITS.get(locale, _UNITS["en"]))
        case tuple():
            return ", ".join(value)
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return value


def _span(value: timedelta, units: tuple[str, str, str]) -> str:
    minutes = int(value.total_seconds()) // 60
    parts = ((minutes // 1440, units[0]), (minutes % 1440 // 60, units[1]), (minutes % 60, units[2]))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or f"0 {units[2]}"


def span(words: str) -> Span:
    """
    Return the span that people wrote, as plans write it (`1h30m`) or as `spell` does in any of its languages.

    :raises ValueError: it is none.
    """
    try:
        return parse(words.replace(" ", ""))
    except ValueError:
        for units in _UNITS.values():
            names = [re.escape(unit) for unit in units]
            found = re.fullmatch(r"\s*" + r"\s*".join(rf"(?:(\d+)\s*{unit})?" for unit in names) + r"\s*", words)
            if found and any(found.groups()):
                days, hours, minutes = (int(number or 0) for number in found.groups())
                return Span(exact=timedelta(days=days, hours=hours, minutes=minutes))
        raise


def instant(words: str, at: datetime, zone: str) -> datetime:
    """
    Return the instant that people wrote at `at`: a date with its time, with an offset or as it is in `zone`, or the next `12:30` there.

    :raises ValueError: it is none.
    """
    words = words.partition(" (")[0].strip()
    if _CLOCK.fullmatch(words):
        hour, minute = map(int, words.split(":"))
        local = at.astimezone(ZoneInfo(zone)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        return (local if local >= at else local + timedelta(days=1)).astimezone(UTC)
    known = datetime.fromisoformat(words)
    if len(words) <= len("2025-03-03"):
        raise ValueError(f"{words!r} is a day, not an instant")
    return (known if known.tzinfo else known.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def retold(words: str, kind: str, at: datetime, locale: str, zone: str) -> str:
    """Return a time or a span that somebody wrote for people who read `locale`; what is none, or of another kind, as it stands."""
    try:
        if kind == "duration":
            return spell(span(words).exact, locale, zone)
        return spell(instant(words, at, zone), locale, zone) if kind == "time" else words
    except ValueError:
        return words


def hash_of(texts: Mapping[str, str]) -> str:
    """Return the SHA-256 by which exactly these texts are approved and sent. A change of one character changes it."""
    digest = hashlib.sha256()
    for locale in sorted(texts):
        for part in (locale.encode(), texts[locale].encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
