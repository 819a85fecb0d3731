"""Reading a plan: every finding at once, and the Program if none of them is an error."""

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.engine.program import Program
from tocsin.plan import draft as drafts
from tocsin.plan.check import Check, registry
from tocsin.plan.compile import compile_plan
from tocsin.plan.document import Plain
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Finding, Path, Place
from tocsin.plan.people import Directory
from tocsin.plan.sentences import say

FINDINGS_MAX = 300


@dataclass(frozen=True, slots=True)
class Result:
    """What came of reading a plan. There is a program unless a finding is an error; findings are in the order of the file."""

    program: Program | None
    findings: tuple[Finding, ...]


def load() -> None:
    """Load whatever reads a plan, which takes ten times as long as reading one: where it is done before processes are forked, all have it."""
    drafts.load()
    registry()


def read(
    source: str | bytes,
    name: str,
    directory: Directory | None = None,
    *,
    before: Program | None = None,
    beside: Iterable[Program] = (),
) -> Result:
    """
    Return the program and every finding of a plan; `name` is what the findings call the file. Pure; never raises, whatever the source.

    Whether there are people for its roles is said only where the organisation's `directory` is known; what became of the names of the
    version `before`, and what it has in common with the plans `beside`, only where those are.
    """
    draft = drafts.read(source)
    draft.directory, draft.before = directory, before
    draft.beside = {program.id: program for program in beside}
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
    paths = (fault.path, *fault.beside)
    if severity == "warning" and (acknowledged := _acknowledged(draft.data, paths, check.code)):
        severity, message = "note", say("{said} (acknowledged: {known})", said=message, known=acknowledged)
    elif severity == "note" and check.severity != "error" and (known := _known(draft.data, paths)):
        message = say("{said} (acknowledged: {known})", said=message, known=known)
    cites = tuple(dict.fromkeys(cite for path in paths for cite in _innermost(draft.data, path, "cite")))
    beside = tuple(Place(*draft.document.where(path, at_key=True), _spelled(draft.data, path)) for path in fault.beside)
    return Finding(check.code, severity, message, fault.hint, name, line, column, _spelled(draft.data, fault.path), cites, beside)


def _spelled(data: Plain, path: Path) -> str:
    """Return a path as people read it: without the steps that only the form has, such as the place in a list of one."""
    said: list[str] = []
    node: Plain = data
    for step in path:
        if isinstance(step, str) and step.startswith(("<", "[")):
            continue
        if isinstance(step, int) and not isinstance(node, list):
            continue
        said.append(str(step))
        if isinstance(node, dict):
            node = node.get(str(step))
        elif isinstance(node, list):
            node = node[step] if isinstance(step, int) and step < len(node) else None
    return ".".join(said)


def _acknowledged(data: Plain, paths: Iterable[Path], code: str) -> str:
    """
    Return what the innermost rule around the first of `paths` that acknowledges this very code acknowledges, with the contradictions beside it.

    A contradiction alone says why, not what: it silences nothing, or whatever is planted beside it later would go unseen.
    """
    for path in paths:
        said = _innermost(data, path, "acknowledges")
        if code in said:
            return ", ".join(each for each in said if each == code or not each.startswith("L"))
    return ""


def _known(data: Plain, paths: Iterable[Path]) -> str:
    """Return the contradictions that the rules around `paths` acknowledge."""
    said = next(filter(None, (_innermost(data, path, "acknowledges") for path in paths)), [])
    return ", ".join(each for each in said if not each.startswith("L"))


def _innermost(data: Plain, path: Path, key: str) -> list[str]:
    """Return what the innermost rule on the way along `path` says under `key`."""
    said: list[str] = []
    node = data
    for step in (*path, None):
        if isinstance(node, dict) and key in node:
            said = _listed(node[key])
        if isinstance(node, dict) and step in node:
            node = node[str(step)]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
    return said


def _listed(value: Plain) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
