"""Who answers is found out once for as long as nobody's seat changes; whoever asks is told the same as if it were asked for the first time."""

from dataclasses import replace
from itertools import zip_longest

import pytest

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.plan import shipped
from tocsin.plan.scenarios import story
from tocsin.plan.scenarios.play import play
from tocsin.plan.scenarios.replay import program_for


@pytest.mark.parametrize("plan", shipped.sources())
def test_two_incidents_that_go_on_by_turns_are_each_told_who_answers_in_them(plan):
    first, second = shipped.scenarios(plan)[:2]
    program = program_for(first)
    asked = (*program.roles, *program.departments, *program.groups, "commander")
    for states in zip_longest(states_of(program, first), states_of(program, second)):
        for state in filter(None, states):
            anew = replace(program)  # nothing is found out about it yet
            assert [owners.owner(program, state, who) for who in asked] == [owners.owner(anew, state, who) for who in asked]
            told = [owners.persons(program, state, (who,)) for who in (*asked, "everyone", "departments")]
            assert told == [owners.persons(anew, state, (who,)) for who in (*asked, "everyone", "departments")]


def states_of(program, file):
    """Yield the states of a scenario in which somebody's seat, or a moment, has just changed."""
    state = t.State()
    for event in play(program, story.load(file, program)).events:
        before, state = state, evolve(state, event)
        if (state.roles, state.seats, state.moments) != (before.roles, before.seats, before.moments):
            yield state


def test_whoever_marks_a_moment_anew_answers_from_then_on():
    program = shipped.program("pass24-critical-incidents")
    role = next(role for role in program.roles.values() if role.held_by.kind == "who_marked")
    before = t.State(moments={role.held_by.name: t.MomentState(at=None, generation=1, by="ana")})
    after = replace(before, moments={role.held_by.name: t.MomentState(at=None, generation=2, by="bea")})
    assert [owners.owner(program, state, role.id).person for state in (before, after)] == ["ana", "bea"]


def test_whom_the_directory_names_anew_answers_from_then_on():
    program = shipped.program("hotline-outage")
    before = t.State(seats={program.commander: "ana"})
    after = replace(before, seats={program.commander: "bea"})
    assert [owners.owner(program, state, program.commander).person for state in (before, after)] == ["ana", "bea"]
