"""
A journal told again as the commands that left it.

A journal says what followed, not what was asked for. So each instant is read backwards: its events suggest commands, the engine is asked
what each would have left, and the one that leaves exactly what is written is the one that was given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from tocsin.engine import terms as t
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program
from tocsin.plan.scenarios.guessing import guesses


@dataclass(frozen=True, slots=True)
class Told:
    """One command in the state in which it was given."""

    command: t.Command
    state: t.State


@dataclass(slots=True)
class Retelling:
    """The commands of a journal, for what each person spoke besides the seats, and the events that no command explains."""

    told: list[Told] = field(default_factory=list)
    grants: dict[str, frozenset[str]] = field(default_factory=dict)
    unexplained: list[t.AnyEvent] = field(default_factory=list)
    final: t.State = field(default_factory=t.State)


def retell(program: Program, events: Sequence[t.AnyEvent]) -> Retelling:
    """Return the commands that left `events`, in order; ticks are left out, since time passes by itself. Pure."""
    found = Retelling()
    place = 0
    while place < len(events):
        ahead = events[place : _end(events, place)]
        answer = next(_explanations(program, found, ahead), None)
        if answer is None:
            found.unexplained.append(events[place])
            taken: Sequence[t.AnyEvent] = ahead[:1]
        else:
            command, taken = answer
            if not isinstance(command, t.Tick) or command.down_since or command.leapt:
                found.told.append(Told(command, found.final))
        found.final = reduce(evolve, taken, found.final)
        place += len(taken)
    return found


def _end(events: Sequence[t.AnyEvent], place: int) -> int:
    """Return where the events of the same instant end."""
    return next((index for index in range(place, len(events)) if events[index].at != events[place].at), len(events))


def _explanations(program: Program, found: Retelling, ahead: Sequence[t.AnyEvent]) -> Iterator[tuple[t.Command, Sequence[t.AnyEvent]]]:
    """Yield commands that leave a beginning of `ahead`, each with what it leaves; at last by somebody who speaks for more than is known."""
    for command in guesses(program, found.final, ahead):
        person = command.by.person
        for standing in _standings(program, found, person):
            given = replace(command, by=t.Actor(person, standing))
            left = decide(program, found.final, given)
            if isinstance(left, t.Refused):
                if left.code in ("E101", "E401"):
                    continue
                break
            if left and tuple(ahead[: len(left)]) == left:
                found.grants[person] = standing
                yield given, left
            break


def _standings(program: Program, found: Retelling, person: str) -> Iterator[frozenset[str]]:
    """Yield for what a person may have spoken: what is known of them, then one role or department more at a time."""
    known = found.grants.get(person, frozenset())
    yield known
    if person != t.SYSTEM and found.final.incident:
        yield from (known | {f"deputy:{role}"} for role in program.roles)
        yield from (known | {f"department:{name}"} for name in program.departments)
