"""L55: a door that only an unusual state opens: it stays shut while everything is as it normally is, or must hold for longer than there is time."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from tocsin.engine.expressions import UNKNOWN, Call, Known, Leaf, SignalRead, evaluate
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.endings import Endings
from tocsin.plan.findings import Fault, Severity
from tocsin.plan.forms.duties import DecisionForm, SituationForm
from tocsin.plan.limits import combinations, in_case, shortest
from tocsin.plan.sentences import NOTHING, say

_ENDS_MAX = 20
_NORMAL = {"excess": Decimal(0), "level": Decimal(100)}


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each condition of a decision that does not hold at the mean of every signal; only a note where it can be waived."""
    known = draft.form.conditions if draft.form else {}
    told: set[str] = set()
    for path, decision in draft.walk(DecisionForm):
        for ref in decision.needs:
            condition = known.get(ref.name)
            tree = draft.tree(condition.measure) if condition and ref.name not in told else None
            if condition and tree is not None and evaluate(tree, _at_the_mean) is False:
                told.add(ref.name)
                but = say(": it opens only if it is waived") if condition.waive else NOTHING
                said = say("{name} needs this, and it does not hold while everything is as it is on average{but}", name=path[-1], but=but)
                severity: Severity | None = "note" if condition.waive else None
                yield Fault(
                    ("conditions", ref.name, "measure"),
                    said,
                    say("give it a waiver, or another limit"),
                    severity=severity,
                    at_key=True,
                    beside=(path,),
                )
    yield from _too_long(draft)


def _at_the_mean(leaf: Leaf) -> Known:
    if isinstance(leaf, SignalRead):
        return _NORMAL.get(leaf.measure, UNKNOWN)
    return False if isinstance(leaf, Call) and leaf.function == "worse_than_mean" else UNKNOWN


def _too_long(draft: Draft) -> Iterator[Fault]:
    form = draft.form
    endings = Endings(draft)
    for path, situation in draft.walk(SituationForm):
        limits = list(islice(endings.of(path, situation), _ENDS_MAX))
        for name in sorted(endings.settling(situation)) if form else ():
            for ref in form.decisions[name].needs if form else ():
                hold = form.conditions[ref.name].hold if form and ref.name in form.conditions else None
                for where, _, end in limits:
                    spans = [span for case in combinations(draft, end) if (span := in_case(end, case))]
                    if hold and spans and hold >= min(map(shortest, spans)):
                        said = say(
                            "must hold for as long as {part} may last: {name}, which ends it, is never possible in time",
                            part=path[1],
                            name=name,
                        )
                        yield Fault(
                            ("conditions", ref.name, "hold"), said, say("shorten it, or give more time"), at_key=True, beside=(where,)
                        )


CHECK = Check("L55", "nearly-never", "warning", find)
