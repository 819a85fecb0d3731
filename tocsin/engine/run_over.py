"""The entries that a duty runs over `for_each`, each with its clock and with who owes it (COM-07, language reference section 7)."""

from collections.abc import Iterator
from datetime import datetime

from tocsin.engine import streams
from tocsin.engine import terms as t
from tocsin.engine.collections import COLLECTIONS, Entry
from tocsin.engine.entries import values
from tocsin.engine.owners import PERSON
from tocsin.engine.program import Obligation, Program
from tocsin.engine.values import truth


def entries(program: Program, state: t.State, rule: Obligation, at: datetime) -> Iterator[Entry]:
    """Yield each entry that has a clock of its own under `rule`, with who owes it; the empty key where there is one clock for all."""
    if rule.collections:
        for entry in (each for collection in rule.collections for each in members(program, state, collection)):
            if rule.where is None or truth(program, state, rule.where, at, entry.fields) is True:
                yield Entry(entry.key, entry.since, entry.fields, _owes(program, rule.owes, entry))
        return
    divided = [] if rule.for_each else streams.divided(program, state, rule.owes)
    for stream, seat in divided:
        yield Entry(stream, owes=seat)
    if not rule.for_each and not divided:
        yield Entry("", owes=rule.owes)
    for key in rule.for_each:
        yield Entry(key, owes=key if rule.owes == "each" else rule.owes)


def undivided(program: Program) -> dict[str, Entry]:
    """Return the obligations that have one clock for all whatever happens, each with the entry that stands for the whole."""
    rules = (rule for rule in program.obligations.values() if not (rule.collections or rule.for_each or streams.has(program, rule.owes)))
    return {rule.id: Entry("", owes=rule.owes) for rule in rules}


def owing_roles(rule: Obligation) -> tuple[str, ...]:
    """Return the roles that owe `rule` for whatever entry; what an entry itself names is not among them."""
    if rule.for_each and rule.owes == "each":
        return rule.for_each
    return ("commander",) if rule.owes.startswith("entry.") else (rule.owes,)


def _owes(program: Program, owes: str, entry: Entry) -> str:
    """
    Return who owes what runs over `entry`: the role the plan names, or whom a field of the entry names: a role, group or department, else a
    person. An entry of a register that names nobody known is its owner's.
    """
    if not owes.startswith("entry."):
        return owes
    name = owes.removeprefix("entry.")
    named = str(entry.fields.get(name, ""))
    register = program.records.get(entry.key.rpartition("-")[0])
    known = {**program.roles, **program.groups, **program.departments}
    if register is None or not register.register or any(field.id == name and field.type == "person" for field in register.fields):
        return f"{PERSON}{named}" if named else "commander"
    return next((each for each in (named, register.owner) if each in known), "commander")


def members(program: Program, state: t.State, collection: str) -> Iterator[Entry]:
    """Yield the entries of `collection`: parties, participants, the open entries of a record, or the items of a register."""
    register = program.resources.get(collection)
    if register is not None:
        yield from (Entry(item.id, fields={"id": item.id, **values(register, item.values)}) for item in register.items)
        return
    record = program.records.get(collection)
    if record is None:
        yield from COLLECTIONS[collection](state)
        return
    for key in state.open_entries.get(collection, ()):
        known = values(record, state.open_fields.get(key, {}))
        if record.register:
            yield Entry(key, state.open_since.get(key), {"id": key.removeprefix(f"{record.id}-"), **known})
        else:  # what an incident keeps counts from what its own fields say
            yield Entry(key, fields=known)
