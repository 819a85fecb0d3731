"""
Which sentences of a plan its rehearsals have exercised, and which alterations of it would go unnoticed.

A rule is exercised by a scenario in whose run it took part. A mutant is noticed by a scenario that then fails: those that say something of the
altered rule are asked first, then those in whose run it took part, and nothing else can notice it. Each is played only until it fails.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tocsin.engine import watch
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Rule
from tocsin.engine.settling import EndlessRulesError
from tocsin.plan.mutation import Mutant, mutants
from tocsin.plan.scenarios.expect import failures, first_failure
from tocsin.plan.scenarios.play import Step, play, steps
from tocsin.plan.scenarios.replay import around
from tocsin.plan.scenarios.sampling import series
from tocsin.plan.scenarios.story import BadScenarioError, Story, load

KINDS: Final = ("facts", "conditions", "moments", "roles", "levels", "situations", "obligations", "decisions", "messages", "records")
"""The kinds of rules that a rehearsal can exercise."""
_EVERYWHERE: Final = ("classify", "defaults", "facts", "watches", "signals")
"""What every scenario may rest on without naming it: a limit that a fact gives, say, is written down as the limit."""
_MEASURED: Final = ("watches", "signals")
"""What works through samples alone: where every watch turns when it turned before, nothing else does otherwise."""
_READ_LIVE: Final = frozenset({"figure", "green", "red", "change", "measured"})
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A scenario that passes under the plan: every id that its journal names, what it expects by name, and what it measures."""

    story: Story
    whole: Callable[[Program], Program]
    """What makes the program it runs under out of a version of the plan: others may run beside it."""
    along: tuple[Step, ...]
    named: frozenset[str]
    expected: frozenset[str]
    events: int
    samples: Mapping[str, watch.Series]


@dataclass(frozen=True, slots=True)
class Idle:
    """A rule that no rehearsal has exercised."""

    kind: str
    rule: Rule


def rehearse(plan: Program, files: Sequence[Path]) -> list[Rehearsal]:
    """
    Return what the scenario in each file exercises of `plan`.

    :raises BadScenarioError: a scenario cannot be read, or fails as it is; it can prove nothing.
    """
    found = []
    for file in files:
        whole = around(file, plan)
        program = whole(plan)
        story = load(file, program)
        along = steps(program, story)
        run = play(program, story, along=along)
        failed = failures(run)
        if failed:
            raise BadScenarioError(str(failed[0]))
        said = " ".join(map(repr, run.events))
        expected = frozenset(_WORD.findall(" ".join(str(expectation.what) for expectation in story.expectations)))
        tried = frozenset(_WORD.findall(" ".join(str(act.body) for act in story.acts)))  # a refusal leaves nothing in the journal
        named = frozenset(_WORD.findall(said)) | tried | expected
        found.append(Rehearsal(story, whole, tuple(along), named, expected, len(run.events), series(program, story)))
    return sorted(found, key=lambda rehearsal: rehearsal.events)  # whoever asks all of them asks the quick ones first


def idle(program: Program, rehearsals: Sequence[Rehearsal]) -> list[Idle]:
    """Return the rules of the plan that no rehearsal has exercised, in the order of the plan; built-in moments are not the plan's."""
    named = frozenset().union(*(rehearsal.named for rehearsal in rehearsals))
    rules = [(kind, rule) for kind in KINDS for rule in _rules(program, kind).values() if rule.cite]
    return [Idle(kind, rule) for kind, rule in rules if not named.issuperset(_words(rule.id))]


def count(program: Program) -> int:
    """Return how many rules a rehearsal could exercise."""
    return sum(1 for kind in KINDS for rule in _rules(program, kind).values() if rule.cite)


def _rules(program: Program, kind: str) -> Mapping[str, Rule]:
    found: Mapping[str, Rule] = getattr(program, kind)
    return found


def _words(rule: str) -> frozenset[str]:
    """Return the words of an id: the third line of a checklist is `control.c3`, and a story names the list or the line."""
    return frozenset(_WORD.findall(rule))


# ------------------------------------------------------------------ mutants


def survivors(program: Program, rehearsals: Sequence[Rehearsal], processes: int = 0) -> Iterator[tuple[Mutant, bool]]:
    """Yield every mutant of the plan with whether it survives all rehearsals, in the order of the plan, by so many processes (0: one a core)."""
    workers = processes or len(os.sched_getaffinity(0))
    found = list(mutants(program))
    with ProcessPoolExecutor(workers, mp_context=get_context("fork"), initializer=_begin, initargs=(found, program, rehearsals)) as pool:
        yield from zip(found, pool.map(_survives, range(len(found)), chunksize=4), strict=True)


_work: list[tuple[Sequence[Mutant], Program, Sequence[Rehearsal]]] = []


def _begin(found: Sequence[Mutant], program: Program, rehearsals: Sequence[Rehearsal]) -> None:
    _work.append((found, program, rehearsals))  # a process of the pool is handed its work once


def _survives(number: int) -> bool:
    found, program, rehearsals = _work[-1]
    return survives(found[number], program, rehearsals)


def survives(mutant: Mutant, program: Program, rehearsals: Sequence[Rehearsal]) -> bool:
    """Return whether every rehearsal still passes under `mutant` of `program`."""
    everywhere = mutant.path[0] in _EVERYWHERE
    words = _words(mutant.rule)
    asked = [each for each in rehearsals if everywhere or not words.isdisjoint(each.named)]
    asked.sort(key=lambda rehearsal: words.isdisjoint(rehearsal.expected))
    return not any(_notices(mutant, program, rehearsal) for rehearsal in asked)


def _notices(mutant: Mutant, program: Program, rehearsal: Rehearsal) -> bool:
    measured = mutant.path[0] in _MEASURED or mutant.path[-1] == "silent_after"
    if measured and not _measures_otherwise(mutant, program, rehearsal):
        return False
    try:
        altered = rehearsal.whole(mutant.program)
        along = steps(altered, rehearsal.story) if measured else rehearsal.along
        return first_failure(altered, rehearsal.story, along) is not None
    except (EndlessRulesError, BadScenarioError, LookupError, ValueError):
        return True  # a plan that cannot be played at all does not go unnoticed


def _measures_otherwise(mutant: Mutant, program: Program, rehearsal: Rehearsal) -> bool:
    """Return whether any watch that `mutant` concerns turns at another instant than under `program`; or what samples say is looked at itself."""
    if rehearsal.expected & _READ_LIVE:
        return True
    rule = "" if mutant.path[0] == "defaults" else mutant.rule
    before, after = (_concerned(rehearsal.whole(version), rule) for version in (program, mutant.program))
    until = max(step.at for step in rehearsal.along)
    return watch.edges(before, rehearsal.samples, {}, None, until) != watch.edges(after, rehearsal.samples, {}, None, until)


def _concerned(program: Program, rule: str) -> Program:
    """Return the program with only the watches that a watch or signal of this name concerns; with all of them for no name."""
    kept = (
        program.watches if not rule else {name: each for name, each in program.watches.items() if rule in map(bare, (name, *each.signals))}
    )
    return replace(program, watches=kept)
