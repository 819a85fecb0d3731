"""Message texts: logic-less slots filled with values, in every locale of the template, deterministic to the byte."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.engine.expressions import Value

SLOT: Final = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}")
PERSONAL: Final = ("party.name", "sender.name")
"""Slots that stay in the approved text and are filled in for each reader when it is sent; the text is otherwise sent byte for byte."""
OF_INCIDENT: Final = ("incident.number", "incident.title")
"""What a field of a message can be filled from besides facts and moments."""
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


def hash_of(texts: Mapping[str, str]) -> str:
    """Return the SHA-256 by which exactly these texts are approved and sent. A change of one character changes it."""
    digest = hashlib.sha256()
    for locale in sorted(texts):
        for part in (locale.encode(), texts[locale].encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
