"""L24: a whole number beside a measured one, or the other way round."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.check.expression_fault import problems
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault with its repair for each such number."""
    return problems(draft, "L24")


CHECK = Check("L24", "number-kind", "error", find)
