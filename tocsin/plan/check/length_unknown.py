"""L18: a target in business time for a figure that is no time between two moments: its value has a length, business time alone has none."""

from collections.abc import Iterator

from tocsin.engine.times import Span
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.figures import FigureForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each such target."""
    figures = [path for path, figure in draft.walk(FigureForm) if figure.to is None]
    targets = [(*path, key) for path in figures for key in ("target", "at_least")]
    for path, span in draft.walk(Span):
        if span.is_business and any(path[: len(target)] == target for target in targets):
            hint = say("use hours or days round the clock, or count from one moment to another")
            yield Fault(
                path, say("{value} is business time, and this figure does not count from one moment to another", value=str(span)), hint
            )


CHECK = Check("L18", "length-unknown", "error", find)
