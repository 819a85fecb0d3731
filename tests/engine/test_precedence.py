"""Which incident comes first in every queue: by what the plans themselves mark, whatever their levels are called (REG-09, X-56)."""

from dataclasses import replace

import pytest

from tests.engine.written import written
from tocsin.engine import precedence
from tocsin.engine import terms as t
from tocsin.engine.compose import compose

BODY = """
levels:
  boiling: {cite: O 3, colour: grey, out_of_turn: true}
  warm: {cite: O 3, colour: red}
  cool: {cite: O 3, colour: green}
"""
KITCHEN = written(BODY)
CELLAR = replace(KITCHEN, id="cellar")


def place(level: str = "", phase: str = "responding", *, drill: bool = False) -> int:
    return precedence.place(KITCHEN, t.State(incident="i", level=level, phase=phase, drill=drill))


@pytest.mark.row("REG-09", "X-56")
def test_what_is_worked_out_of_turn_is_first_then_what_nobody_judged_then_the_levels_by_rank() -> None:
    assert place("boiling") < place("") < place("warm") < place("cool")


@pytest.mark.row("REG-09")
def test_a_warning_a_drill_and_what_is_over_stand_behind_every_incident() -> None:
    assert place("cool") < place("", "warning") < place("boiling", drill=True) < place("boiling", "closed")
    assert place("boiling", "warning") == place("boiling")


@pytest.mark.row("REG-09")
def test_of_two_plans_the_one_decides_that_puts_the_incident_first() -> None:
    both = compose([KITCHEN, CELLAR])
    state = t.State(incident="i", phase="responding", phases={"": "responding", "cellar": "responding"}, level="cool")
    assert precedence.place(both, state) == place("cool")
    grave = replace(state, levels={"cellar": t.LevelState(level="cellar~boiling")})
    assert precedence.place(both, grave) == precedence.FIRST
    done = replace(grave, phases={"": "responding", "cellar": "closed"})
    assert precedence.place(both, done) == place("cool")
