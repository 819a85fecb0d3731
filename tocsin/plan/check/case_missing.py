"""L21: cases that do not cover every value and have no `else`, or name a value that is none."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, brief, nearest
from tocsin.plan.forms.leaves import Cases
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each value without a case, and each case without a value."""
    for path, cases in draft.walk(Cases):
        known = draft.names.cases.get(cases.by.name)
        if known is None:
            continue
        missing = [value for value in known if value not in cases.cases]
        if missing and cases.otherwise is None:
            yield Fault(
                path,
                say("nothing is said for {names}", names=", ".join(missing)),
                say("add {name}: … or else: …", name=missing[0]),
                at_key=True,
            )
        for case in cases.cases:
            if case not in known:
                hint = nearest(case, known) or say("one of {names}", names=", ".join(known))
                yield Fault((*path, case), say("{case} is not a value of {by}", case=brief(case), by=cases.by.name), hint, at_key=True)


CHECK = Check("L21", "case-missing", "error", find)
