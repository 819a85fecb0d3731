"""How a clock begins: everything about it resolved and recorded at once, so that nothing is looked up again (CLK-01)."""

from collections.abc import Collection
from datetime import datetime

from tocsin.engine import clocks
from tocsin.engine import terms as t
from tocsin.engine.turn import Turn

Anchor = tuple[str, t.MomentState]
"""The moment that a clock counts from, by its name."""


def generation(past: Collection[t.Clock]) -> int:
    """Return the number of the next clock after those of the same thing."""
    return 1 + max((clock.generation for clock in past), default=0)


def named(clock: str, number: int, past: Collection[t.Clock]) -> str:
    """Return the name of the next clock: the plain one, unless a clock of that name still runs."""
    runs = any(known.clock == clock and known.status in clocks.RUNNING for known in past)
    return f"{clock}#{number}" if runs else clock


def begin(
    turn: Turn,
    clock: str,
    obligation: str,
    number: int,
    *,
    owes: str,
    entry: str = "",
    by: str = t.SYSTEM,
    anchor: Anchor | None = None,
    begins: datetime | None = None,
    limit: str = "",
    due: datetime | None = None,
    recurring: bool = False,
    fixed: bool = False,
) -> None:
    """Open a clock of generation `number`; without an `anchor` it counts from now, and without `due` it has no limit."""
    began_at = begins or turn.instant
    name, known = anchor or ("", t.MomentState(turn.instant, number))
    turn.emit(
        t.ClockOpened(
            at=turn.at,
            by=by,
            clock=clock,
            obligation=obligation,
            entry=entry,
            generation=number,
            occurrence=1,
            owes=owes,
            anchor=name,
            anchor_generation=known.generation,
            anchored_at=known.at,
            began_at=began_at,
            limit=limit,
            due_at=due,
            remind_at=clocks.remind_at(turn.program, obligation, began_at, due, limit),
            recurring=recurring,
            fixed=fixed,
            zone=turn.program.zone(obligation),
        )
    )
