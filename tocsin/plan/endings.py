"""How long situations last: until the duty to settle them has fallen due, or as long as their doors say."""

from collections.abc import Iterator

from tocsin.plan.draft import Draft
from tocsin.plan.findings import Path
from tocsin.plan.forms.duties import DecisionForm, SituationForm
from tocsin.plan.forms.leaves import FromFact
from tocsin.plan.limits import LimitForm


class Endings:
    """The decisions of a plan by the moments they mark and by what they propose, looked up once for all its situations."""

    def __init__(self, draft: Draft) -> None:
        self._marked_by: dict[str, list[str]] = {}
        self._proposed_by: dict[str, list[str]] = {}
        for name, decision in draft.form.decisions.items() if draft.form else ():
            for moment in _marks(decision):
                self._marked_by.setdefault(moment, []).append(name)
            for proposed in _proposes(decision):
                self._proposed_by.setdefault(proposed, []).append(name)

    def of(self, path: Path, situation: SituationForm) -> Iterator[tuple[Path, frozenset[str], LimitForm]]:
        """Yield where each end of a situation is said, the moments that it counts from, and after how long it comes."""
        closing = self.settling(situation)
        for name, duty in situation.obligations.items():
            if duty.decide and duty.decide.name in closing and duty.within and not isinstance(duty.within, FromFact):
                yield (*path, "obligations", name), frozenset(each.name for each in duty.of or ()), duty.within
        for index, door in enumerate(situation.closes):
            if door.after and door.of:
                yield (*path, "closes", index), frozenset({door.of.name}), door.after

    def settling(self, situation: SituationForm) -> frozenset[str]:
        """Return the decisions that end a situation: they mark a moment that closes it, or propose one that does."""
        found: set[str] = set()
        waiting = [name for door in situation.closes if door.on for name in self._marked_by.get(door.on.name, ())]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._proposed_by.get(name, ())
        return frozenset(found)


def _marks(decision: DecisionForm) -> set[str]:
    options = [ref for option in decision.options.values() for ref in option.marks]
    links = [ref for link in decision.chain or () for ref in link.marks]
    return {ref.name for ref in (*decision.marks, *options, *links)}


def _proposes(decision: DecisionForm) -> set[str]:
    effects = [*decision.then, *(effect for option in decision.options.values() for effect in option.then)]
    return {effect.propose.name for effect in effects if effect.propose}
