"""What is nearly true: thresholds move towards what has not reached them, and nothing else moves."""

from fractions import Fraction

import pytest

from tests.plan.example import example
from tocsin.engine.spelling import spell
from tocsin.plan.conditions import parse
from tocsin.plan.draft import read
from tocsin.plan.relaxing import relax


@pytest.mark.row("EWS-01")
@pytest.mark.parametrize(
    ("rule", "near"),
    [
        ("cpu.now > 50.0", "cpu.now > 40.0"),
        ("cpu.now >= 50.0", "cpu.now >= 40.0"),
        ("cpu.now < 50.0", "cpu.now < 62.5"),
        ("50.0 < cpu.now", "40.0 < cpu.now"),
        ("!(cpu.now <= 50.0)", "!(cpu.now <= 40.0)"),
        ('cpu.now > 50.0 && phase == "declared"', 'cpu.now > 40.0 && phase == "declared"'),
        ("cpu.now > 33.3", "cpu.now > 26.64"),
        ('phase == "declared"', 'phase == "declared"'),
        ("cpu.now == 50.0", "cpu.now == 50.0"),
    ],
)
def test_a_threshold_is_relaxed_to_its_part(rule, near):
    names = read("signals: {cpu: {kind: gauge}}").names
    tree = parse(rule, names).tree
    assert spell(relax(tree, Fraction(80, 100))) == near
    assert parse(near, names).tree == relax(tree, Fraction(80, 100))


def test_a_part_is_between_nothing_and_all():
    result = example(more="classify:\n  near: {at: 120%}\n")
    assert any("not a part" in finding.message for finding in result.findings)
