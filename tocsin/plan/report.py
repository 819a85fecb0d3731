"""Findings as people at a terminal, and programs, read them."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tocsin.plan.check import Check, registry
from tocsin.plan.findings import Finding, brief

_MEANS = {
    "error": "A plan with an error is not loaded.",
    "warning": (
        "A plan with a warning is published once the rule is changed or says `acknowledges:` with its code, "
        "or the plan's owner acknowledges it with a reason."
    ),
    "note": "A note is shown and asks for nothing.",
}
_SENTENCE_CHARS_MAX = 140


def report(source: str, findings: Iterable[Finding]) -> Iterator[str]:
    """
    Yield the findings of one file as lines: errors and warnings with the sentence of the plan, where its document says so and what to do.

    Notes take a line each, after them.
    """
    lines = source.replace("\r\n", "\n").split("\n")
    found = sorted(findings, key=lambda each: ("error", "warning", "note").index(each.severity))
    for finding in found:
        if finding.severity == "note":
            yield f"{finding}{_cited(finding)}"
            continue
        yield f"{finding.file}:{finding.line}:{finding.column} {finding.code} {finding.severity} {finding.message}"
        yield f"    | {sentence(lines, finding)}"
        if finding.cites:
            yield f"    document: {'; '.join(finding.cites)}"
        for place in finding.beside:
            yield f"    beside:   line {place.line}, {place.path}"
        if finding.hint:
            yield f"    to do:    {finding.hint}"


def _cited(finding: Finding) -> str:
    return f" [{'; '.join(finding.cites)}]" if finding.cites else ""


def sentence(lines: list[str], finding: Finding) -> str:
    """Return what the plan says at a finding: its line, or the part of a long line from the finding on."""
    line = lines[finding.line - 1] if finding.line <= len(lines) else ""
    return brief(line, _SENTENCE_CHARS_MAX) if len(line) <= _SENTENCE_CHARS_MAX else brief(line[finding.column - 1 :], _SENTENCE_CHARS_MAX)


def summary(findings: Iterable[Finding]) -> str:
    """Return how many there are of each severity, in words."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(f"{counts[severity]} {severity}{'' if counts[severity] == 1 else 's'}" for severity in ("error", "warning", "note"))


def as_data(source: str, finding: Finding) -> dict[str, Any]:
    """Return a finding for a program to read."""
    names = {check.code: check.name for check in registry()}
    return {
        "code": finding.code,
        "name": names[finding.code],
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "line": finding.line,
        "column": finding.column,
        "path": finding.path,
        "sentence": sentence(source.split("\n"), finding),
        "cites": list(finding.cites),
        "beside": [{"line": place.line, "column": place.column, "path": place.path} for place in finding.beside],
    }


def meaning(check: Check) -> str:
    """Return what a check looks for, in one sentence or more."""
    return " ".join((sys.modules[check.find.__module__].__doc__ or "").partition(": ")[2].split())


def explained(check: Check) -> Iterator[str]:
    """Yield what a finding means and what becomes of a plan that has it."""
    yield f"{check.code} {check.name} ({check.severity})"
    yield ""
    text = meaning(check)
    yield text[:1].upper() + text[1:]
    yield _MEANS[check.severity]
