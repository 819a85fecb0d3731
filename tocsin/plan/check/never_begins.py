"""L34: what can never begin, or ends as it begins: a situation entered only out of itself, a duty that counts from the end of its situation."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import SituationForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each of them."""
    for path, situation in draft.walk(SituationForm):
        if not draft.damaged(path):
            yield from _door(draft, path, situation)
            yield from _duties(draft, path, situation)


def _door(draft: Draft, path: Path, situation: SituationForm) -> Iterator[Fault]:
    own = {*situation.obligations, str(path[1])}
    ins = [(index, draft.names.derived(draft.names.moment(door.on.name, path))) for index, door in enumerate(situation.opens) if door.on]
    if len(ins) == len(situation.opens) and all(derived and derived[1] in own for _, derived in ins):
        yield Fault(
            (*path, "opens"), say("{part} opens only once it has been open: it never does", part=path[1]), say("say what opens it first")
        )
    ends = {door.when.text for door in situation.closes if door.when and not door.during}
    for index, door in enumerate(situation.opens):
        if door.when and door.when.text in ends:
            said = say("what opens {part} closes it as well: it is never open", part=path[1])
            yield Fault((*path, "opens", index, "when"), said, say("mend one of the two"), offset=0)


def _duties(draft: Draft, path: Path, situation: SituationForm) -> Iterator[Fault]:
    """A door that a moment alone closes is shut before anything counts from that moment."""
    ends = {draft.names.moment(door.on.name, (*path, "closes")) for door in situation.closes if door.on}
    for name, duty in situation.obligations.items():
        place: Path = (*path, "obligations", name)
        key = "of" if duty.of else "from"
        anchors = [draft.names.moment(ref.name, (*place, key)) for ref in duty.of or duty.from_ or ()]
        if anchors and set(anchors) <= ends:
            said = say("{name} counts from {anchors}, with which {part} closes: it is never owed", name=name, anchors=anchors, part=path[1])
            yield Fault((*place, key), said, say("count from an earlier moment, or write it outside the situation"), at_key=True)


CHECK = Check("L34", "never-begins", "warning", find)
