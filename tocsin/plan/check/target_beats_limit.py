"""L39: a figure's target is looser than the limit between the same two moments: whoever meets the target is late."""

from collections.abc import Iterator

from tocsin.engine.times import Span
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.forms.figures import FigureForm, Plain
from tocsin.plan.forms.leaves import Cases, FromFact
from tocsin.plan.limits import LimitForm, combinations, in_case, longest, said, shortest
from tocsin.plan.sentences import NOTHING, Sentence, say

_DUTIES_MAX = 20


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the target of each such figure."""
    duties: dict[tuple[str, str], list[tuple[Path, ObligationForm]]] = {}
    for where, duty in draft.walk(ObligationForm):
        for anchor in duty.of or ():
            for reached in _reached(str(where[-1]), duty):
                duties.setdefault((anchor.name, reached), []).append((where, duty))
    for path, figure in draft.walk(FigureForm):
        target = figure.target
        if figure.from_ is None or figure.to is None or not isinstance(target, Span | Cases | FromFact):
            continue
        for where, duty in duties.get((figure.from_.name, figure.to.name), ())[:_DUTIES_MAX]:
            slow = next(_looser(draft, target, duty.within), NOTHING) if duty.within else NOTHING
            if slow:
                yield Fault(
                    (*path, "target"),
                    slow,
                    say("keep both, and acknowledge it: one is a target, the other a limit"),
                    at_key=True,
                    beside=(where,),
                )


def _reached(name: str, duty: ObligationForm) -> set[str]:
    """Return the moments that fulfilling a duty brings about."""
    found = {f"{name}.done", *(ref.name for ref in duty.marks)}
    for ref, suffix in ((duty.send, ".sent"), (duty.decide, ".made"), (duty.reach, ""), (duty.reach, ".met")):
        found |= {f"{ref.name}{suffix}"} if ref else set()
    return found


def _looser(draft: Draft, target: Plain | Cases[Plain] | FromFact, limit: LimitForm) -> Iterator[Sentence]:
    for case in combinations(draft, target, limit):
        wished, owed = in_case(target, case), in_case(limit, case)
        if isinstance(wished, Span) and owed and shortest(wished) > longest(owed):
            yield say("the target is {wished}, the limit {owed}{case}", wished=wished, owed=owed, case=said(case))


CHECK = Check("L39", "target-beats-limit", "warning", find)
