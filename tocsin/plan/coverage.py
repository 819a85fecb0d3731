"""
Which sentences of a plan its rehearsals have exercised, and which alterations of it would go unnoticed.

A rule is exercised by a scenario in whose run it took part. A mutant is noticed by a scenario that then fails; those that exercise the altered
rule are asked first, and nothing else can notice it.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from tocsin.engine.program import Program, Rule
from tocsin.engine.settling import EndlessRulesError
from tocsin.plan.mutation import Mutant, mutants
from tocsin.plan.scenarios.expect import failures
from tocsin.plan.scenarios.play import Step, play, steps
from tocsin.plan.scenarios.story import BadScenarioError, Story

KINDS: Final = ("facts", "conditions", "moments", "roles", "levels", "situations", "obligations", "decisions", "messages", "records")
"""The kinds of rules that a rehearsal can exercise."""
_EVERYWHERE: Final = ("classify", "defaults", "watches", "signals")
"""What every scenario may rest on without naming it."""
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A scenario that passes under the plan, with every id that its journal names, and how many events it has."""

    story: Story
    along: tuple[Step, ...]
    named: frozenset[str]
    events: int


@dataclass(frozen=True, slots=True)
class Idle:
    """A rule that no rehearsal has exercised."""

    kind: str
    rule: Rule


def rehearse(program: Program, stories: Sequence[Story]) -> list[Rehearsal]:
    """
    Return what each story exercises.

    :raises BadScenarioError: a story fails as it is; it can prove nothing.
    """
    found = []
    for story in stories:
        along = steps(program, story)
        run = play(program, story, along=along)
        failed = failures(run)
        if failed:
            raise BadScenarioError(str(failed[0]))
        said = " ".join(map(repr, run.events))
        expected = " ".join(str(expectation.what) for expectation in story.expectations)
        named = frozenset(_WORD.findall(said)) | frozenset(_WORD.findall(expected))
        found.append(Rehearsal(story, tuple(along), named, len(run.events)))
    return sorted(found, key=lambda rehearsal: rehearsal.events)  # whoever asks all of them asks the quick ones first


def idle(program: Program, rehearsals: Sequence[Rehearsal]) -> list[Idle]:
    """Return the rules of the plan that no rehearsal has exercised, in the order of the plan; built-in moments are not the plan's."""
    named = frozenset().union(*(rehearsal.named for rehearsal in rehearsals))
    rules = [(kind, rule) for kind in KINDS for rule in _rules(program, kind).values() if rule.cite]
    return [Idle(kind, rule) for kind, rule in rules if rule.id not in named]


def count(program: Program) -> int:
    """Return how many rules a rehearsal could exercise."""
    return sum(1 for kind in KINDS for rule in _rules(program, kind).values() if rule.cite)


def _rules(program: Program, kind: str) -> Mapping[str, Rule]:
    found: Mapping[str, Rule] = getattr(program, kind)
    return found


# ------------------------------------------------------------------ mutants


def survivors(program: Program, rehearsals: Sequence[Rehearsal], processes: int = 0) -> Iterator[tuple[Mutant, bool]]:
    """Yield every mutant of the plan with whether it survives all rehearsals, in the order of the plan, by so many processes (0: one a core)."""
    workers = processes or len(os.sched_getaffinity(0))
    found = list(mutants(program))
    with ProcessPoolExecutor(workers, mp_context=get_context("fork"), initializer=_begin, initargs=(found, rehearsals)) as pool:
        yield from zip(found, pool.map(_survives, range(len(found)), chunksize=4), strict=True)


_work: tuple[Sequence[Mutant], Sequence[Rehearsal]] = ((), ())


def _begin(found: Sequence[Mutant], rehearsals: Sequence[Rehearsal]) -> None:
    global _work  # noqa: PLW0603 - a process of the pool is handed its work once
    _work = found, rehearsals


def _survives(number: int) -> bool:
    found, rehearsals = _work
    return survives(found[number], rehearsals)


def survives(mutant: Mutant, rehearsals: Sequence[Rehearsal]) -> bool:
    """Return whether every rehearsal still passes under `mutant`."""
    everywhere = mutant.path[0] in _EVERYWHERE
    asked = [each for each in rehearsals if everywhere or mutant.rule in each.named]
    return not any(_notices(mutant, rehearsal) for rehearsal in asked)


def _notices(mutant: Mutant, rehearsal: Rehearsal) -> bool:
    measured = mutant.path[0] in ("watches", "signals", "defaults")
    along = None if measured else list(rehearsal.along)
    try:
        return bool(failures(play(mutant.program, rehearsal.story, along=along)))
    except (EndlessRulesError, BadScenarioError, LookupError, ValueError):
        return True  # a plan that cannot be played at all does not go unnoticed
