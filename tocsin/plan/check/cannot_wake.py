"""L20: a duty that is due when it was promised, and nothing ever promises it: no instant is known at which it could fall due."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.forms.words import FieldForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each such duty."""
    if draft.damaged(("messages",)):
        return
    promised = {field.promises for _, field in draft.walk(FieldForm)}
    for path, duty in draft.walk(ObligationForm):
        if duty.by == "promise" and path[-1] not in promised:
            hint = say("fields: {{next: {{type: time, promises: {name}}}}} in a message, or within and of", name=path[-1])
            yield Fault(
                (*path, "by"), say("{name} is due when a message promises it, and no message does", name=path[-1]), hint, at_key=True
            )


CHECK = Check("L20", "cannot-wake", "error", find)
