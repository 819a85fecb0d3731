"""What a scenario written from a record does not give away: who it was, and what they wrote in their own words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tocsin.engine import entries
from tocsin.engine import terms as t
from tocsin.engine.program import Field, Program

_OWN_WORDS = ("text", "table", "person")


@dataclass(slots=True)
class Veil:
    """Calls people p1, p2 … and, unless texts are `shown`, each text that somebody wrote `text 1`, `text 2` …: the same one the same."""

    program: Program
    shown: bool = False
    _people: dict[str, str] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def person(self, person: str) -> str:
        """Return the neutral id of a person; nobody and the server stay what they are."""
        if person in ("", t.SYSTEM):
            return person
        return self._people.setdefault(person, f"p{len(self._people) + 1}")

    def seat(self, role: str) -> str:
        """Return a role, or the part of one that is named after whoever holds it."""
        name, mark, part = role.partition("[")
        person = part.removesuffix("]")
        return f"{name}{mark}{self._people[person]}]" if person in self._people else role

    def text(self, words: str) -> str:
        """Return free text as the scenario has it."""
        if not words:
            return ""
        return words if self.shown else self._texts.setdefault(words, f"text {len(self._texts) + 1}")

    def texts(self, several: Iterable[str]) -> list[str]:
        """Return several free texts."""
        return [self.text(words) for words in several]

    def fields(self, fields: Iterable[Field], filled: Mapping[str, str], start: datetime) -> dict[str, Any]:
        """Return what was filled in: choices, numbers and times as they are, what is in somebody's own words veiled."""
        known = {each.id: each for each in fields}
        return {name: self._field(known.get(name), words, start) for name, words in filled.items() if words}

    def _field(self, rule: Field | None, words: str, start: datetime) -> str:
        fact = self.program.facts.get(rule.sets) if rule else None
        if words in self._people:
            return self._people[words]
        if rule and rule.type == "time":
            return _instant(words, start)
        if any(entries.meant(register, item, words) for register in self.program.resources.values() for item in register.items):
            return words  # the plan's own, and nobody's
        if rule and (rule.of or rule.type not in _OWN_WORDS or (fact and fact.type != "text")):
            return words
        return self._table(words) if rule and rule.columns and not self.shown else self.text(words)

    def _table(self, words: str) -> str:
        """Veil a table cell by cell: it stays as complete as it was."""
        return "".join(self.text(part.strip()) if part.strip() and part not in ";；" else part for part in re.split(r"([;；\n])", words))


def offset(at: datetime, start: datetime) -> str:
    """Return an instant as a scenario writes it: how long after the start, exactly."""
    span = abs(at - start)
    seconds, fraction = span.days * 86_400 + span.seconds, span.microseconds
    parts = [(seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s")]
    said = "".join(f"{number}{unit}" for number, unit in parts if number)
    if fraction:
        said = f"{said if said.endswith('s') else said + '0s'}"[:-1] + f".{fraction:06d}".rstrip("0") + "s"
    return ("-" if at < start else "") + (said or "0m")


def _instant(words: str, start: datetime) -> str:
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        return words
    return offset(at if at.tzinfo else at.replace(tzinfo=UTC), start)
