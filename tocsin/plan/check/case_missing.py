"""L21: cases that do not cover every value and have no `else`, or name a value that is none."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, brief, nearest
from tocsin.plan.forms.leaves import Cases


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each value without a case, and each case without a value."""
    for path, cases in draft.walk(Cases):
        known = draft.names.cases.get(cases.by.name)
        if known is None:
            continue
        missing = [value for value in known if value not in cases.cases]
        if missing and cases.otherwise is None:
            yield Fault(path, f"nothing is said for {', '.join(missing)}", f"add {missing[0]}: … or else: …", at_key=True)
        for case in cases.cases:
            if case not in known:
                hint = nearest(case, known) or f"one of {', '.join(known)}"
                yield Fault((*path, case), f"{brief(case)} is not a value of {cases.by.name}", hint, at_key=True)


CHECK = Check("L21", "case-missing", "error", find)
