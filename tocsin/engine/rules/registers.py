"""
Registers: what an organisation keeps between incidents, entry by entry, and what its standing duties do to the entries (CLK-12).

A register begins with the items of the document. A duty that runs over it marks an entry while it is late, and writes into the entry when it
was done; who owes it follows the entry.
"""

from collections.abc import Mapping
from datetime import datetime

from tocsin.engine import entries, shifts
from tocsin.engine import terms as t
from tocsin.engine.collections import Entry
from tocsin.engine.program import Obligation, Program, Record
from tocsin.engine.program.standing import PEOPLE, REMOVED
from tocsin.engine.run_over import owing_roles
from tocsin.engine.turn import Turn


def over(program: Program, rule: Obligation) -> bool:
    """Return whether a duty runs over registers."""
    return any(name in program.records and program.records[name].register for name in rule.collections)


def register_of(program: Program, entry: str) -> Record | None:
    """Return the register in which an entry stands, or None where it is an entry of something else."""
    record = program.records.get(entry.rpartition("-")[0])
    return record if record and record.register else None


def stock(turn: Turn) -> None:
    """Enter what the document lists and no register has had yet."""
    for record in turn.program.records.values():
        for item in record.items:
            entry = f"{record.id}-{item.id}"
            if entry not in turn.state.stocked:
                fields = entries.dated(record, item.values, turn.instant, turn.program.zone(record.id))
                _write(turn, record, entry, fields, new=True)


def amend(turn: Turn, record: Record, entry: str, fields: Mapping[str, str]) -> None:
    """Write into an entry what differs from what it holds."""
    known = turn.state.open_fields.get(entry, {})
    changed = {name: words for name, words in fields.items() if known.get(name) != words}
    if changed:
        _write(turn, record, entry, changed, new=False)


def _write(turn: Turn, record: Record, entry: str, fields: Mapping[str, str], *, new: bool) -> None:
    known = turn.state.open_fields.get(entry, {})
    turn.emit(
        t.RecordEntered(
            at=turn.at,
            by=turn.by,
            record=record.id,
            entry=entry,
            fields=dict(fields),
            open=entries.stays_open(record, {**known, **fields}),
            amends=not new,
            happened_at=turn.instant,
            sums=entries.grown(record, known, fields),
        )
    )


def keepers(program: Program, state: t.State, record: Record, entry: str) -> frozenset[str]:
    """Return who keeps a register: its owner, else whoever owes something over it; and an `entry` of it, whoever owes something for that."""
    known = {**program.roles, **program.groups, **program.departments}
    over = [rule for rule in program.obligations.values() if record.id in rule.collections]
    owing = {record.owner} if record.owner in known else {role for rule in over for role in owing_roles(rule)}
    own = (state.clocks[name] for rule in over for name in state.clocks_of.get(rule.id, ()))
    return frozenset(owing | {clock.owes for clock in own if entry and clock.entry == entry} or {"commander"})


def named(turn: Turn, record: Record, given: Mapping[str, str]) -> str | t.Refused:
    """Return the entry of a register that a record names in its first field, by its key, its id or what it is called; empty for none."""
    wanted = given.get(record.fields[0].id, "") if record.fields else ""
    if not wanted or not any(name in turn.program.records for name in record.of):
        return ""
    for name in record.of:
        for entry in turn.state.open_entries.get(name, ()):
            called = turn.state.open_fields[entry].get(turn.program.records[name].fields[0].id, "")
            if wanted in (entry, entry.removeprefix(f"{name}-"), called):
                return entry
    return t.Refused("E104", f"{wanted} is no entry of {', '.join(record.of)}", hint="enter it there first, or choose one that is there")


# ------------------------------------------------------------------ what a duty does to its entry


def done(turn: Turn, rule: Obligation, clock: t.Clock, happened_at: datetime) -> None:
    """Take back the marks that the clock had set, and write into the entry when it was done, where the duty counts from that."""
    clear(turn, clock.clock)
    record = register_of(turn.program, clock.entry)
    if record and clock.entry in turn.state.open_fields:
        stamped = [name.removeprefix("entry.") for name in rule.anchors if name.startswith("entry.") and clock.recurring]
        amend(turn, record, clock.entry, {name: happened_at.isoformat() for name in stamped})


def mark(turn: Turn, word: str, cause: str, *, whole: bool) -> None:
    """Put a word on the entry whose clock is the cause, or on its register as a `whole`."""
    clock = turn.state.clocks.get(cause.partition(":")[2])
    record = register_of(turn.program, clock.entry) if clock else None
    if clock and record:
        entry = "" if whole else clock.entry
        if clock.clock not in turn.state.marks.get(entry or record.id, {}).get(word, ()):
            turn.emit(t.EntryMarked(at=turn.at, by=t.SYSTEM, record=record.id, entry=entry, mark=word, clock=clock.clock, cleared=False))


def clear(turn: Turn, clock: str) -> None:
    """Take back every mark that is there because of `clock`."""
    for target, words in turn.state.marks.items():
        for word, clocks in words.items():
            if clock in clocks:
                record = register_of(turn.program, target)
                name, entry = (record.id, target) if record else (target, "")
                turn.emit(t.EntryMarked(at=turn.at, by=turn.by, record=name, entry=entry, mark=word, clock=clock, cleared=True))


def pass_on(turn: Turn, rule: Obligation, clock: t.Clock, entry: Entry) -> None:
    """Let what runs over an entry be owed by whom the entry names now."""
    if clock.owes != entry.owes and register_of(turn.program, clock.entry) and rule.id not in turn.state.passed:
        event = t.DutiesPassed(
            at=turn.at, by=t.SYSTEM, source=clock.owes, target=entry.owes, former="", passes=(), keeps=(), clocks=(clock.clock,)
        )
        turn.emit(event)


def corrects(program: Program, rule: Obligation, clock: t.Clock, anchored_at: datetime) -> bool:
    """Return whether a register says otherwise now when a recurring duty was done last."""
    return over(program, rule) and not rule.fixed and (clock.met_at is None or anchored_at > clock.met_at)


# ------------------------------------------------------------------ what the directory says


def read_directory(turn: Turn, command: t.ReadDirectory) -> t.Refused | None:
    """Seat whom the directory finds now, and keep the register of people in step with who is of the organisation."""
    seats = shifts.seated(turn.program, turn.state, command.seats, turn.instant)
    if seats != dict(turn.state.seats):
        turn.emit(t.DirectoryRead(at=turn.at, by=turn.by, seats=seats))
    record = turn.program.records.get(PEOPLE)
    if record and record.register:
        for person, about in command.people.items():
            entry = f"{record.id}-{person}"
            fields = {"person": person, **about, "newcomer": "yes" if _came_since(turn, record, about) else "no"}
            if entry in turn.state.open_fields:
                amend(turn, record, entry, fields)
            else:
                _write(turn, record, entry, fields, new=True)
        for entry in turn.state.open_entries.get(record.id, ()):
            if entry.removeprefix(f"{record.id}-") not in command.people:
                amend(turn, record, entry, {REMOVED: turn.instant.isoformat()})
    return None


def _came_since(turn: Turn, record: Record, about: Mapping[str, str]) -> bool:
    """Return whether somebody joined after the record began: those who were there before are no newcomers."""
    joined, began = entries.values(record, about).get("joined"), turn.happened("registered")
    return isinstance(joined, datetime) and began is not None and joined > began
