"""The cells of some expressions. A set of cells is one integer, a bit for each cell, so that and, or and not of whole sets are one step each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Final

from tocsin.engine.expressions import All, AtLeast, Choose, Compare, Expression, Known, Leaf, Literal, Not, Some, evaluate
from tocsin.plan.cells.axes import Axis, axis
from tocsin.plan.cells.terms import Terms, reads

CELLS_MAX: Final = 200_000
Truths = tuple[int, int]
"""The cells in which something is true, and those in which it is false; in the rest it is unknown."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """There are more cells than are looked at, or more comparisons than are tried to find them."""

    cells: int


@dataclass(slots=True)
class Space:
    """
    Every combination of the regions of the axes, the last axis running fastest. A set of cells is an integer.

    Parts that could not be cut count as a yes or no of their own: some cells may then be impossible, and none is left out.
    """

    terms: Terms
    axes: tuple[Axis, ...]
    work: int
    """How many comparisons and cells it took."""
    _known: dict[Expression, Truths] = field(default_factory=dict)
    _where: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return how many cells there are."""
        return prod(len(each.regions) for each in self.axes)

    @property
    def everything(self) -> int:
        """Return the set of all cells."""
        return (1 << self.size) - 1

    def true(self, tree: Expression) -> int:
        """Return the cells in which `tree` is true. It must be one of those the space was made of, or composed of their parts."""
        return self._truths(self.terms.ready(tree))[0]

    def false(self, tree: Expression) -> int:
        """Return the cells in which `tree` is false."""
        return self._truths(self.terms.ready(tree))[1]

    def where(self, index: int, region: int) -> int:
        """Return the cells in which the axis at `index` is in its region `region`."""
        if (index, region) not in self._where:
            run = prod(len(each.regions) for each in self.axes[index + 1 :])
            period = run * len(self.axes[index].regions)
            self._where[index, region] = (((1 << run) - 1) << (run * region)) * (self.everything // ((1 << period) - 1))
        return self._where[index, region]

    def _truths(self, tree: Expression) -> Truths:
        if tree not in self._known:
            self._known[tree] = self._composed(tree) if self.terms.composed(tree) or isinstance(tree, Literal) else self._looked_up(tree)
        return self._known[tree]

    def _composed(self, tree: Expression) -> Truths:
        match tree:
            case Literal(value):
                return (self.everything, 0) if value is True else (0, self.everything)
            case Not(operand):
                true, false = self._truths(operand)
                return false, true
            case All(operands):
                return _conjunction([self._truths(operand) for operand in operands], self.everything)
            case Some(operands):
                false, true = _conjunction([self._truths(operand)[::-1] for operand in operands], self.everything)
                return true, false
            case AtLeast(number, operands):
                truths = [self._truths(operand) for operand in operands]
                spare = len(operands) - number + 1
                return _so_many([yes for yes, _ in truths], number, self.everything), _so_many(
                    [no for _, no in truths], spare, self.everything
                )
            case Choose(test, then, otherwise):
                (yes, no), (left, left_not), (right, right_not) = (self._truths(part) for part in (test, then, otherwise))
                return (yes & left) | (no & right), (yes & left_not) | (no & right_not)
            case Compare(op, first, second):
                (one, one_not), (other, other_not) = self._truths(first), self._truths(second)
                same, differ = (one & other) | (one_not & other_not), (one & other_not) | (one_not & other)
                return {"==": (same, differ), "!=": (differ, same)}.get(op, (0, 0))
            case _:
                return 0, 0

    def _looked_up(self, atom: Expression) -> Truths:
        leaves = reads(atom)
        places = [index for index, each in enumerate(self.axes) if each.leaf in leaves]
        true = false = 0
        for regions in product(*(range(len(self.axes[index].regions)) for index in places)):
            values: dict[Leaf, Known] = {
                self.axes[index].leaf: self.axes[index].regions[region].value for index, region in zip(places, regions, strict=True)
            }
            value = evaluate(atom, values.__getitem__)
            if isinstance(value, bool):
                cells = self.everything
                for index, region in zip(places, regions, strict=True):
                    cells &= self.where(index, region)
                true, false = (true | cells, false) if value else (true, false | cells)
        return true, false


def _conjunction(operands: list[Truths], everything: int) -> Truths:
    true, false = everything, 0
    for yes, no in operands:
        true, false = true & yes, false | no
    return true, false


def _so_many(sets: list[int], number: int, everything: int) -> int:
    """Return the cells that lie in so many of `sets`."""
    found = [everything, *([0] * number)]
    for cells in sets:
        for count in range(number, 0, -1):
            found[count] |= found[count - 1] & cells
    return found[number]


def space(trees: Iterable[Expression], terms: Terms, *, unknown: bool = False, at_most: int = CELLS_MAX) -> Space | TooMany:
    """
    Return the cells that `trees` cut, with `unknown` also those in which something is not known yet. Pure.

    Exact, as long as every part compares one value with constants; the work is bounded by `at_most`.
    """
    by_leaf: dict[Leaf, list[Expression]] = {}
    for atom in dict.fromkeys(atom for tree in trees for atom in terms.atoms(terms.ready(tree))):
        for leaf in reads(atom):
            by_leaf.setdefault(leaf, []).append(atom)
    tried = sum((2 * len(found) + len(terms.kind(leaf).of)) * len(found) for leaf, found in by_leaf.items())
    if tried > at_most:
        return TooMany(tried)
    axes = tuple(
        axis(leaf, terms.kind(leaf), [atom for atom in found if len(reads(atom)) == 1], unknown=unknown) for leaf, found in by_leaf.items()
    )
    cells = prod(len(each.regions) for each in axes)
    return TooMany(cells) if cells > at_most else Space(terms, axes, tried + cells)
