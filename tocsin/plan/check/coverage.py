"""L87: elements that the cited standard asks for and the plan does not have."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.elements import ELEMENTS, missing
from tocsin.plan.findings import Fault
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield one note for all that are missing."""
    document = draft.form.document if draft.form else None
    if document is None:
        return
    if absent := missing(document):
        yield Fault(
            ("document", "elements"),
            say("the plan does not have: {elements}", elements=[ELEMENTS[element] for element in absent]),
            say("write it, or say that it is elsewhere"),
            at_key=True,
        )


CHECK = Check("L87", "coverage", "note", find)
