"""L61: the first signature is that of a role which may not take the decision: whoever applies for it is refused."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import DecisionForm, LinkForm
from tocsin.plan.forms.leaves import Cases
from tocsin.plan.people import seat_name
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the first link of each such chain."""
    for path, decision in draft.walk(DecisionForm):
        who = decision.who
        sets = [*who.cases.values(), who.otherwise or []] if isinstance(who, Cases) else [who]
        may = {ref.name for refs in sets for ref in refs}
        chains: list[tuple[Path, list[LinkForm]]] = [((*path, "chain"), decision.chain or [])]
        chains += [((*path, "options", name, "chain"), option.chain or []) for name, option in decision.options.items()]
        for place, links in chains:
            if links and may and not _among(draft, links[0].role.name, may):
                said = say(
                    "{role} signs first, and may not take this decision: that is for {names}", role=links[0].role.name, names=sorted(may)
                )
                yield Fault((*place, 0, "role"), said, say("let the first to sign be one of those who may take it"))


def _among(draft: Draft, role: str, may: set[str]) -> bool:
    """Return whether `role` is one of them, leads a group that is, or falls to the same post; a group or department may be anybody."""
    roles = draft.form.roles if draft.form else {}
    if role in may or not may <= roles.keys():
        return True
    deputies = {each.name for name in may for each in roles[name].deputies}
    return role in deputies or seat_name(draft, role) in {seat_name(draft, name) for name in may}


CHECK = Check("L61", "first-signature", "warning", find)
