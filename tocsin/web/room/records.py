"""Records: the forms of the plan that are filled during the incident, entry by entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from markupsafe import Markup

from tocsin.engine import entries as entries_
from tocsin.engine.expressions import SignalRead
from tocsin.engine.program import Field, Program, Record, Text
from tocsin.incidents import partners
from tocsin.incidents.models import RecordRow
from tocsin.web import plan_words, times
from tocsin.web.cases import Case, People
from tocsin.web.jinja import text, words
from tocsin.web.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with all that was entered so far."""

    name: str
    fields: Mapping[str, str]
    open: bool
    last: RecordRow
    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A record of the plan and its entries, the newest first."""

    rule: Record
    key: str
    entries: tuple[Entry, ...]
    register: tuple[tuple[str, str], ...]
    """What an entry can be about, by the register of the organisation: each with its kind, in the order in which it comes."""
    offered: tuple[str, ...]
    """What the items of the register that it is about are called, for its first field."""
    measured: Mapping[str, str]
    """What signals say now of the fields that are filled from them; the person who enters it confirms it (HND-05)."""


def context(case: Case) -> dict[str, object]:
    """Return the records of the plan with their entries."""
    rows = sorted(case.seen(RecordRow), key=lambda row: (row.record, row.entry, row.seq))
    entries: dict[str, list[Entry]] = {}
    for (record, entry), group in groupby(rows, key=lambda row: (row.record, row.entry)):
        entries.setdefault(record, []).append(_entry(case, record, entry, list(group)))
    kept = [
        Kept(
            rule,
            f"record:{rule.id}",
            tuple(sorted(entries.get(rule.id, []), key=lambda entry: entry.last.at, reverse=True)),
            _register(case, rule),
            _offered(case, rule),
            _measured(case, rule),
        )
        for rule in case.program.records.values()
        if case.sees(rule)
    ]
    return {
        "records": [one for one in kept if one.entries],
        "unused": [one for one in kept if not one.entries],
        "people": case.people,
        "label": label,
        "named": plan_words.option_name,
        "spelled": spelled,
    }


def _register(case: Case, rule: Record) -> tuple[tuple[str, str], ...]:
    """Return what stands in the registers that an ordered record is of: what comes first, first."""
    if rule.order is None or not rule.of:
        return ()
    found = [each for each in partners.named_by(case.registers, case.program, rule) if case.eyes.are_of(each.register.visible_to)]
    ranked = [field for field in rule.fields if field.id in rule.order.by and field.of]

    def kinds(partner: partners.Partner) -> list[tuple[int, str]]:
        values = [(field, partner.open_to_all.get(field.id, "")) for field in ranked]
        return [(field.of.index(value), words(plan_words.option_name(field, value))) for field, value in values if value in field.of]

    ordered = sorted(found, key=lambda each: [place for place, _name in kinds(each)])
    return tuple((each.name, ", ".join(name for _place, name in kinds(each))) for each in ordered)


def _offered(case: Case, rule: Record) -> tuple[str, ...]:
    registers = [case.program.resources[name] for name in rule.of if name in case.program.resources]
    named = [(register, register.fields[0].id) for register in registers if register.fields]
    open_ = [(register, first) for register, first in named if first not in register.confidential and not register.visible_to]
    return tuple(item.values.get(first, item.id) for register, first in open_ for item in register.items)


def _measured(case: Case, rule: Record) -> dict[str, str]:
    """Return the present reading for each field that a signal fills, where there is one."""
    wanted = {field.id: read for field in rule.fields for name in field.from_ if (read := _reading(case, name))}
    if not wanted:
        return {}
    look = case.measured.look(case.incident_now)
    found = {name: look(read) for name, read in wanted.items()}
    return {name: f"{value.normalize():f}" for name, value in found.items() if isinstance(value, Decimal)}


def _reading(case: Case, name: str) -> SignalRead | None:
    signal, _dot, measure = name.rpartition(".")
    return SignalRead(signal, measure) if signal in case.program.signals else None


def entries(case: Case, record: str) -> tuple[Entry, ...]:
    """Return the entries of one record, the newest first."""
    rows = sorted((row for row in case.seen(RecordRow) if row.record == record), key=lambda row: (row.entry, row.seq))
    found = [_entry(case, record, entry, list(group)) for entry, group in groupby(rows, key=lambda row: row.entry)]
    return tuple(sorted(found, key=lambda entry: entry.last.at, reverse=True))


def _entry(case: Case, record: str, entry: str, rows: list[RecordRow]) -> Entry:
    rule = case.program.records.get(record)
    fields = {name: words for row in rows for name, words in row.fields.items() if words and (rule is None or case.sees(rule, name))}
    return Entry(entry, fields, rows[-1].open, rows[-1], f"entry:{record}:{entry}")


def for_everybody(program: Program, parts: Iterable[RecordRow]) -> dict[str, str]:
    """Return what stands in an entry by field, as far as the plan keeps it from nobody: for pages that are about many incidents."""
    said = [(program.records.get(part.record), name, str(words)) for part in parts for name, words in part.fields.items() if words]
    return {name: words for rule, name, words in said if rule is None or name not in rule.confidential}


def spelled(field: Field, value: str, people: People) -> Markup:
    """Return what a field of an entry holds, as the viewer reads it."""
    known = entries_.typed(field, value)
    match known:
        case datetime():
            return times.moment(known)
        case timedelta():
            return Markup("{}").format(times.lasting(known))
        case bool():
            return Markup("{}").format(_("yes") if known else _("no"))
        case tuple():
            return Markup("{}").format(_(", ")).join(text(plan_words.option_name(field, each)) for each in known)
        case _ if field.of:
            return text(plan_words.option_name(field, value))
        case _ if field.type == "person":
            return Markup('<span lang="{}">{}</span>').format(people.tag(value), people.name(value))
        case _:
            return Markup("{}").format(value)


def label(field: Field) -> Text:
    """Return how a field is called."""
    return field.label or plan_words.plain(field.id)
