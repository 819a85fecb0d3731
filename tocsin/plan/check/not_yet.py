"""L25: the language has it, and this version does not run it yet: it is refused rather than silently left out."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.check.expression_fault import problems
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, brief
from tocsin.plan.forms.keys import form_at
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each key, value, name or function of the language that nothing would run."""
    for error in draft.form_errors:
        if error.kind == "extra_forbidden" and error.path[-1] in form_at(error.path[:-1]).later:
            yield Fault(
                error.path,
                say("{name} is not run by this version yet", name=brief(error.path[-1])),
                say("leave it out for now"),
                at_key=True,
            )
        elif error.kind == "L25":
            yield Fault(error.path, error.message, error.hint or say("leave it out for now"))
    yield from problems(draft, "L25")


CHECK = Check("L25", "not-yet", "error", find)
