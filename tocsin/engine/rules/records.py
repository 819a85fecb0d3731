"""Records: forms filled during the incident, entry by entry, each under what the plan says of its order, its needs and who keeps it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from tocsin.engine import entries, owners
from tocsin.engine import terms as t
from tocsin.engine.program import Message, Record
from tocsin.engine.role_names import plain
from tocsin.engine.rules import conditions, facts, happened, moments, obligations, registers, situations, tracked
from tocsin.engine.run_over import entries as run_over
from tocsin.engine.run_over import owing_roles
from tocsin.engine.turn import Turn

STREAM: Final = "stream"
"""What a record is copied into, entry by entry, that the whole team is to hear at once."""


def enter(turn: Turn, command: t.Enter) -> t.Refused | None:
    """Enter a record, or add fields to an entry; the entry meets what is owed."""
    record = turn.program.records.get(command.record)
    if record is None:
        return t.Refused("E103", f"this plan has no record {command.record}", hint="see the plan's records")
    command = replace(command, fields=dated(turn, record, command.fields))
    refused = (
        check(record, command) or _may(turn, record, command) or happened.misdated(turn, command.happened_at, _owed_since(turn, record))
    )
    if refused:
        return refused
    given = entries.completed(turn.program, turn.state, record, command)
    now = {**turn.state.open_fields.get(command.entry, {}), **given}
    about = _item_named(turn, record, now) or registers.named(turn, record, now)
    if isinstance(about, t.Refused):
        return about
    refused = _needs(turn, record, command, given) or _alike(turn, record, command, given) or _in_order(turn, record, command, given)
    if refused:
        return refused
    write(turn, record, command, given, about=about)
    return None


def _item_named(turn: Turn, record: Record, now: Mapping[str, str]) -> str | t.Refused:
    """Return which item of a register an entry is for, where it is owed for each of them; empty where it is not, or says nothing of it."""
    rules = obligations.duties_to(turn.program, "record", record.id)
    over = {name for rule in rules for name in rule.collections}
    owed = [turn.program.resources[name] for name in record.of if name in over and name in turn.program.resources]
    wanted = now.get(record.fields[0].id, "") if owed and record.fields else ""
    found = next((item.id for register in owed for item in register.items if entries.meant(register, item, wanted)), "")
    if wanted and not found:
        names = ", ".join(register.id for register in owed)
        return t.Refused("E104", f"{wanted} is no item of {names}", hint="choose one that stands there")
    return found


def _is_to_close(turn: Turn, record: Record, entry: str) -> bool:
    """Return whether the actor answers for what is met by closing `entry`."""
    rules = obligations.duties_to(turn.program, "close", record.id) if entry else ()
    owing = (clock.owes for rule in rules for clock in obligations.running(turn.state, rule.id, entry))
    return any(owners.answers_for(turn.program, turn.state, turn.actor, who) for who in owing)


def dated(turn: Turn, record: Record, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of an entry made now as they are kept."""
    return entries.dated(record, fields, turn.instant, turn.program.zone(record.id))


def _may(turn: Turn, record: Record, command: t.Enter) -> t.Refused | None:
    owed = obligations.duties_to(turn.program, "record", record.id)
    owe = {owes for rule in owed for owes in owing_roles(rule)}
    owe |= {clock.owes for rule in owed if rule.owes.startswith("entry.") for clock in obligations.running(turn.state, rule.id)}
    owe |= set(registers.keepers(turn.program, turn.state, record, command.entry)) if record.register else set()
    known = turn.state.open_fields.get(command.entry, {})
    own = (record.tracked is not None and known.get(record.tracked.by) == turn.by) or _is_to_close(turn, record, command.entry)
    if record.visible_to and not any(owners.answers_for(turn.program, turn.state, turn.actor, who) for who in record.visible_to):
        return t.Refused("E101", f"{record.id} is kept by {', '.join(record.visible_to)}", hint="ask one of them")
    if owe and not own and not any(owners.answers_for(turn.program, turn.state, turn.actor, who) for who in owe):
        return t.Refused("E101", f"{record.id} is kept by {', '.join(sorted(owe))}", hint="ask one of them")
    if not owe and not own and not owners.takes_part(turn.state, turn.actor):
        return t.Refused("E101", f"{record.id} is kept by those who take part", hint="take a role first")
    if command.entry and command.entry not in turn.state.open_entries.get(record.id, ()):
        return t.Refused("E103", f"{command.entry} is not an open entry of {record.id}", hint="make a new entry")
    if record.evidence and not command.evidence:
        return t.Refused("E106", f"an entry of {record.id} comes with evidence", hint="name the report, picture or log that shows it")
    return None


