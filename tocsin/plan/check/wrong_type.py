"""L03: a value, unit or duration that is not of its key's type, and a key that is missing."""

from collections.abc import Iterator

from tocsin.plan import company
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.sentences import say

_OURS = ("L25",)


def find(draft: Draft) -> Iterator[Fault]:
    """Yield what the form refused, then what is wrong only in the company of other keys."""
    unlike = {fault.path[:-1] for fault in draft.like_faults}
    for error in draft.form_errors:
        if error.kind == "missing":
            if error.path[:-1] not in unlike:
                yield Fault(error.path, say("the key {name} is missing", name=error.path[-1]), say("add it"))
        elif error.kind not in (*_OURS, "extra_forbidden"):
            yield Fault(error.path, error.message, error.hint)
    yield from company.faults(draft)


CHECK = Check("L03", "wrong-type", "error", find)
