"""Settling: following the consequences of what happened until nothing more changes."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from types import ModuleType
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.reads import Order, Read, order
from tocsin.engine.rules import (
    conditions,
    effects,
    facts,
    figures,
    levels,
    messages,
    moments,
    obligations,
    owed,
    promises,
    rosters,
    situations,
    triggers,
)
from tocsin.engine.turn import Turn

ROUNDS_MAX: Final = 1000
"""More rounds of consequences than any sane plan needs; a plan that feeds itself ends here instead of hanging the server."""
NOUNS: Final[tuple[ModuleType, ...]] = (facts, moments, conditions, triggers, situations, levels, rosters, owed)
"""
In the order of settling. Each has `settle(turn)`, which looks at what `turn.stale(NOUN)` yields, and `reads(program)`, which yields its rules
in the order of the plan, each with the names of the state that decide whether its `settle` has something to do.
"""


class EndlessRulesError(Exception):
    """The plan's rules go on causing each other without end. A fault of the plan, to be shown to its owner."""


def order_of(program: Program) -> Order:
    """Return the rules of `program` in the order of settling, with who reads what; worked out once."""
    return program.once("order", _order)


def _order(program: Program) -> Order:
    return order(_pairs(program))


def _pairs(program: Program) -> Iterator[tuple[str, Iterable[tuple[Any, Iterable[Read]]]]]:
    for noun in NOUNS:
        yield noun.NOUN, noun.reads(program)


def _sets(program: Program) -> list[tuple[ModuleType, int]]:
    """Return each noun with its rules as a set."""
    order = order_of(program)
    return [(noun, order.place(noun.NOUN)) for noun in NOUNS]


def settle(turn: Turn) -> None:
    """Follow the consequences until nothing more changes: values, moments, conditions, situations, levels, clocks, then one effect at a time."""
    nouns = turn.program.once("nouns", _sets)
    for _ in range(ROUNDS_MAX):
        before = len(turn.events)
        for noun, rules in nouns:
            if turn.waiting & rules:
                noun.settle(turn)
        if turn.state.phases or turn.state.phase in t.OVER:
            owed.end_with_the_incident(turn)
        if len(turn.events) > before:
            continue
        if turn.promised:
            promises.keep(turn, turn.promised.pop(0))
        elif turn.effects:
            effects.carry_out(turn, *turn.effects.pop(0))
        elif not _act_as_system(turn) and not figures.settle(turn):
            return
    raise EndlessRulesError(f"plan {turn.program.id}: its rules feed each other without end")


def _act_as_system(turn: Turn) -> bool:
    """Do at once what the server itself owes; return whether there was something. What cannot be sent stays owed, and is breached."""
    sends = turn.program.once("sent_by_system", _sent_by_system)
    running = [clock for rule in sends for clock in obligations.running(turn.state, rule) if clock.owes == t.SYSTEM]
    if not running:
        return False
    untried = [clock for clock in sorted(running, key=lambda clock: clock.clock) if _occurrence(clock) not in turn.tried]
    for duty, clocks in groupby(untried, key=lambda clock: clock.obligation):
        template, owed = turn.program.obligations[duty].object, list(clocks)
        turn.tried.update(map(_occurrence, owed))
        waiting = [clock for clock in owed if not _on_its_way(turn.state, template, clock)]
        if waiting:
            messages.send_by_rule(turn, template, {}, parties=tuple(clock.entry for clock in waiting if clock.entry in turn.state.parties))
            return True
    return False


def _occurrence(clock: t.Clock) -> tuple[str, int, int]:
    return clock.clock, clock.generation, clock.occurrence


def _on_its_way(state: t.State, template: str, clock: t.Clock) -> bool:
    """Return whether a message was sent for the occurrence at hand, to the party that it is owed to, and waits for somebody to confirm it."""
    began = max(clock.began_at, clock.last_due_at or clock.began_at, clock.met_at or clock.began_at) if clock.recurring else clock.began_at
    sent = (message for message in state.messages.values() if message.template == template and message.awaits)
    return any(
        message.published_at is not None
        and message.published_at >= began
        and (clock.entry not in state.parties or clock.entry in message.parties)
        for message in sent
    )


def _sent_by_system(program: Program) -> tuple[str, ...]:
    """Return the obligations to send that the server itself may owe."""
    return tuple(rule.id for rule in program.obligations.values() if rule.verb == "send" and t.SYSTEM in (rule.owes, *rule.for_each))
