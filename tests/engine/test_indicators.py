"""What an expression asks of clocks, seats and the level in force: is something overdue, is a role held, is it worked out of turn."""

from dataclasses import replace
from functools import cache

import pytest

from tests.engine.story import START, Story
from tests.engine.written import written
from tocsin.engine import terms as t
from tocsin.engine.compose import compose
from tocsin.engine.expressions import Name
from tocsin.engine.program import Program
from tocsin.engine.values import holds, lookup


@cache
def bakery() -> Program:
    return written(
        """
levels:
  burning: {cite: O 3, title: {en: Burning}, out_of_turn: true}
  mild: {cite: O 3, title: {en: Mild}}
moments:
  served: {cite: O 4, recorded_by: [clerk], repeats: true}
obligations:
  look: {cite: O 4, owes: clerk, do: {en: Look}, within: 10m, of: reported}
  serve: {cite: O 4, owes: clerk, reach: served, every: 30m, from: reported}
checklists:
  features:
    cite: O 6
    indicators: true
    levels: [burning]
    items:
      first: {cite: O 6, measure: out_of_turn}
      quick: {cite: O 6, measure: '!overdue("look")'}
      steady: {cite: O 6, measure: '!overdue("serve")'}
      led: {cite: O 6, measure: held("helper")}
""",
        """  helper: {cite: O 2, title: {en: Helper}}
""",
    )


def story() -> Story:
    return Story(cast={"ana": ("clerk",)}, program=bakery()).declare(person="ana")


def kept(story: Story, item: str) -> bool | None:
    assert story.state.at is not None
    return holds(story.program, story.state, story.program.conditions[f"features.{item}"], story.state.at)


def tick(story: Story, minutes: float) -> None:
    story.do(minutes, t.SYSTEM, t.Tick())


@pytest.mark.row("STP-16")
def test_a_duty_is_overdue_from_its_due_time_until_it_is_done() -> None:
    told = story()
    tick(told, 10)
    assert kept(told, "quick") is True
    tick(told, 11)
    assert kept(told, "quick") is False
    told.do(12, "ana", t.Fulfil(obligation="look"))
    assert kept(told, "quick") is True


@pytest.mark.row("STP-16")
def test_what_recurs_is_overdue_while_an_occurrence_is_not_made_good() -> None:
    told = story()
    tick(told, 31)
    assert kept(told, "steady") is False
    told.do(40, "ana", t.Mark(moment="served"))
    assert kept(told, "steady") is True


@pytest.mark.row("STP-16")
def test_a_role_is_held_once_somebody_of_its_own_has_accepted_it() -> None:
    told = story()
    assert kept(told, "led") is False  # it falls to the clerk
    told.do(1, "ana", t.Assign(role="helper", person="bea"))
    assert kept(told, "led") is False
    told.do(2, "bea", t.Accept(role="helper"))
    assert kept(told, "led") is True
    told.do(3, "ana", t.Assign(role="helper", person=""))
    assert kept(told, "led") is False


@pytest.mark.row("STP-16")
def test_of_several_plans_each_says_by_its_own_level_whether_it_is_out_of_turn() -> None:
    other = replace(bakery(), id="other")
    both = compose([bakery(), other])
    state = t.State(incident="i", level="mild", levels={"other": t.LevelState(level="other~burning")}, phase="responding", at=START)
    read = lookup(both, state, START)
    assert (read(Name("out_of_turn")), read(Name("other~out_of_turn"))) == (False, True)
    assert both.conditions["other~features.first"].measure == Name("other~out_of_turn")
