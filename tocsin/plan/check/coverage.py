"""L87: elements that the cited standard asks for and the plan does not have."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.elements import ELEMENTS, missing
from tocsin.plan.findings import Fault, brief, nearest


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note for those that are missing, and one for each that the standard does not know."""
    document = draft.form.document if draft.form else None
    if document is None:
        return
    if absent := missing(document):
        said = ", ".join(ELEMENTS[element]["en"] for element in absent)
        yield Fault(("document", "elements"), f"the plan does not have: {said}", "write it, or say that it is elsewhere", at_key=True)
    for index, element in enumerate(document.elements if document.standard else ()):
        if element not in ELEMENTS:
            yield Fault(("document", "elements", index), f"the standard knows no element {brief(element)}", nearest(element, ELEMENTS))


CHECK = Check("L87", "coverage", "note", find)
