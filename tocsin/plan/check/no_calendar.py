"""L19: business time in a plan without a calendar."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each duration such as 2bd or 4bh."""
    for error in draft.form_errors:
        if error.kind == "L19":
            yield Fault(error.path, error.message, error.hint)


CHECK = Check("L19", "no-calendar", "error", find)
