"""L32: a duty that falls due when the situation it stands in has ended already, or in the same instant."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import DecisionForm, ObligationForm, SituationForm
from tocsin.plan.forms.leaves import FromFact
from tocsin.plan.limits import LimitForm, combinations, in_case, longest, said, shortest


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the limit of each such duty. A situation lasts as long as the duty to settle it leaves time, or as its door says."""
    for path, situation in draft.walk(SituationForm):
        settling = _settling(draft, situation)
        ends: list[tuple[Path, set[str], LimitForm]] = [
            ((*path, "obligations", name), {each.name for each in duty.of or ()}, duty.within)
            for name, duty in situation.obligations.items()
            if duty.decide and duty.decide.name in settling and duty.within and not isinstance(duty.within, FromFact)
        ]
        ends += [
            ((*path, "closes", index), {door.of.name}, door.after) for index, door in enumerate(situation.closes) if door.after and door.of
        ]
        for name, duty in situation.obligations.items():
            place = (*path, "obligations", name)
            if not any(place == where for where, _, _ in ends):
                yield from _late(draft, place, duty, ends)


def _late(draft: Draft, path: Path, duty: ObligationForm, ends: list[tuple[Path, set[str], LimitForm]]) -> Iterator[Fault]:
    limit = duty.within or duty.every
    anchors = {each.name for each in (duty.of or duty.from_ or ())}
    for where, from_, end in ends:
        if limit is None or duty.stays or not anchors & from_:
            continue
        for case in combinations(draft, limit, end):
            due, over = in_case(limit, case), in_case(end, case)
            if due and over and longest(due) >= shortest(over):
                when = "in the same instant" if due == over else "before that"
                message = f"due after {due}; {path[1]} may end {when}, after {over}{said(case)}"
                yield Fault(
                    (*path, "within" if duty.within else "every"), message, "leave time between the two", at_key=True, beside=(where,)
                )
                return


def _settling(draft: Draft, situation: SituationForm) -> set[str]:
    """Return the decisions that end a situation: they mark a moment that closes it, or propose one that does."""
    decisions = draft.form.decisions if draft.form else {}
    closing = {door.on.name for door in situation.closes if door.on}
    found = {name for name, decision in decisions.items() if _marks(decision) & closing}
    for _ in decisions:
        more = {name for name, decision in decisions.items() if _proposes(decision) & found} | found
        if more == found:
            break
        found = more
    return found


def _marks(decision: DecisionForm) -> set[str]:
    options = [ref for option in decision.options.values() for ref in option.marks]
    links = [ref for link in decision.chain or () for ref in link.marks]
    return {ref.name for ref in (*decision.marks, *options, *links)}


def _proposes(decision: DecisionForm) -> set[str]:
    effects = [*decision.then, *(effect for option in decision.options.values() for effect in option.then)]
    return {effect.propose.name for effect in effects if effect.propose}


CHECK = Check("L32", "ends-before-due", "warning", find)
