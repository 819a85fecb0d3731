"""L39: a figure's target is looser than the limit between the same two moments: whoever meets the target is late."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.forms.values import FigureForm
from tocsin.plan.limits import LimitForm, combinations, in_case, longest, said, shortest


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the target of each such figure."""
    for path, figure in draft.walk(FigureForm):
        target = getattr(figure, "target", None)
        from_, to = (getattr(getattr(figure, key, None), "name", "") for key in ("from_", "to"))
        for where, duty in draft.walk(ObligationForm):
            anchors = {each.name for each in duty.of or ()}
            if target and duty.within and from_ in anchors and to in _reached(str(where[-1]), duty):
                slow = next(_looser(draft, target, duty.within), "")
                if slow:
                    yield Fault(
                        (*path, "target"),
                        slow,
                        "keep both, and acknowledge it: one is a target, the other a limit",
                        at_key=True,
                        beside=(where,),
                    )


def _reached(name: str, duty: ObligationForm) -> set[str]:
    """Return the moments that fulfilling a duty brings about."""
    found = {f"{name}.done", *(ref.name for ref in duty.marks)}
    for ref, suffix in ((duty.send, ".sent"), (duty.decide, ".made"), (duty.reach, ""), (duty.reach, ".met")):
        found |= {f"{ref.name}{suffix}"} if ref else set()
    return found


def _looser(draft: Draft, target: LimitForm, limit: LimitForm) -> Iterator[str]:
    for case in combinations(draft, target, limit):
        wished, owed = in_case(target, case), in_case(limit, case)
        if wished and owed and shortest(wished) > longest(owed):
            yield f"the target is {wished}, the limit {owed}{said(case)}"


CHECK = Check("L39", "target-beats-limit", "warning", find)
