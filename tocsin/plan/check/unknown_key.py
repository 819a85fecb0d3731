"""L02: a key that the form does not have."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, brief, nearest
from tocsin.plan.forms.keys import form_at
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each key that is neither of the form nor of a later version."""
    for error in draft.form_errors:
        if error.kind != "extra_forbidden":
            continue
        key, form = str(error.path[-1]), form_at(error.path[:-1])
        if key not in form.later:
            yield Fault(
                error.path, say("{key} is not a key here", key=brief(key)), nearest(key, form.keys) or say("remove it"), at_key=True
            )


CHECK = Check("L02", "unknown-key", "error", find)
