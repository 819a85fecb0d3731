"""L19: business time in a plan without a calendar."""

from collections.abc import Iterator

from tocsin.engine.times import Span
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each duration such as 2bd or 4bh."""
    if draft.form and draft.form.defaults and draft.form.defaults.calendar:
        return
    for path, span in draft.walk(Span):
        if span.is_business:
            hint = say("give it one under defaults.calendar, or use hours or days round the clock")
            yield Fault(path, say("{value} is business time, and the plan has no calendar", value=str(span)), hint)


CHECK = Check("L19", "no-calendar", "error", find)