def _owed_since(turn: Turn, record: Record) -> datetime | None:
    """Return from when on an entry meets what is owed; None where nothing is, and something of before may be entered."""
    running = (
        clock for rule in obligations.duties_to(turn.program, "record", record.id) for clock in obligations.running(turn.state, rule.id)
    )
    return min((clock.began_at for clock in running), default=None)


def check(record: Record, command: t.Enter) -> t.Refused | None:
    """Return why the fields do not fit the record, or None."""
    fields = {field.id: field for field in record.fields}
    strange = tuple(name for name in command.fields if name not in fields)
    if strange:
        return t.Refused("E103", f"{record.id} has no field {', '.join(strange)}", hint="see the record's fields", details=strange)
    for name, value in command.fields.items():
        if value and entries.typed(fields[name], value) is None:
            return t.Refused("E104", f"{name} does not take {value}", hint=entries.wanted(fields[name]), details=(name,))
    if not any(command.fields.values()):
        return t.Refused("E202", f"an entry of {record.id} says something", hint="fill at least one field", details=tuple(fields))
    return None


# ------------------------------------------------------------------ before an entry is made, handed over, begun or closed


def _needs(turn: Turn, record: Record, command: t.Enter, given: Mapping[str, str]) -> t.Refused | None:
    """Return what is missing before the entry is made, handed over or closed (REC-04, WST-03, WST-04), or None."""
    known = turn.state.open_fields.get(command.entry, {})
    now = {**known, **given}
    wanted = [] if command.entry else [*record.needs.enter]
    if record.custody and known.get(record.custody) and given.get(record.custody, known[record.custody]) != known[record.custody]:
        wanted += record.needs.transfer
    if not entries.stays_open(record, now):
        wanted += record.needs.close
    fields = {field.id for field in record.fields}  # first: beside another plan one of its conditions may have the name
    empty = tuple(name for name in wanted if name in fields and not now.get(name))
    if empty:
        return t.Refused("E202", f"{', '.join(empty)} is empty", hint="fill it in first", details=empty)
    either = record.needs.either
    if either and not command.entry and not any(now.get(name) for name in either):
        return t.Refused("E202", f"one of {', '.join(either)} is filled", hint="say one of them", details=either)
    return conditions.unmet(turn, tuple(name for name in wanted if name not in fields))


def _in_order(turn: Turn, record: Record, command: t.Enter, given: Mapping[str, str]) -> t.Refused | None:
    """Return what comes before the entry that begins now and is not done yet, unless a reason says why (REC-01, REC-03); or None."""
    begins = record.order is not None and (given.get(record.order.at) if record.order.at else not command.entry)
    if record.order is None or not begins or command.reason.strip():
        return None
    now = {**turn.state.open_fields.get(command.entry, {}), **given}
    waits = [name for name in turn.state.open_entries.get(record.id, ()) if name != command.entry]
    before = entries.before(record, now, {name: turn.state.open_fields.get(name, {}) for name in waits})
    if not before:
        return None
    return t.Refused("E205", f"{', '.join(before)} comes first", hint="wait for it, or say why it is done out of order", details=before)


