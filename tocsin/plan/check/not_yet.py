"""L25: the language has it, and this version does not run it yet: it is refused rather than silently left out."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.check.expression_fault import problems
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, brief
from tocsin.plan.forms.duties import DoorForm
from tocsin.plan.forms.keys import form_at
from tocsin.plan.forms.leaves import Form

_NOT_RUN: tuple[tuple[type[Form], str], ...] = ((DoorForm, "propose"),)
"""Keys that the Program can hold and the engine does not look at yet."""


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each key, value, name or function of the language that nothing would run."""
    for error in draft.form_errors:
        if error.kind == "extra_forbidden" and error.path[-1] in form_at(error.path[:-1]).later:
            yield Fault(error.path, f"{brief(error.path[-1])} is not run by this version yet", "leave it out for now", at_key=True)
        elif error.kind == "L25":
            yield Fault(error.path, error.message, error.hint or "leave it out for now")
    yield from problems(draft, "L25")
    for kind, key in _NOT_RUN:
        for path, part in draft.walk(kind):
            if getattr(part, key):
                yield Fault((*path, key), f"{key} is not run by this version yet", "leave it out for now", at_key=True)


CHECK = Check("L25", "not-yet", "error", find)
