"""L26: the version shows it and does not run it yet: said plainly at loading, so that nobody relies on it."""

from collections.abc import Iterator

from tocsin.engine.periods import MONTHS
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.figures import FigureForm
from tocsin.plan.forms.standing import ReadinessForm, ResourceForm
from tocsin.plan.forms.words import RecordForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at each key of a register that nothing acts on, and at each figure that is broken down by what is not added up."""
    for path, register in draft.walk(ResourceForm):
        for key in ("alert_before", "fallback"):
            if getattr(register, key):
                words = say("{key} of {name} is shown and nothing acts on it by this version yet", key=key, name=path[-1])
                yield Fault((*path, key), words, say("see to it by hand"), at_key=True)
    for path, duty in draft.walk(ReadinessForm):
        if duty.runs:
            words = say("a finished drill does not fulfil {name} by itself in this version yet", name=path[-1])
            yield Fault((*path, "runs"), words, say("enter it by hand, with the drill as evidence"), at_key=True)
    kept_forms: list[tuple[Path, RecordForm | ResourceForm]] = [*draft.walk(RecordForm), *draft.walk(ResourceForm)]
    for path, kept in kept_forms:
        if kept.retained is not None:
            words = say("how long {name} is kept is shown and nothing is deleted by this version yet", name=path[-1])
            yield Fault((*path, "retained"), words, say("delete by hand"), at_key=True)
    for path, figure in draft.walk(FigureForm):
        later = [name for name in figure.per if name not in MONTHS or not figure.count]
        if later:
            words = say("{name} is shown for one incident; by {names} it is not shown yet", name=path[-1], names=", ".join(later))
            yield Fault((*path, "per"), words, say("compare the incidents by hand"), at_key=True)


CHECK = Check("L26", "shown-only", "note", find)
