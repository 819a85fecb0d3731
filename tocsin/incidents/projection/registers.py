"""Registers: each entry as it is now, with the marks that it bears."""

from collections.abc import Iterator

from tocsin.engine import terms as t
from tocsin.incidents.models import RegisterRow
from tocsin.incidents.projection.rows import Row, Scene, of


@of(t.RecordEntered, t.EntryMarked)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield the entry that an event made, or took out: then nothing but this says so."""
    match event:
        case t.RecordEntered(record=record, entry=entry) if (rule := scene.program.records.get(record)) and rule.register:
            yield _entry(scene, record, entry, open_=event.open)
        case t.EntryMarked(record=record, entry="", cleared=True):
            yield Row(RegisterRow, (record, ""), {"marks": sorted(scene.state.marks.get(record, {}))})


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield every entry of every register, and the registers that bear marks themselves."""
    for rule in scene.program.records.values():
        if rule.register:
            yield from (_entry(scene, rule.id, entry, open_=True) for entry in scene.state.open_entries.get(rule.id, ()))
            if rule.id in scene.state.marks:
                yield Row(RegisterRow, (rule.id, ""), {"marks": sorted(scene.state.marks[rule.id])})


def _entry(scene: Scene, record: str, entry: str, *, open_: bool) -> Row:
    state = scene.state
    values = {"open": open_, "marks": sorted(state.marks.get(entry, {}))}
    if open_:
        values |= {"fields": dict(state.open_fields[entry]), "since": state.open_since[entry]}
    return Row(RegisterRow, (record, entry), values)
