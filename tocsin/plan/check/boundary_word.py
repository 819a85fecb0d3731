"""L53: two sentences meet at a constant and disagree about it: one takes the value itself and the other does not, or both do, or neither."""

from collections.abc import Collection, Iterator
from decimal import Decimal

from tocsin.engine.expressions import Compare, Expression, Literal, SignalRead, Value
from tocsin.engine.spelling import spell
from tocsin.plan.cells import in_words
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Formula
from tocsin.plan.sentences import Sentence, say
from tocsin.plan.trees import limits


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the later of two such comparisons, once for each kind of disagreement about a constant."""
    met: dict[tuple[Expression, Value], dict[str, tuple[Path, Compare]]] = {}
    for path, formula in draft.walk(Formula):
        tree = draft.tree(formula)
        for limit in limits(tree) if tree is not None and "readings" not in path else ():
            assert isinstance(limit.right, Literal)
            met.setdefault(_same(limit.left, limit.right.value), {}).setdefault(limit.op, (path, limit))
    for found in met.values():
        for one, other, said in _disagreements(found.keys()):
            (first, before), (later, limit) = [each for op, each in found.items() if op in (one, other)]
            if first != later:
                value = limit.right.value if isinstance(limit.right, Literal) else ""
                message = Sentence(said.template, {"before": spell(before), "limit": spell(limit), "value": in_words(value)})
                yield Fault(later, message, say("write in both the comparator that the document means"), beside=(first,))


def _disagreements(ops: Collection[str]) -> Iterator[tuple[str, str, Sentence]]:
    for one, other in ((">", ">="), ("<", "<=")):
        if one in ops and other in ops:
            yield one, other, say("{before} and {limit}: one takes and the other leaves {value} itself")
    if ">" in ops and "<" in ops and not {">=", "<="} & set(ops):
        yield ">", "<", say("{before} and {limit}: neither takes {value} itself")
    if ">=" in ops and "<=" in ops:
        yield ">=", "<=", say("{before} and {limit}: both take {value} itself")


def _same(leaf: Expression, constant: Value) -> tuple[Expression, Value]:
    """Return a limit so that 130 % of the mean and 30 % over it are one."""
    match leaf:
        case SignalRead(signal, "level", window) if isinstance(constant, Decimal):
            return SignalRead(signal, "excess", window), constant - 100
        case _:
            return leaf, constant


CHECK = Check("L53", "boundary-word", "warning", find)
