"""L27: a percentage held against a part of one: 0.1 where 10 is meant. A hundredth of the mean, or of all, is hardly ever a threshold."""

from collections.abc import Iterator
from decimal import Decimal

from tocsin.engine.expressions import Compare, Expression, Literal, Name, SignalRead, parts
from tocsin.plan.check import Check
from tocsin.plan.check.expression_fault import entry_of
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.leaves import Formula
from tocsin.plan.forms.values import FactForm, SignalForm
from tocsin.plan.sentences import say

_OF_THE_MEAN = ("excess", "level")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each expression that does so, once."""
    percent = {str(path[-1]) for path, fact in draft.walk(FactForm) if fact.unit == "%"}
    percent |= {str(path[-1]) for path, signal in draft.walk(SignalForm) if signal.unit == "%"}
    for path, formula in draft.walk(Formula):
        tree = draft.expression(formula, entry_of(draft, path)).tree
        found = next(_parts_of_one(tree, percent), None) if tree is not None else None
        if found:
            name, number = found
            said = say("{name} is in per cent, and {number} of one is less than one", name=name, number=number)
            yield Fault(path, said, say("write {number}, or acknowledge that so little is meant", number=100 * number), offset=0)


def _parts_of_one(tree: Expression, percent: set[str]) -> Iterator[tuple[str, Decimal]]:
    if isinstance(tree, Compare):
        for one, other in ((tree.left, tree.right), (tree.right, tree.left)):
            name = _in_percent(one, percent)
            if name and isinstance(other, Literal) and isinstance(other.value, Decimal) and 0 < abs(other.value) < 1:
                yield name, other.value
    for part in parts(tree):
        yield from _parts_of_one(part, percent)


def _in_percent(read: Expression, percent: set[str]) -> str:
    match read:
        case Name(path) if path in percent:
            return path
        case SignalRead(signal, measure, _) if measure in _OF_THE_MEAN or signal in percent:
            return f"{signal}.{measure}"
        case _:
            return ""


CHECK = Check("L27", "percent-as-part", "warning", find)
