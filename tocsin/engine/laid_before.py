"""What lies before whoever decides on the level: facts, and what signals read, which may be put forward as evidence (DET-12). Pure."""

from collections.abc import Mapping
from decimal import Decimal

from tocsin.engine.expressions import Expression, Lookup, SignalRead, evaluate, leaves
from tocsin.engine.program import Decision, Program
from tocsin.engine.spelling import spell


def readings(program: Program, decision: Decision) -> dict[str, Expression]:
    """Return by name what the plan shows beside `decision` that signals read; none where it does not set a level."""
    classify = program.part(decision.id).classify
    if classify is None or not decision.sets_level:
        return {}
    return {spell(tree): tree for tree in classify.shows if any(isinstance(leaf, SignalRead) for leaf in leaves(tree))}


def read(trees: Mapping[str, Expression], look: Lookup) -> dict[str, Decimal]:
    """Return what `look` answers for each; what is unknown now is left out."""
    found = {name: evaluate(tree, look) for name, tree in trees.items()}
    return {name: value for name, value in found.items() if isinstance(value, Decimal)}
