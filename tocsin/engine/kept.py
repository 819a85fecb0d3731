"""The state after what is kept: entries of records, what was filed, figures read for good."""

from decimal import Decimal

from tocsin.engine import terms as t
from tocsin.engine.copies import replace


def keep(state: t.State, event: t.RecordEntered | t.EntryMarked | t.Filed | t.FiguresKept) -> t.State:
    """Return `state` after `event`."""
    match event:
        case t.RecordEntered():
            return _entered(state, event)
        case t.EntryMarked():
            return _marked(state, event)
        case t.Filed(inbox=inbox):
            return replace(state, filed={**state.filed, inbox: state.filed.get(inbox, 0) + 1})
        case t.FiguresKept(readings=readings):
            return replace(state, figures={**state.figures, **{reading.figure: reading for reading in readings}})


def _entered(state: t.State, event: t.RecordEntered) -> t.State:
    waiting = tuple(entry for entry in state.open_entries.get(event.record, ()) if entry != event.entry)
    held = {entry: fields for entry, fields in state.open_fields.items() if entry != event.entry}
    since = {entry: at for entry, at in state.open_since.items() if entry != event.entry}
    marks = state.marks if event.open else {name: words for name, words in state.marks.items() if name != event.entry}
    if event.open:
        waiting = (*waiting, event.entry)
        held[event.entry] = {**state.open_fields.get(event.entry, {}), **event.fields}
        since[event.entry] = state.open_since.get(event.entry, event.happened_at)
    known = {**state.open_entries, event.record: waiting}
    state = replace(state, open_entries=known, open_fields=held, open_since=since, marks=marks, totals=_summed(state, event))
    if event.by == t.SYSTEM and not event.amends:
        state = replace(state, stocked=(*state.stocked, event.entry))
    number = f"entries:{event.record}"
    return state if event.amends else replace(state, counters={**state.counters, number: state.counters.get(number, 0) + 1})


def _marked(state: t.State, event: t.EntryMarked) -> t.State:
    target = event.entry or event.record
    words = state.marks.get(target, {})
    clocks = tuple(clock for clock in words.get(event.mark, ()) if clock != event.clock)
    clocks = clocks if event.cleared else (*clocks, event.clock)
    words = {word: those for word, those in {**words, event.mark: clocks}.items() if those}
    return replace(state, marks={name: each for name, each in {**state.marks, target: words}.items() if each})


def _summed(state: t.State, event: t.RecordEntered) -> dict[str, dict[str, Decimal]]:
    totals = {record: dict(sums) for record, sums in state.totals.items()}
    for name, sum_ in event.sums.items():
        of = totals.setdefault(event.record, {})
        of[name] = of.get(name, Decimal()) + sum_
    return totals
