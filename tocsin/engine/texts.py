"""Message texts: logic-less slots filled with values, in every locale of the template, deterministic to the byte."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.engine.expressions import Value
from tocsin.engine.program import Field
from tocsin.engine.times import Span, instant, parse

SLOT: Final = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}")
PERSONAL: Final = ("party.name", "sender.name")
"""Slots that stay in the approved text and are filled in for each reader when it is sent; the text is otherwise sent byte for byte."""
OF_INCIDENT: Final = ("incident.number", "incident.title")
"""What a field of a message can be filled from besides facts and moments."""
_UNITS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "en": ("d", "h", "min", "s"),
    "ru": ("д", "ч", "мин", "с"),
    "pl": ("d", "godz.", "min", "s"),
    "zh": ("天", "小时", "分钟", "秒"),
}
_YES_NO: Final[Mapping[str, tuple[str, str]]] = {"en": ("yes", "no"), "ru": ("да", "нет"), "pl": ("tak", "nie"), "zh": ("是", "否")}


def render(template: str, fill: Callable[[str], str]) -> str:
    """Return `template` with every `{{ name }}` replaced by `fill(name)`. What is filled in is never read for slots again."""
    pieces = _pieces(template)
    return "".join([fill(piece) if place % 2 else piece for place, piece in enumerate(pieces)])


@lru_cache(maxsize=1024)
def _pieces(template: str) -> tuple[str, ...]:
    """Return what stands between the slots of `template` and the names of the slots, by turns."""
    return tuple(SLOT.split(template))


def slots(template: str) -> tuple[str, ...]:
    """Return the names of the slots of `template`, in order."""
    return tuple(SLOT.findall(template))


def spell(value: Value, locale: str, zone: str) -> str:
    """Return `value` for people who read `locale`: times in the plan's zone, which is named; durations in short units."""
    match value:
        case bool():
            return _YES_NO.get(locale, _YES_NO["en"])[0 if value else 1]
        case datetime():
            return f"{_local(value.astimezone(ZoneInfo(zone)))} ({zone})"
        case timedelta():
            return _span(value, _UNITS.get(locale, _UNITS["en"]))
        case tuple():
            return ", ".join(value)
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return value


def _local(at: datetime) -> str:
    """Return local time to the minute, with its offset only in the hour that comes twice, so that it reads back as the same instant."""
    twice = at.replace(fold=1 - at.fold).utcoffset() != at.utcoffset()
    return (at if twice else at.replace(tzinfo=None)).isoformat(" ", "minutes")


def _span(value: timedelta, units: tuple[str, ...]) -> str:
    seconds = int(value.total_seconds())
    parts = zip((seconds // 86_400, seconds % 86_400 // 3600, seconds % 3600 // 60, seconds % 60), units, strict=True)
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or f"0 {units[2]}"


def span(words: str) -> Span:
    """
    Return the span that people wrote, as plans write it (`1h30m`) or as `spell` does in any of its languages.

    :raises ValueError: it is none, longer than `parse` takes, or has months, business time or a time of day: how long that is depends on when
        it is read.
    """
    try:
        found = parse(words.replace(" ", ""))
    except ValueError:
        found = parse(_as_plans_write(words))
    if found.months or found.clock or found.is_business:
        raise ValueError(f"{words!r} has no length of its own")
    return found


def _as_plans_write(words: str) -> str:
    for units in _UNITS.values():
        parts = (rf"(?:([0-9]+)\s*{re.escape(unit)})?" for unit in units)
        found = re.fullmatch(r"\s*" + r"\s*".join(parts) + r"\s*", words)
        if found and any(found.groups()):
            return "".join(f"{number}{unit}" for number, unit in zip(found.groups(), "dhms", strict=True) if number)
    return words


def settled(field: Field, words: str, at: datetime, zone: str) -> str:
    """Return what somebody wrote into `field` at `at`: a time as `spell` writes it, which says the same whenever it is read."""
    if field.type != "time":
        return words
    try:
        return spell(instant(words, at, zone, ahead=field.ahead), "", zone)
    except ValueError:
        return words


def retold(words: str, kind: str, locale: str, zone: str) -> str:
    """Return a span that somebody wrote for people who read `locale`; what is none, or of another kind, as it stands."""
    try:
        return spell(span(words).length(), locale, zone) if kind == "duration" else words
    except ValueError:
        return words


def hash_of(texts: Mapping[str, str]) -> str:
    """Return the SHA-256 by which exactly these texts are approved and sent. A change of one character changes it."""
    parts = [part.encode() for locale in sorted(texts) for part in (locale, texts[locale])]
    return hashlib.sha256(b"".join([len(part).to_bytes(8, "big") + part for part in parts])).hexdigest()
