"""L42: what recurs ends with a moment that has come, at the latest, when the one comes that it counts from: it is never owed."""

from collections.abc import Iterator, Mapping
from typing import Final

from tocsin.engine.rules.moments import PHASES
from tocsin.plan.builtin import MOMENTS
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.sentences import say

_ORDER: Final[Mapping[str, int]] = {
    name: PHASES.index(moment.phase) for name, moment in MOMENTS.items() if moment.phase and name != "cleared"
}
"""Where the moments stand that lead from one phase into the next; an incident goes through them one after another."""


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the end of each such duty."""
    for path, duty in draft.walk(ObligationForm):
        anchors = [draft.names.moment(ref.name, path) for ref in duty.from_ or ()]
        begins = [rank for rank in (_rank(draft, name) for name in anchors) if rank is not None]
        if not anchors or len(begins) < len(anchors):
            continue
        for index, ref in enumerate(duty.until):
            name = draft.names.moment(ref.name, path)
            rank = _rank(draft, name)
            if rank is not None and rank <= min(begins) and name not in anchors:
                said = say("{until} has come before, or comes with, {begins}: this is never owed", until=name, begins=anchors[0])
                yield Fault((*path, "until", index), said, say("name a later end, or an earlier beginning"))


def _rank(draft: Draft, moment: str) -> int | None:
    """Return where a moment stands on the way of an incident, along the moments that come with it; None where that is not known."""
    seen: set[str] = set()
    known: int | None = None
    while moment not in seen:
        seen.add(moment)
        known = _ORDER.get(moment, known)
        rule = draft.form.moments.get(moment) if draft.form else None
        if rule is None or rule.with_ is None:
            break
        moment = rule.with_.name
    return known


CHECK = Check("L42", "ends-first", "warning", find)