def _alike(turn: Turn, record: Record, command: t.Enter, given: Mapping[str, str]) -> t.Refused | None:
    """Return which open entry a new one would repeat, unless a reason says why it is another (ROL-14); or None."""
    if not record.alike or command.entry or command.reason.strip():
        return None
    mine = [plain(given.get(name, "")) for name in record.alike]
    for name in turn.state.open_entries.get(record.id, ()):
        known = turn.state.open_fields.get(name, {})
        if mine == [plain(known.get(each, "")) for each in record.alike]:
            return t.Refused("E403", f"{name} is open for the same", hint="join in there, or say why this is another", details=(name,))
    return None


# ------------------------------------------------------------------ writing


def write(turn: Turn, record: Record, command: t.Enter, given: Mapping[str, str], *, about: str = "") -> None:
    """
    Record the entry with what it causes: moments, clocks, duties met, effects, and its copy in an inbox once it is closed.

    `about` is the entry of a register that it speaks of: it meets what is owed for that one, and what is owed for none in particular.
    """
    entry = command.entry or f"{record.id}-{turn.state.counters.get(f'entries:{record.id}', 0) + 1}"
    known = turn.state.open_fields.get(entry, {})
    still_open = entries.stays_open(record, {**known, **given})
    happened_at = command.happened_at or turn.instant
    turn.emit(
        t.RecordEntered(
            at=turn.at,
            by=turn.by,
            record=record.id,
            entry=entry,
            fields=dict(given),
            open=still_open,
            amends=bool(command.entry),
            happened_at=happened_at,
            reason=command.reason,
            evidence=command.evidence,
            sums=entries.grown(record, known, given),
        )
    )
    facts.write_back(turn, record.fields, given, "record", turn.program.zone(record.id))
    for moment, at in entries.moments(record, given):
        moments.record(turn, f"{record.id}.{moment}", at or happened_at)
    now = {**known, **given}
    tracked.follow(turn, record, entry, now, closed=not still_open)
    obligations.meet(turn, "record", record.id, entries=(about, "") if about else _whose(turn, record), happened_at=happened_at)
    if not still_open:
        obligations.meet(turn, "close", record.id, entries=(entry,), happened_at=happened_at)
    turn.queue(record.then, f"entered:{entry}", entries.values(record, now))
    if record.into == STREAM:
        words = "; ".join(words for name, words in given.items() if words and name not in record.confidential)
        if words:
            say(turn, words, entry)
    elif record.into and not still_open:
        turn.emit(t.Filed(at=turn.at, by=turn.by, inbox=record.into, cause=f"entered:{entry}"))
    if not command.entry:
        situations.on_entry(turn, record.id)


def say(turn: Turn, words: str, entry: str = "") -> None:
    """Say something in the stream of the incident; `entry` is what said it, if no person did."""
    number = turn.state.counters.get("said", 0) + 1
    turn.emit(t.Said(at=turn.at, by=turn.by, said=f"said-{number}", words=words, entry=entry))


def _whose(turn: Turn, record: Record) -> tuple[str, ...] | None:
    """Return the one entry of a duty owed by several, each for itself or its stream, that this actor answers for; None where it fits any."""
    for rule in obligations.duties_to(turn.program, "record", record.id):
        for entry in run_over(turn.program, turn.state, rule, turn.instant):
            waits = entry.key and obligations.running(turn.state, rule.id, entry.key)
            if waits and owners.speaks_for(turn.program, turn.state, turn.actor, entry.owes):
                return (entry.key,)
    return None


def keep_published(turn: Turn, template: Message, message: t.MessageState) -> None:
    """Enter what was just published into the records that the server itself keeps of publications (COM-23)."""
    language = turn.program.part(template.id).program.language
    for record in turn.program.records.values():
        if record.filled_by == "publication":
            said = {
                "sent": turn.instant.isoformat(),
                "text": message.texts.get(language, ""),
                "channel": ", ".join(template.channels),
                "message": template.title.get(language, template.id),
            }
            fields = {field.id: said[field.id] for field in record.fields if said.get(field.id)}
            write(turn, record, t.Enter(record=record.id, fields=fields), fields)
