"""L20: a duty that is due when it was promised, and nothing ever promises it: no instant is known at which it could fall due."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.forms.words import FieldForm


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each such duty."""
    if draft.damaged(("messages",)):
        return
    promised = {field.promises for _, field in draft.walk(FieldForm)}
    for path, duty in draft.walk(ObligationForm):
        if duty.by == "promise" and path[-1] not in promised:
            hint = f"fields: {{next: {{type: time, promises: {path[-1]}}}}} in a message, or within and of"
            yield Fault((*path, "by"), f"{path[-1]} is due when a message promises it, and no message does", hint, at_key=True)


CHECK = Check("L20", "cannot-wake", "error", find)
