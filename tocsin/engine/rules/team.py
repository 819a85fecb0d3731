"""The team at work: who works on what, so that nobody does the same twice, and its common stream (ROL-14, ROL-15, ROL-16)."""

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.program import Record
from tocsin.engine.rules import obligations, records
from tocsin.engine.turn import Turn


def take_up(turn: Turn, command: t.TakeUp) -> t.Refused | None:
    """Let the actor work on what is owed, unless somebody else does."""
    clock = _clock(turn, command.obligation, command.entry)
    if isinstance(clock, t.Refused):
        return clock
    present = turn.state.working.get(clock.clock, "")
    if present == turn.by:
        return None
    if present:
        return t.Refused("E403", f"somebody works on {clock.obligation} already", hint="work together, or ask for it")
    free = _names_nobody(turn, clock)
    if not (owners.takes_part(turn.state, turn.actor) if free else owners.answers_for(turn.program, turn.state, turn.actor, clock.owes)):
        return t.Refused("E101", f"{clock.obligation} is owed by {clock.owes}", hint="ask that role, or take it over")
    if free:
        record = turn.program.records[clock.obligation]
        given = {_by(record): turn.by}
        records.write(turn, record, t.Enter(record=record.id, entry=clock.entry, fields=given, by=turn.actor, at=turn.at), given)
    turn.emit(t.WorkTakenUp(at=turn.at, by=turn.by, clock=clock.clock, obligation=clock.obligation, entry=clock.entry))
    return None


def put_down(turn: Turn, command: t.PutDown) -> t.Refused | None:
    """Let the work on something rest."""
    clock = _clock(turn, command.obligation, command.entry)
    if isinstance(clock, t.Refused):
        return clock
    present = turn.state.working.get(clock.clock, "")
    if not present:
        return None
    if present != turn.by and not owners.answers_for(turn.program, turn.state, turn.actor, clock.owes):
        return t.Refused("E101", f"{clock.obligation} is owed by {clock.owes}", hint="ask whoever works on it")
    event = t.WorkPutDown(at=turn.at, by=turn.by, clock=clock.clock, obligation=clock.obligation, entry=clock.entry, person=present)
    turn.emit(event)
    return None


def _clock(turn: Turn, obligation: str, entry: str) -> t.Clock | t.Refused:
    if obligation not in {**turn.program.obligations, **turn.program.records}:
        return t.Refused("E103", f"this plan has no obligation {obligation}", hint="see what the incident owes")
    running = obligations.running(turn.state, obligation, entry)
    return running[0] if running else t.Refused("E102", f"{obligation} is not open", hint="see what the incident owes now")


def _names_nobody(turn: Turn, clock: t.Clock) -> bool:
    """Return whether it is a tracked entry that nobody owes by name."""
    record = turn.program.records.get(clock.obligation)
    return record is not None and not turn.state.open_fields.get(clock.entry, {}).get(_by(record))


def _by(record: Record) -> str:
    assert record.tracked is not None  # only tracked entries have clocks
    return record.tracked.by


def say(turn: Turn, command: t.Say) -> t.Refused | None:
    """Write into the stream."""
    if not command.words.strip():
        return t.Refused("E202", "an empty line says nothing", hint="write a line")
    records.say(turn, command.words)
    return None


def promote(turn: Turn, command: t.Promote) -> t.Refused | None:
    """Put onto the timeline what was said; once is enough."""
    if command.said not in {f"said-{number}" for number in range(1, turn.state.counters.get("said", 0) + 1)}:
        return t.Refused("E103", f"nothing was said as {command.said}", hint="see the stream")
    if command.said not in turn.state.promoted:
        turn.emit(t.Promoted(at=turn.at, by=turn.by, said=command.said))
    return None
