"""What a review proposes is owed by a person until it is closed: a clock for each tracked entry, also after the incident (PIR-02, PIR-11)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tocsin.engine import clocks, owners
from tocsin.engine import terms as t
from tocsin.engine.entries import values
from tocsin.engine.program import Record
from tocsin.engine.rules import obligations, opening
from tocsin.engine.turn import Turn


def follow(turn: Turn, record: Record, entry: str, now: Mapping[str, str], *, closed: bool) -> None:
    """Open, move or meet the clock of a tracked entry, so that it is owed by whom and when the entry says."""
    if record.tracked is None:
        return
    name = f"{record.id}[{entry}]"
    clock = turn.state.clocks.get(name)
    if closed:
        if clock and clock.status in clocks.RUNNING:
            obligations.meet_clock(turn, clock, turn.instant)
        return
    due = values(record, now).get(record.tracked.due)
    owes = (
        f"{owners.PERSON}{now[record.tracked.by]}"
        if now.get(record.tracked.by)
        else (turn.program.part(record.id).commander or turn.program.commander)
    )
    if clock is None or clock.owes != owes:
        _open(turn, record, entry, owes, due if isinstance(due, datetime) else None)
    elif isinstance(due, datetime) and due != clock.due_at:
        _move(turn, record, clock, due)


def _open(turn: Turn, record: Record, entry: str, owes: str, due: datetime | None) -> None:
    name = f"{record.id}[{entry}]"
    known = turn.state.clocks.get(name)
    if known and known.status in clocks.RUNNING:
        turn.emit(t.ClockEnded(at=turn.at, by=turn.by, clock=name, reason="handed_on"))
    number = opening.generation((known,) if known else ())
    opening.begin(turn, name, record.id, number, owes=owes, entry=entry, by=turn.by, due=due)


def _move(turn: Turn, record: Record, clock: t.Clock, due: datetime) -> None:
    again = clock.status == "breached" and due >= turn.instant
    remind_at = clocks.remind_at(turn.program, record.id, turn.instant, due)
    obligations.move(turn, replace(clock, limit=""), due, remind_at, "fact_changed", by=turn.by, again=again)
