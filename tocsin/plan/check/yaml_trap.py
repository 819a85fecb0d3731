"""L01: what YAML allows and a plan does not: duplicate keys, anchors, aliases, merge keys, tags, tabs, and whatever is past the bounds."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault


def find(draft: Draft) -> Iterator[Fault]:
    """Yield one fault for each trap."""
    for trap in draft.document.traps:
        yield Fault((), trap.message, trap.hint, start=trap.start)


CHECK = Check("L01", "yaml-trap", "error", find)
