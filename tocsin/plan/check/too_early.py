"""L36: a reminder, or a step of a ladder, that lies further before the due time than the limit is long: it comes as soon as the clock begins."""

from collections.abc import Iterator
from datetime import timedelta

from tocsin.engine.times import Span
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.forms.leaves import Cases
from tocsin.plan.limits import LimitForm, longest, shortest
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each of them."""
    for path, duty in draft.walk(ObligationForm):
        limits = _spans(duty.within or duty.every)
        if not limits:
            continue
        least = min(limits, key=longest)
        for place, ahead in _ahead(path, duty):
            if shortest(ahead) > max(longest(least), timedelta()):
                said = say("{ahead} before it is due is before it begins: the limit is {limit}", ahead=ahead, limit=least)
                yield Fault(place, said, say("less than the limit"))


def _spans(limit: LimitForm | None) -> list[Span]:
    if isinstance(limit, Cases):
        return [*limit.cases.values(), *([limit.otherwise] if limit.otherwise else [])]
    return [limit] if isinstance(limit, Span) else []


def _ahead(path: Path, duty: ObligationForm) -> Iterator[tuple[Path, Span]]:
    if isinstance(duty.remind, Span):
        yield (*path, "remind"), duty.remind
    for index, rung in enumerate(duty.late if isinstance(duty.late, list) else ()):
        if rung.after and rung.after.before and isinstance(rung.after.after, Span):
            yield (*path, "late", index, "after"), rung.after.after


CHECK = Check("L36", "too-early", "warning", find)
