"""L56: the same measured value must have risen for one door and fallen for another."""

from collections.abc import Iterator

from tocsin.engine.expressions import SignalRead
from tocsin.engine.spelling import spell
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import DecisionForm
from tocsin.plan.forms.leaves import Formula
from tocsin.plan.sentences import say
from tocsin.plan.trees import limits

_UP = {">": True, ">=": True, "<": False, "<=": False}


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the second of two conditions of doors, other readings included, whose limits on one signal point in opposite directions."""
    known = draft.form.conditions if draft.form else {}
    doors = dict.fromkeys(ref.name for _, decision in draft.walk(DecisionForm) for ref in decision.needs)
    seen: dict[str, dict[bool, tuple[Path, str]]] = {}
    for name in doors:
        condition = known.get(name)
        formulas: list[tuple[Path, Formula | None]] = [(("conditions", name, "measure"), condition.measure)] if condition else []
        formulas += [
            (("conditions", name, "readings", index), each.measure) for index, each in enumerate(condition.readings if condition else ())
        ]
        for path, formula in formulas:
            tree = draft.tree(formula)
            for limit in limits(tree) if tree is not None else ():
                if not isinstance(limit.left, SignalRead) or limit.op not in _UP:
                    continue
                ways = seen.setdefault(limit.left.signal, {})
                other = ways.get(not _UP[limit.op])
                if other and _UP[limit.op] not in ways:
                    said = say("{limit} here, {part} there: opposite directions", limit=spell(limit), part=other[1])
                    yield Fault(path, said, say("say which is meant, and acknowledge it"), at_key=True, beside=(other[0],))
                ways.setdefault(_UP[limit.op], (path, spell(limit)))


CHECK = Check("L56", "opposite-direction", "warning", find)
