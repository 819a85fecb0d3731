"""L26: the version shows it and does not run it yet: said plainly at loading, so that nobody relies on it."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.figures import FigureForm
from tocsin.plan.forms.standing import ReadinessForm, ResourceForm
from tocsin.plan.forms.words import RecordForm


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at each standing duty, and at each figure that is broken down over many incidents."""
    for path, _ in draft.walk(ReadinessForm):
        yield Fault(path, f"the standing duty {path[-1]} is shown and not run by this version yet", "keep a calendar for it", at_key=True)
    kept_forms: list[tuple[Path, RecordForm | ResourceForm]] = [*draft.walk(RecordForm), *draft.walk(ResourceForm)]
    for path, kept in kept_forms:
        if kept.retained is not None:
            words = f"how long {path[-1]} is kept is shown and nothing is deleted by this version yet"
            yield Fault((*path, "retained"), words, "delete by hand", at_key=True)
    for path, figure in draft.walk(FigureForm):
        if figure.per:
            words = f"{path[-1]} is shown for one incident; by {', '.join(figure.per)} it is not shown yet"
            yield Fault((*path, "per"), words, "compare the incidents by hand", at_key=True)


CHECK = Check("L26", "shown-only", "note", find)
