"""Triggers: what was measured long enough opens its situation by itself; firing again is evidence, not a second opening (DET-02 to -06)."""

from collections.abc import Iterator
from typing import Final

from tocsin.engine import terms as t
from tocsin.engine.program import Program, Trigger
from tocsin.engine.reads import Read
from tocsin.engine.rules import situations
from tocsin.engine.spelling import spell
from tocsin.engine.turn import Turn
from tocsin.engine.values import edges_of

NOUN: Final = "triggers"


def reads(program: Program) -> Iterator[tuple[Trigger, Iterator[Read]]]:
    """Yield every trigger, with what decides whether it fires; that its hold matures is a wake, which touches what fires."""
    for trigger in program.triggers.values():
        yield trigger, _reads(trigger)


def _reads(trigger: Trigger) -> Iterator[Read]:
    yield from (("edges", trigger.watch), ("firings", trigger.id), ("situations", trigger.opens), ("phase", ""))


def settle(turn: Turn) -> None:
    """Let every trigger fire that has held for its time, once for each stretch in which it held."""
    for trigger in turn.stale(NOUN):
        if turn.state.phase in t.OVER:
            continue
        for name, entry, edge in waiting(turn.program, turn.state, trigger):
            if turn.known_until - edge.since >= trigger.hold:
                _fire(turn, trigger, name, entry, edge)


def waiting(program: Program, state: t.State, trigger: Trigger) -> Iterator[tuple[str, str, t.Edge]]:
    """Yield key, label value and edge of each stretch in which the trigger holds and has not fired yet."""
    for entry, edge in edges_of(program, state, trigger):
        key = f"{trigger.id}[{entry}]" if entry else trigger.id
        known = state.firings.get(key)
        if edge.value and (known is None or known.since < edge.since):
            yield key, entry, edge


def _fire(turn: Turn, trigger: Trigger, key: str, entry: str, edge: t.Edge) -> None:
    situation = turn.program.situations[trigger.opens]
    opens = not situations.is_open(turn.state, situation.id) and (not situation.once or turn.state.phase in ("", "declared"))
    turn.emit(
        t.TriggerFired(
            at=turn.at,
            by=t.SYSTEM,
            trigger=trigger.id,
            entry=entry,
            watch=edge.watch,
            since=edge.since,
            hold_s=int(trigger.hold.total_seconds()),
            test=spell(trigger.test),
            seen=dict(edge.seen),
            opened=opens,
        )
    )
    if opens:
        situations.open_(turn, situation)
