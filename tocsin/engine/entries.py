"""Entries of records as values: what a field takes, what an entry adds up to, what comes before it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from tocsin.engine import terms as t
from tocsin.engine import texts
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact, Field, Item, Program, Record, Resource
from tocsin.engine.times import day, instant, is_day, parse, stamped


def typed(field: Field | Fact, words: str) -> Value | None:
    """Return the value that `words` spell for `field`, or for a fact, or None where they are none. An instant has its offset, as `dated` gives it."""
    if field.of and field.many:
        said = tuple(part.strip() for part in words.split(","))
        return said if set(said) <= set(field.of) else None
    if field.of:
        return words if words in field.of else None
    try:
        match field.type:
            case "number":
                number = Decimal(words)
                return number if number.is_finite() else None
            case "time":
                return stamped(words)
            case "duration":
                return texts.span(words).length() or None
            case "period":
                return words if parse(words) else None
            case "yes_no":
                return {"yes": True, "no": False}.get(words)
            case _:
                return words
    except (ValueError, InvalidOperation):
        return None


def wanted(field: Field) -> str:
    """Return what `field` takes, for whoever gave it something else."""
    if field.of:
        return "one of " + ", ".join(field.of)
    return {
        "number": "a number, such as 12.5",
        "time": "12:30, or a date with its time",
        "duration": "a duration, such as 30m or 2h",
        "period": "a length of time, such as 30d, 3mo or 1y",
        "yes_no": "yes or no",
    }.get(field.type, "a text")


def dated(record: Record, given: Mapping[str, str], at: datetime, zone: str) -> dict[str, str]:
    """
    Return what somebody wrote at `at` with an offset on every time, so that it says the same whenever it is read. In a register a day alone
    is enough.
    """
    fields = {field.id: field for field in record.fields}
    days = record.register
    return {name: _dated(fields[name], words, at, zone, days=days) if name in fields else words for name, words in given.items()}


def _dated(field: Field, words: str, at: datetime, zone: str, *, days: bool) -> str:
    if field.type != "time" or typed(field, words) is not None:
        return words
    try:
        return (day(words, zone) if days and is_day(words) else instant(words, at, zone, ahead=field.ahead)).isoformat()
    except ValueError:
        return words


def values(record: Record | Resource, given: Mapping[str, str]) -> dict[str, Value]:
    """Return the filled fields of an entry as values, for expressions that have it in hand."""
    fields = {field.id: field for field in record.fields}
    found = {name: typed(fields[name], words) for name, words in given.items() if words and name in fields}
    return {name: value for name, value in found.items() if value is not None}


def completed(program: Program, state: t.State, record: Record, command: t.Enter) -> dict[str, str]:
    """
    Return the fields of `command`, with those left empty that the plan fills: from the item of the register that the first field names,
    and, in a new entry, from facts and moments.
    """
    given = {name: words for name, words in command.fields.items() if words}
    if command.entry:
        return given
    item = command.item or _item(program, record, given)
    fields = {field.id: field for field in record.fields}
    taken = {name: words for name, words in item.items() if name in fields and typed(fields[name], words) is not None}
    known = {field.id: words for field in record.fields if (words := _known(state, field))}
    called = {record.calls_at: (command.happened_at or command.at).isoformat()} if record.calls_at else {}
    return {**known, **taken, **called, **given}


def _item(program: Program, record: Record, given: Mapping[str, str]) -> Mapping[str, str]:
    named = given.get(record.fields[0].id, "") if record.of and record.fields else ""
    registers = [program.resources[name] for name in record.of if name in program.resources]
    return next(
        (_open_to_all(register, item.values) for register in registers for item in register.items if meant(register, item, named)), {}
    )


def meant(register: Resource, item: Item, named: str) -> bool:
    """Return whether `named` means an item: by its id, or by what it is called."""
    return bool(named) and named in (item.id, item.values.get(register.fields[0].id, "") if register.fields else "")


def _open_to_all(register: Resource, values: Mapping[str, str]) -> dict[str, str]:
    """Return what an item says without what only some may see: that never enters the record of an incident."""
    return {name: words for name, words in values.items() if name not in register.confidential}


def _known(state: t.State, field: Field) -> str:
    for name in field.from_:
        fact, moment = state.facts.get(name), state.moments.get(name)
        value = fact.value if fact else moment.at if moment else None
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, str | Decimal) and not isinstance(value, bool):
            return str(value)
    return ""


def stays_open(record: Record, now: Mapping[str, str]) -> bool:
    """Return whether an entry that holds `now` is still open."""
    if not record.open_until:
        return False
    words = now.get(record.open_until, "")
    return words not in record.until_values if record.until_values else not words


def grown(record: Record, known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, Decimal]:
    """Return by how much each field that is a number grew, so that a sum over the record stays right when an entry is corrected."""
    before, now = values(record, known), values(record, given)
    found = {name: value - _number(before.get(name)) for name, value in now.items() if isinstance(value, Decimal)}
    return {name: sum_ for name, sum_ in found.items() if sum_}


def _number(value: Value | None) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal()


def moments(record: Record, given: Mapping[str, str]) -> Iterator[tuple[str, datetime | None]]:
    """Yield the moments that fields make: a time its instant, a choice (at the instant of the entry: None) the value taken."""
    fields = {field.id: field for field in record.fields}
    for name, value in values(record, given).items():
        if isinstance(value, datetime):
            yield name, value
        elif fields[name].of:
            yield str(value), None


def before(record: Record, mine: Mapping[str, str], open_: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Return what the open entries name that comes before `mine`: by the order of the plan's choices, or because it depends on them."""
    assert record.order is not None
    name = record.fields[0].id
    rank = _rank(record, mine)
    needs = {each.strip() for each in mine.get(record.order.after, "").split(",")} if record.order.after else set()
    found = [fields for fields in open_.values() if _rank(record, fields) < rank or fields.get(name, "") in needs]
    return tuple(dict.fromkeys(fields.get(name, "") for fields in found))


def _rank(record: Record, entry: Mapping[str, str]) -> tuple[int, ...]:
    assert record.order is not None
    of = {field.id: field.of for field in record.fields}
    return tuple(of[name].index(entry[name]) if entry.get(name) in of[name] else 0 for name in record.order.by)


def in_order(record: Record, open_: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the open entries in the order in which they are to be done."""
    return sorted(open_, key=lambda name: (_rank(record, open_[name]), len(name), name)) if record.order else list(open_)
