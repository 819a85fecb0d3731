"""Expressions made ready to be enumerated: what each comparison depends on, with everything that cannot be cut kept as one yes or no."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import prod
from typing import Final

from tocsin.engine.expressions import (
    All,
    AtLeast,
    Call,
    Choose,
    Compare,
    Expression,
    Leaf,
    Literal,
    Name,
    Not,
    SignalRead,
    Some,
    WatchRef,
    Within,
    leaves,
    parts,
)
from tocsin.engine.spelling import spell
from tocsin.plan.names import ANY, Type

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_COUNTS: Final = ("missed", "sent")
_ORDERED: Final = ("decimal", "int", "duration", "time")
_MEAN: Final = Decimal(100)
_TRIED_MAX: Final = 2000


@dataclass(frozen=True, slots=True)
class Terms:
    """What names mean: the type of each, so that it is known which values it can have."""

    types: Mapping[str, Type]

    def kind(self, leaf: Leaf) -> Type:
        """Return the type of a leaf; a watch, and a call that is no count, is a yes or no."""
        match leaf:
            case Name(path):
                return self.types.get(path, ANY)
            case SignalRead():
                return Type("decimal")
            case Call(function) if function in _COUNTS:
                return Type("int")
            case _:
                return Type("bool")

    def ready(self, tree: Expression) -> Expression:
        """Return `tree` with leaves first in every comparison and each part that cannot be cut replaced by a watch of that spelling. Pure."""
        match tree:
            case WatchRef(_, test):
                return self.ready(test)
            case Not(operand):
                return Not(self.ready(operand))
            case All(operands):
                return All(tuple(map(self.ready, operands)))
            case Some(operands):
                return Some(tuple(map(self.ready, operands)))
            case AtLeast(number, operands):
                return AtLeast(number, tuple(map(self.ready, operands)))
            case Choose(test, then, otherwise) if self.is_truth(then) and self.is_truth(otherwise):
                return Choose(self.ready(test), self.ready(then), self.ready(otherwise))
            case Compare(op, left, right) if self.is_truth(left) and self.is_truth(right):
                return Compare(op, self.ready(left), self.ready(right))
            case Compare():
                return self._comparison(tree)
            case Within() if self._tried(tree):
                return tree
            case Name() if self.kind(tree).name == "bool":
                return tree
            case Literal(value) if isinstance(value, bool):
                return tree
            case _:
                return WatchRef(spell(tree), tree)

    def is_truth(self, tree: Expression) -> bool:
        """Return whether `tree` is a yes or no."""
        match tree:
            case Not() | All() | Some() | AtLeast() | Compare() | Within() | WatchRef():
                return True
            case Choose(_, then, otherwise):
                return self.is_truth(then) and self.is_truth(otherwise)
            case Literal(value):
                return isinstance(value, bool)
            case Call(function):
                return function not in (*_COUNTS, "ratio", "least", "most")
            case Name():
                return self.kind(tree).name == "bool"
            case _:
                return False

    def composed(self, tree: Expression) -> bool:
        """Return whether the truth of a tree that is ready follows from the truth of its parts."""
        if isinstance(tree, Compare):
            return self.is_truth(tree.left) and self.is_truth(tree.right)
        return isinstance(tree, Not | All | Some | AtLeast | Choose)

    def atoms(self, tree: Expression) -> Iterator[Expression]:
        """Yield the parts of a tree that is ready whose truth is looked up and not composed."""
        if self.composed(tree):
            for part in parts(tree):
                yield from self.atoms(part)
        elif not isinstance(tree, Literal):
            yield tree

    def _comparison(self, tree: Compare) -> Expression:
        if isinstance(tree.left, Literal) and not isinstance(tree.right, Literal):
            tree = Compare(_FLIPPED[tree.op], tree.right, tree.left)
        match tree:
            case Compare(op, SignalRead(measure="level") as read, Literal(Decimal() as constant)):
                # "90 % of the mean" is "10 % under it": one and the same measured value.
                tree = Compare(op, replace(read, measure="excess"), Literal(constant - _MEAN))
        return tree if self._cuts(tree) or self._tried(tree) else _oriented(tree)

    def _cuts(self, tree: Compare) -> bool:
        """Whether one value is compared with a constant."""
        match tree:
            case Compare(_, Name() | SignalRead() | Call(_) as leaf, Literal(value)):
                return (
                    self.kind(leaf).name in (*_ORDERED, "string")
                    and (not isinstance(leaf, Call) or leaf.function in _COUNTS)
                    and not isinstance(value, bool)
                )
            case _:
                return False

    def _tried(self, tree: Expression) -> bool:
        """Whether all that `tree` depends on has so few values together that each combination can simply be tried."""
        return self._finite(tree) and prod(len(self.kind(leaf).of) or 2 for leaf in reads(tree)) <= _TRIED_MAX

    def _finite(self, tree: Expression) -> bool:
        match tree:
            case Literal():
                return True
            case Name():
                kind = self.kind(tree)
                return kind.name == "bool" or (kind.name == "string" and bool(kind.of))
            case Compare() | Within() | Choose() | Not() | All() | Some() | AtLeast():
                return all(map(self._finite, parts(tree)))
            case _:
                return False


def _oriented(tree: Compare) -> Expression:
    """Return a comparison that cannot be cut in the one of its four spellings that all of them share: `a >= b` is `!(a < b)`."""
    match tree.op:
        case ">":
            tree = Compare("<", tree.right, tree.left)
        case "<=":
            return Not(_oriented(Compare("<", tree.right, tree.left)))
        case ">=":
            return Not(_oriented(Compare("<", tree.left, tree.right)))
        case "!=":
            return Not(_oriented(Compare("==", tree.left, tree.right)))
    return WatchRef(spell(tree), tree)


def reads(atom: Expression) -> tuple[Leaf, ...]:
    """Return what an atom depends on, each once."""
    return tuple(dict.fromkeys(leaves(atom)))
