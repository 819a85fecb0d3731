"""L07: an expression that does not parse, names what the plan does not have, or is not of the type wanted."""

from collections.abc import Iterator

from tocsin.engine.expressions import Call, Expression, SignalRead, leaves
from tocsin.engine.spelling import spell
from tocsin.plan.check import Check
from tocsin.plan.document import Plain
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Formula
from tocsin.plan.sentences import say
from tocsin.plan.watches import is_watchable, stray_signal

_WANTED = {"bool": ("bool",), "number": ("decimal",)}


def entry_of(draft: Draft, path: Path) -> str:
    """Return the record or collection whose entry an expression or anchor at `path` has in hand; empty if none."""
    if path[:1] == ("records",):
        return str(path[1]) if "then" in path[2:3] else ""
    rule: Plain = draft.data
    standing = path[:1] == ("readiness",)
    for step in path[: 2 if standing else path.index("obligations") + 2 if "obligations" in path else 0]:
        rule = rule.get(str(step)) if isinstance(rule, dict) else None
    run_over = rule.get("for_each") if isinstance(rule, dict) else None
    if standing and isinstance(run_over, list) and run_over:
        run_over = run_over[0]
    return run_over if isinstance(run_over, str) else ""


def problems(draft: Draft, code: str) -> Iterator[Fault]:
    """Yield the faults of one code over all expressions of a plan, each at its character."""
    for path, formula in draft.walk(Formula):
        parsed = draft.expression(formula, entry_of(draft, path))
        for problem in parsed.problems:
            if problem.code == code:
                yield Fault(path, problem.message, problem.hint, offset=problem.offset)


def find(draft: Draft) -> Iterator[Fault]:
    """Yield the faults of every expression, and one for each that is whole but not of the type its key wants."""
    yield from problems(draft, "L07")
    for path, formula in draft.walk(Formula):
        parsed = draft.expression(formula, entry_of(draft, path))
        if parsed.tree is None or parsed.problems:
            continue
        wanted = _WANTED.get(formula.wants)
        if wanted and parsed.type.name not in (*wanted, "any"):
            what = say("a yes or no") if formula.wants == "bool" else say("a measured number")
            yield Fault(path, say("this is not {what}", what=what), say("{what} is wanted here", what=what), offset=0)
        elif formula.wants == "number":
            yield from _formula(draft, path, parsed.tree)
        elif formula.wants == "reading":
            yield from _reading(path, parsed.tree)
        elif path[:1] == ("triggers",):
            if not is_watchable(parsed.tree):
                yield Fault(
                    path,
                    say("a trigger is of signals and constants alone"),
                    say("state what else must hold where its situation opens"),
                    offset=0,
                )
        elif stray := stray_signal(parsed.tree):
            offset = max(formula.text.find(stray.partition("(")[0]), 0)
            yield Fault(
                path,
                say("the signal {stray} stands beside what is not measured", stray=stray),
                say("compare it with a constant"),
                offset=offset,
            )


def _reading(path: Path, tree: Expression) -> Iterator[Fault]:
    """What a figure shows is either measured by signals or known to the incident: no one place has both."""
    read = [isinstance(leaf, SignalRead) for leaf in leaves(tree) if not isinstance(leaf, Call)]
    if any(read) and not all(read):
        yield Fault(path, say("signals beside what is not measured"), say("make two figures of it"), offset=0)


def _formula(draft: Draft, path: Path, tree: Expression) -> Iterator[Fault]:
    """A computed signal is made of measured ones and constants: nothing else has samples."""
    for leaf in leaves(tree):
        computed = isinstance(leaf, SignalRead) and draft.names.signals[leaf.signal].computed
        if computed or (not isinstance(leaf, SignalRead) and not (isinstance(leaf, Call) and leaf.function in ("ratio", "least", "most"))):
            yield Fault(
                path,
                say("{leaf} is not a reading of a measured signal", leaf=spell(leaf)),
                say("a formula is of measured signals and constants"),
                offset=0,
            )


CHECK = Check("L07", "expression-fault", "error", find)
