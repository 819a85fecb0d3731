"""L06: a rule that says no place of the document, and stands in nothing that does."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import RuleForm
from tocsin.plan.forms.levels import AdjustForm
from tocsin.plan.sentences import say

_CONTAINERS = ("document", "scope", "defaults", "organisation", "classify")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the id of each such rule."""
    rules: list[tuple[Path, RuleForm | AdjustForm]] = [*draft.walk(RuleForm), *draft.walk(AdjustForm)]
    cited = {path for path, rule in rules if rule.cite}
    for path, _ in rules:
        if path and path[-1] not in _CONTAINERS and not any(path[:length] in cited for length in range(1, len(path) + 1)):
            yield Fault(
                path,
                say("{name} cites no place of the document", name=path[-1]),
                say("cite: the sentence it comes from, or the X-nn"),
                at_key=True,
            )


CHECK = Check("L06", "no-citation", "error", find)
