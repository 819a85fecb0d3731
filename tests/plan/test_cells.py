"""Cells: what is counted by enumeration is what a brute force over a dense grid of values finds, for any rules at all."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.engine.expressions import (
    UNKNOWN,
    All,
    AtLeast,
    Choose,
    Compare,
    Expression,
    Known,
    Leaf,
    Literal,
    Name,
    Not,
    SignalRead,
    Some,
    Within,
    evaluate,
    leaves,
)
from tocsin.plan.cells import CELLS_MAX, Space, TooMany, boxes, space
from tocsin.plan.cells.terms import Terms
from tocsin.plan.conditions import parse
from tocsin.plan.names import Names, collect

NAMES: Names = collect(
    {
        "facts": {
            "scope": {"type": "choice", "of": ["one", "some", "all"]},
            "core": {"type": "yes_no"},
            "load": {"type": "number"},
            "recovery": {"type": "duration"},
        },
        "signals": {"calls": {"kind": "count", "baseline": {"of": "mean"}}},
        "records": {"loans": {"fields": ["item"]}},
        "obligations": {f"o{number}": {} for number in range(1200)},
    }
)
TERMS = Terms(NAMES.types)
LOAD, RECOVERY, LOANS = Name("load"), Name("recovery"), Name("loans.open")
EXCESS, LEVEL = SignalRead("calls", "excess"), SignalRead("calls", "level")

# ------------------------------------------------------------------ rules by chance, and an oracle that knows nothing of regions

_compares = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_atoms: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Compare, st.sampled_from(["==", "!="]), st.just(Name("scope")), st.builds(Literal, st.sampled_from(["one", "some", "all"]))),
    st.builds(Within, st.just(Name("scope")), st.builds(Literal, st.sampled_from([("one",), ("one", "all")]))),
    st.just(Name("core")),
    st.builds(Compare, _compares, st.just(LOAD), st.builds(Literal, st.integers(0, 3).map(Decimal))),
    st.builds(Compare, _compares, st.builds(Literal, st.integers(0, 3).map(Decimal)), st.just(LOAD)),
    st.builds(Compare, _compares, st.just(RECOVERY), st.builds(Literal, st.integers(0, 2).map(lambda hours: timedelta(hours=hours)))),
    st.builds(Compare, _compares, st.just(LOANS), st.builds(Literal, st.integers(0, 3).map(Decimal))),
    st.builds(Compare, _compares, st.just(EXCESS), st.builds(Literal, st.sampled_from([Decimal(-10), Decimal(30)]))),
    st.builds(Compare, _compares, st.just(LEVEL), st.builds(Literal, st.sampled_from([Decimal(90), Decimal(130)]))),
    st.builds(Literal, st.booleans()),
)
rules: st.SearchStrategy[Expression] = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Some, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AtLeast, st.integers(1, 2), st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Choose, inner, inner, inner),
        st.builds(Compare, st.sampled_from(["==", "!="]), inner, inner),
    ),
    max_leaves=5,
)

_HALVES = [Decimal(number) / 2 for number in range(-1, 8)]
_GRID: dict[Leaf, list[Known]] = {
    Name("scope"): ["one", "some", "all"],
    Name("core"): [True, False],
    LOAD: list(_HALVES),
    RECOVERY: [timedelta(minutes=minutes) for minutes in range(0, 180, 30)],
    LOANS: [Decimal(number) for number in range(5)],
    EXCESS: [Decimal(number) for number in (-11, -10, 0, 30, 31)],
}


def _points(trees: list[Expression], unknown: list[Known]) -> Iterator[Mapping[Leaf, Known]]:
    """Yield every combination of a dense grid of values for what `trees` read."""
    read = list(dict.fromkeys(EXCESS if leaf == LEVEL else leaf for tree in trees for leaf in leaves(tree)))
    for values in product(*([*_GRID[leaf], *unknown] for leaf in read)):
        point = dict(zip(read, values, strict=True))
        if EXCESS in point:
            excess = point[EXCESS]
            point[LEVEL] = excess + 100 if isinstance(excess, Decimal) else UNKNOWN
        yield point


def _cell(found: Space, point: Mapping[Leaf, Known]) -> int:
    """Return the cell that a point lies in, by the ends of the regions alone."""
    cells = found.everything
    for index, axis in enumerate(found.axes):
        [region] = [number for number, region in enumerate(axis.regions) if _inside(region, point[axis.leaf], ordered=axis.ordered)]
        cells &= found.where(index, region)
    return cells


def _inside(region: Any, value: Any, *, ordered: bool) -> bool:
    if value is UNKNOWN or region.value is UNKNOWN or not ordered:
        return bool(value == region.value)
    above = region.low is None or value > region.low or (region.low_in and value == region.low)
    below = region.high is None or value < region.high or (region.high_in and value == region.high)
    return above and below


@settings(max_examples=25, deadline=None)
@given(st.lists(rules, min_size=1, max_size=3), st.booleans())
def test_what_holds_for_the_cells_holds_for_every_value_and_the_other_way_round(trees: list[Expression], unknown: bool):
    found = space(trees, TERMS, unknown=unknown)
    assert isinstance(found, Space)
    seen = 0
    for point in _points(trees, [UNKNOWN] if unknown else []):
        cell = _cell(found, point)
        assert cell.bit_count() == 1
        seen |= cell
        for tree in trees:
            value = evaluate(tree, point.__getitem__)
            assert bool(found.true(tree) & cell) == (value is True)
            assert bool(found.false(tree) & cell) == (value is False)
    assert seen == found.everything


@settings(max_examples=25, deadline=None)
@given(st.lists(rules, min_size=1, max_size=3))
def test_the_cells_that_no_rule_takes_are_the_ones_the_oracle_leaves_over(trees: list[Expression]):
    found = space(trees, TERMS)
    assert isinstance(found, Space)
    taken = 0
    for tree in trees:
        taken |= found.true(tree)
    left_over = {
        _cell(found, point) for point in _points(trees, []) if not any(evaluate(tree, point.__getitem__) is True for tree in trees)
    }
    assert (found.everything & ~taken).bit_count() == len(left_over)


@settings(max_examples=25, deadline=None)
@given(rules, rules)
def test_one_rule_lies_within_another_exactly_where_no_value_tells_otherwise(narrow: Expression, wide: Expression):
    found = space([narrow, wide], TERMS, unknown=True)
    assert isinstance(found, Space)
    subsumed = not any(
        evaluate(narrow, point.__getitem__) is True and evaluate(wide, point.__getitem__) is not True
        for point in _points([narrow, wide], [UNKNOWN])
    )
    assert (found.true(narrow) & ~found.true(wide) == 0) == subsumed


@settings(max_examples=25, deadline=None)
@given(st.lists(rules, min_size=1, max_size=3), st.data())
def test_boxes_are_the_set_and_do_not_overlap(trees: list[Expression], data: st.DataObject):
    found = space(trees, TERMS)
    assert isinstance(found, Space)
    wanted = found.true(trees[0])
    covered = 0
    for box in boxes(found, wanted):
        cells = found.everything
        for axis, regions in box.sides:
            index = found.axes.index(axis)
            side = 0
            for region in regions:
                side |= found.where(index, axis.regions.index(region))
            cells &= side
        assert not covered & cells
        assert cells.bit_count() == box.cells
        covered |= cells
    assert covered == wanted


# ------------------------------------------------------------------ in words


def tree(text: str) -> Expression:
    parsed = parse(text, NAMES)
    assert parsed.tree is not None
    assert parsed.problems == ()
    return parsed.tree


def said(*texts: str, of: str = "") -> list[str]:
    trees = [tree(text) for text in texts]
    found = space([*trees, tree(of)] if of else trees, TERMS)
    assert isinstance(found, Space)
    return [str(box) for box in boxes(found, found.true(tree(of or texts[0])))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("calls.excess >= 50.0 && !(calls.excess > 60.0)", ["50.0 <= calls.excess <= 60.0"]),
        ("calls.level > 90.0 && calls.excess < 30.0", ["-10.0 < calls.excess < 30.0"]),
        ('recovery > duration("6h")', ["recovery > 6h"]),
        ('recovery <= duration("6h")', ["recovery <= 6h"]),
        ("loans.open == 0", ["loans.open == 0"]),
        ("load < 1.0 || load > 1.0", ["load < 1.0 or load > 1.0"]),
        ("load < 1.0 || load > 2.0", ["load < 1.0 or load > 2.0"]),
        ('scope != "all" && core', ["(scope is one or some) and core"]),
        ("!core", ["not core"]),
        ("core || !core", ["always"]),
    ],
)
def test_a_set_of_cells_is_said_as_a_person_would(text: str, words: list[str]):
    assert said(text) == words


def test_over_and_of_the_mean_are_one_measured_value():
    found = space([tree("calls.level <= 90.0"), tree("calls.excess <= -10.0")], TERMS)
    assert isinstance(found, Space)
    assert len(found.axes) == 1
    assert found.true(tree("calls.level <= 90.0")) == found.true(tree("calls.excess <= -10.0"))


def test_what_cannot_be_cut_is_one_yes_or_no_however_it_is_written():
    found = space([tree("load > calls.now"), tree("calls.now >= load")], TERMS)
    assert isinstance(found, Space)
    assert found.size == 2
    assert found.true(tree("load > calls.now")) == found.false(tree("calls.now >= load"))


def test_more_cells_than_the_bound_are_never_enumerated():
    texts = [f"{leaf} > {number}.0" for leaf in ("load", "calls.excess", "calls.now") for number in range(60)]
    found = space([tree(text) for text in texts], TERMS)
    assert isinstance(found, TooMany)
    assert found.cells == 61**3 > CELLS_MAX


def test_more_comparisons_than_the_bound_are_never_tried():
    found = space([tree(f"load > {number}.0") for number in range(400)], TERMS)
    assert isinstance(found, TooMany)


def test_what_every_value_satisfies_adds_nothing_however_often_it_is_said():
    always = [tree(f'loans.open >= 0 && missed("o{number}") >= 0') for number in range(1200)]
    found = space([tree("load > 1.0"), *always], TERMS)
    assert isinstance(found, Space)
    assert found.size == 2
    assert [str(box) for box in boxes(found, found.true(tree("load > 1.0")))] == ["load > 1.0"]
