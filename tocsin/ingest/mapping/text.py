"""
The text of a mapping: a line for each field, `field: expression`; indented lines go on, a line that begins with # is a remark.

    each: alerts                      where the alerts stand; else each of a list, or the body itself
    key: fingerprint                  what makes two messages be about the same alert
    title: annotations.summary
    firing: status == 'firing'        or resolved: …; with neither, every message fires
    starts_at: startsAt
    ends_at: endsAt
    labels: labels
    annotations: {details: message}
    link: generatorURL
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tocsin.ingest.mapping.expressions import CHARS_MAX, Expression, compiled
from tocsin.plan.sentences import Sentence, say

FIELDS: Final = ("each", "key", "title", "firing", "resolved", "starts_at", "ends_at", "labels", "annotations", "link")
TEXT_CHARS_MAX: Final = len(FIELDS) * CHARS_MAX
_FIELD: Final = re.compile(r"([A-Za-z_]+)[ \t]*:")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a mapping, and where."""

    line: int
    column: int
    message: Sentence


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping that can be used, or what is wrong with it."""

    fields: Mapping[str, Expression]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One field of the text: where its name and its expression begin."""

    name: str
    at: int
    expression: str
    expression_at: int


@lru_cache(256)
def read(text: str) -> Mapped:
    """Return the mapping that `text` spells; without fields where anything is wrong with it."""
    if len(text) > TEXT_CHARS_MAX:
        return Mapped({}, (Finding(1, 1, say("A mapping has at most {count} characters.", count=TEXT_CHARS_MAX)),))
    fields: dict[str, Expression] = {}
    findings: list[Finding] = []
    for entry in _entries(text):
        at, problem, expression = entry.at, _misplaced(entry, fields), None
        if problem is None:
            found = compiled(entry.expression)
            if isinstance(found, Expression):
                expression = found
            else:
                at, problem = entry.expression_at + found.at, found.message
        if problem is not None:
            findings.append(Finding(*_place(text, at), problem))
        fields[entry.name] = expression or _NOTHING
    if "key" not in fields:
        findings.append(Finding(1, 1, say("The field {name} is missing: it tells one alert from another.", name="key")))
    return Mapped({} if findings else fields, tuple(findings))


_NOTHING: Final = Expression("", {})


def _entries(text: str) -> Iterator[_Entry]:
    """Yield the fields in order; a line that is none has no name."""
    at, lines = 0, text.splitlines(keepends=True)
    starts: list[tuple[int, str]] = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            if line[0] in " \t" and starts:
                starts[-1] = (starts[-1][0], text[starts[-1][0] : at + len(line)])
            else:
                starts.append((at, line))
        at += len(line)
    for at, whole in starts:
        match = _FIELD.match(whole)
        end = match.end() if match else 0
        expression = whole[end:]
        begins = at + end + len(expression) - len(expression.lstrip())
        yield _Entry(match[1] if match else "", at, expression.strip(), begins)


def _misplaced(entry: _Entry, before: Mapping[str, Expression]) -> Sentence | None:
    """Return why a field cannot stand where it does."""
    if not entry.name:
        return say("A line is a field, a colon and an expression.")
    if entry.name not in FIELDS:
        return say("There is no field {name}. There are: {known}.", name=entry.name, known=list(FIELDS))
    if entry.name in before:
        return say("The field {name} stands here twice.", name=entry.name)
    if {entry.name, *before} >= {"firing", "resolved"}:
        return say("Say either {one} or {other}, not both.", one="firing", other="resolved")
    return None


def _place(text: str, at: int) -> tuple[int, int]:
    """Return line and column of a position, both from 1."""
    before = text[:at]
    return before.count("\n") + 1, at - before.rfind("\n")
