"""Records: forms filled during the incident, entry by entry."""

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.program import Record
from tocsin.engine.rules import obligations
from tocsin.engine.turn import Turn


def enter(turn: Turn, command: t.Enter) -> t.Refused | None:
    """Enter a record, or add fields to an entry; the entry meets what is owed."""
    record = turn.program.records.get(command.record)
    if record is None:
        return t.Refused("E103", f"this plan has no record {command.record}", hint="see the plan's records")
    refused = check(record, command)
    if refused:
        return refused
    owed = [rule for rule in turn.program.obligations.values() if rule.verb == "record" and rule.object == record.id]
    owe = {owes for rule in owed for _, owes in obligations.entries(rule)}
    if owe and not any(owners.answers_for(turn.program, turn.state, turn.actor, who) for who in owe):
        return t.Refused("E101", f"{record.id} is kept by {', '.join(sorted(owe))}", hint="ask one of them")
    if not owe and not owners.takes_part(turn.state, turn.actor):
        return t.Refused("E101", f"{record.id} is kept by those who take part", hint="take a role first")
    if command.entry and command.entry not in turn.state.open_entries.get(record.id, ()):
        return t.Refused("E103", f"{command.entry} is not an open entry of {record.id}", hint="make a new entry")
    write(turn, record, command)
    return None


def check(record: Record, command: t.Enter) -> t.Refused | None:
    """Return why the fields do not fit the record, or None."""
    fields = {field.id: field for field in record.fields}
    strange = tuple(name for name in command.fields if name not in fields)
    if strange:
        return t.Refused("E103", f"{record.id} has no field {', '.join(strange)}", hint="see the record's fields", details=strange)
    for name, value in command.fields.items():
        if fields[name].of and value not in fields[name].of:
            return t.Refused("E104", f"{name} is one of {', '.join(fields[name].of)}", hint="choose one", details=(name,))
    if not any(command.fields.values()):
        return t.Refused("E202", f"an entry of {record.id} says something", hint="fill at least one field", details=tuple(fields))
    return None


def write(turn: Turn, record: Record, command: t.Enter) -> None:
    """Record the entry with what it causes."""
    amends = bool(command.entry)
    entry = command.entry or f"{record.id}-{turn.state.counters.get(f'entries:{record.id}', 0) + 1}"
    still_open = bool(record.open_until) and not command.fields.get(record.open_until)
    happened_at = command.happened_at or turn.instant
    turn.emit(
        t.RecordEntered(
            at=turn.at,
            by=turn.by,
            record=record.id,
            entry=entry,
            fields=dict(command.fields),
            open=still_open,
            amends=amends,
            happened_at=happened_at,
        )
    )
    obligations.meet(turn, "record", record.id, entry=_whose(turn, record), happened_at=happened_at)
    turn.queue(record.then, f"entered:{entry}", command.fields)


def _whose(turn: Turn, record: Record) -> str | None:
    """Return the one entry of a `for_each` duty that this actor answers for; None where it fits any."""
    for rule in turn.program.obligations.values():
        if rule.verb != "record" or rule.object != record.id or not rule.for_each:
            continue
        for entry, owes in obligations.entries(rule):
            waits = obligations.running(turn.state, rule.id, entry)
            if waits and owners.speaks_for(turn.program, turn.state, turn.actor, owes):
                return entry
    return None
