"""The script of a simulated incident, taken from a scenario: what is said and decided, while chance says when."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from tocsin.engine import terms as t
from tocsin.engine import watch
from tocsin.engine.program import Program
from tocsin.engine.simulate import Answer, Given, cast_of
from tocsin.plan.scenarios.commands import command_of, facts_of
from tocsin.plan.scenarios.sampling import series
from tocsin.plan.scenarios.story import Act, Story, load

_OF_THE_WORLD: Final = ("set", "mark")
"""Acts that happen when the scenario says; who owes something does it when it is his or her turn."""


def with_story(given: Given, file: Path) -> Given:
    """
    Return `given` with the people, facts and decisions of a scenario, and with what it measures.

    :raises BadScenarioError: the file is no scenario of this plan.
    """
    program = given.program
    story = load(file, program)
    decided = [act for act in story.acts if act.what == "decide" and not act.refused]
    people = {role: person for person, roles in story.people.items() for role in roles}
    facts = {name: value for act in decided for name, value in facts_of(program, act.body.get("with") or {}, story).items()}
    for act in story.acts:
        if act.what == "report":
            facts |= facts_of(program, act.body["report"], story)
    known = {name: value for name, value in facts.items() if name in program.facts and value is not None}
    answers = {str(act.body["decide"]): _answer(act) for act in reversed(decided)}
    return replace(
        given,
        start=story.start,
        cast={**cast_of(program, people), **given.cast, **people},
        facts={**known, **given.facts},
        answers={**answers, **given.answers},
        happens=tuple(_happens(program, story)),
    )


def _answer(act: Act) -> Answer:
    return Answer(option=str(act.body.get("option") or ""), assignee=str(act.body.get("assignee") or ""))


def _happens(program: Program, story: Story) -> Iterator[tuple[timedelta, t.Command]]:
    last = max([story.start, *(act.at for act in story.acts), *(one.at for one in story.expectations)])
    for edge in watch.edges(program, series(program, story), {}, None, last):
        yield max(edge.since - story.start, timedelta()), t.Observe(edges=(edge,), by=t.Actor(t.SYSTEM))
    owed = {rule.object for rule in program.obligations.values() if rule.verb == "decide"}
    owed |= {program.classify.decision} if program.classify else set()
    for act in story.acts:
        unowed = act.what == "decide" and act.body["decide"] not in owed
        if not act.refused and (act.what in _OF_THE_WORLD or unowed):
            command = command_of(program, story, act, t.State())
            if command is not None:
                yield act.at - story.start, command
