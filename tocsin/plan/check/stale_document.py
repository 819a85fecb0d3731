"""L22: the standard that the document cites has a newer edition, or the document leans on others that are not at hand."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at the standard, and one at the related documents."""
    document = draft.form.document if draft.form else None
    if document is None:
        return
    standard = document.standard
    if standard and standard.cited and standard.in_force and standard.cited != standard.in_force:
        yield Fault(
            ("document", "standard"),
            say(
                "the document cites {standard} of {cited}, the edition of {in_force} is in force",
                standard=standard.name,
                cited=standard.cited,
                in_force=standard.in_force,
            ),
            say("review the plan against it"),
            at_key=True,
        )
    related = (*document.related.read_first, *document.related.additional, *document.related.processes)
    if related:
        yield Fault(
            ("document", "related"),
            say("other documents are named and not at hand: {names}", names=", ".join(related)),
            say("attach them, or review without"),
            at_key=True,
        )


CHECK = Check("L22", "stale-document", "note", find)
