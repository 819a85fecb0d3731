"""Reading a plan: every finding at once, and the Program if none of them is an error."""

from dataclasses import dataclass

from tocsin.engine.program import Program
from tocsin.plan import draft as drafts
from tocsin.plan.check import Check, registry
from tocsin.plan.compile import compile_plan
from tocsin.plan.document import Plain
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Finding, Path

FINDINGS_MAX = 300


@dataclass(frozen=True, slots=True)
class Result:
    """What came of reading a plan. There is a program unless a finding is an error; findings are in the order of the file."""

    program: Program | None
    findings: tuple[Finding, ...]


def read(source: str | bytes, name: str) -> Result:
    """Return the program and every finding of a plan; `name` is what the findings call the file. Pure; never raises, whatever the source."""
    draft = drafts.read(source)
    found: dict[tuple[str, int, int, str], Finding] = {}
    for check in registry():
        for fault in check.find(draft):
            finding = _finding(draft, check, fault, name)
            found.setdefault((finding.code, finding.line, finding.column, finding.message), finding)
            if len(found) >= FINDINGS_MAX:
                break
    # Where YAML already says something else than it seems to, what follows from it there is no news.
    trapped = {(finding.line, finding.column) for finding in found.values() if finding.code == "L01"}
    found = {key: finding for key, finding in found.items() if key[0] == "L01" or key[1:3] not in trapped}
    findings = tuple(sorted(found.values(), key=lambda each: (each.line, each.column, each.code)))[:FINDINGS_MAX]
    refused = draft.form is None or any(finding.severity == "error" for finding in findings)
    return Result(None if refused else compile_plan(draft), findings)


def _finding(draft: Draft, check: Check, fault: Fault, name: str) -> Finding:
    if fault.start is not None:
        line, column = draft.document.place(fault.start)
    else:
        line, column = draft.document.where(fault.path, at_key=fault.at_key, offset=fault.offset)
    severity, message = fault.severity or check.severity, fault.message
    if severity == "warning" and (acknowledged := _acknowledged(draft.data, fault.path, check.code)):
        severity, message = "note", f"{message} (acknowledged: {acknowledged})"
    path = ".".join(str(step) for step in fault.path if not (isinstance(step, str) and step.startswith(("<", "["))))
    return Finding(check.code, severity, message, fault.hint, name, line, column, path)


def _acknowledged(data: Plain, path: Path, code: str) -> str:
    """Return what the innermost rule around `path` acknowledges: contradictions of the document, or this very code."""
    said: list[str] = []
    node = data
    for step in path:
        if isinstance(node, dict) and "acknowledges" in node:
            said = _listed(node["acknowledges"])
        if isinstance(node, dict) and step in node:
            node = node[str(step)]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
    if isinstance(node, dict) and "acknowledges" in node:
        said = _listed(node["acknowledges"])
    return ", ".join(each for each in said if not each.startswith("L") or each == code)


def _listed(value: Plain) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
