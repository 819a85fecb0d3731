"""L22: the standard that the document cites has a newer edition, or the document leans on others that are not at hand."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at the standard, and one at the related documents."""
    document = draft.form.document if draft.form else None
    if document is None:
        return
    cited, now, name = (str(document.standard.get(key) or "") for key in ("cited", "in_force", "name"))
    if cited and now and cited != now:
        yield Fault(
            ("document", "standard"),
            f"the document cites {name} of {cited}, the edition of {now} is in force",
            "review the plan against it",
            at_key=True,
        )
    if document.related:
        yield Fault(
            ("document", "related"),
            f"other documents are named and not at hand: {', '.join(document.related)}",
            "attach them, or review without",
            at_key=True,
        )


CHECK = Check("L22", "stale-document", "note", find)
