"""The state after what is kept: entries of records, what was filed, figures read for good."""

from decimal import Decimal

from tocsin.engine import terms as t
from tocsin.engine.copies import replace


def keep(state: t.State, event: t.RecordEntered | t.Filed | t.FiguresKept) -> t.State:
    """Return `state` after `event`."""
    match event:
        case t.RecordEntered():
            return _entered(state, event)
        case t.Filed(inbox=inbox):
            return replace(state, filed={**state.filed, inbox: state.filed.get(inbox, 0) + 1})
        case t.FiguresKept(readings=readings):
            return replace(state, figures={**state.figures, **{reading.figure: reading for reading in readings}})


def _entered(state: t.State, event: t.RecordEntered) -> t.State:
    waiting = tuple(entry for entry in state.open_entries.get(event.record, ()) if entry != event.entry)
    held = {entry: fields for entry, fields in state.open_fields.items() if entry != event.entry}
    if event.open:
        waiting = (*waiting, event.entry)
        held[event.entry] = {**state.open_fields.get(event.entry, {}), **event.fields}
    state = replace(state, open_entries={**state.open_entries, event.record: waiting}, open_fields=held, totals=_summed(state, event))
    number = f"entries:{event.record}"
    return state if event.amends else replace(state, counters={**state.counters, number: state.counters.get(number, 0) + 1})


def _summed(state: t.State, event: t.RecordEntered) -> dict[str, dict[str, Decimal]]:
    totals = {record: dict(sums) for record, sums in state.totals.items()}
    for name, sum_ in event.sums.items():
        of = totals.setdefault(event.record, {})
        of[name] = of.get(name, Decimal()) + sum_
    return totals
