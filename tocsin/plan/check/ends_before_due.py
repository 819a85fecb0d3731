"""L32: a duty that falls due when the situation it stands in has ended already, or in the same instant."""

from collections.abc import Iterator
from itertools import islice

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.endings import Endings
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import ObligationForm, SituationForm
from tocsin.plan.limits import LimitForm, combinations, in_case, longest, said, shortest
from tocsin.plan.sentences import say

_ENDS_MAX = 20


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the limit of each such duty. A situation lasts as long as the duty to settle it leaves time, or as its door says."""
    endings = Endings(draft)
    for path, situation in draft.walk(SituationForm):
        limits = list(islice(endings.of(path, situation), _ENDS_MAX))
        for name, duty in situation.obligations.items():
            place = (*path, "obligations", name)
            if not any(place == where for where, _, _ in limits):
                yield from _late(draft, place, duty, limits)


def _late(draft: Draft, path: Path, duty: ObligationForm, limits: list[tuple[Path, frozenset[str], LimitForm]]) -> Iterator[Fault]:
    limit = duty.within or duty.every
    anchors = {each.name for each in (duty.of or duty.from_ or ())}
    for where, from_, end in limits:
        if limit is None or duty.stays or not anchors & from_:
            continue
        for case in combinations(draft, limit, end):
            due, over = in_case(limit, case), in_case(end, case)
            if due and over and longest(due) >= shortest(over):
                when = say("in the same instant") if due == over else say("before that")
                message = say(
                    "due after {due}; {part} may end {when}, after {over}{said}",
                    due=due,
                    part=path[1],
                    when=when,
                    over=over,
                    said=said(case),
                )
                yield Fault(
                    (*path, "within" if duty.within else "every"), message, say("leave time between the two"), at_key=True, beside=(where,)
                )
                return


CHECK = Check("L32", "ends-before-due", "warning", find)
