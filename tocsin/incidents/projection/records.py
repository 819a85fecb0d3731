"""Records, reports, and what was filed into inboxes."""

from collections.abc import Iterator

from tocsin.engine import terms as t
from tocsin.incidents.models import FiledRow, RecordRow, ReportRow
from tocsin.incidents.projection.rows import Row, Scene, of


@of(t.RecordEntered, t.Declared, t.ReportAdded, t.Filed)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield the entry, report or filing that the event is."""
    match event:
        case t.RecordEntered():
            yield _entry(scene, event)
        case t.Declared(means=means, words=words):
            yield Row(ReportRow, (scene.seq,), {"key": "", "means": means, "words": words, "by": event.by, "at": event.at})
        case t.ReportAdded(key=key, means=means, words=words, number=number, link=link):
            there = {"number": number, "link": link}
            yield Row(ReportRow, (scene.seq,), {"key": key, "means": means, "words": words, **there, "by": event.by, "at": event.at})
        case t.Filed(inbox=inbox, cause=cause):
            yield Row(FiledRow, (scene.seq,), {"inbox": inbox, "cause": cause, "at": event.at})


def _entry(scene: Scene, event: t.RecordEntered) -> Row:
    rule = scene.program.records.get(event.record)
    values = {
        "record": event.record,
        "entry": event.entry,
        "title": dict(rule.title) if rule else {},
        "fields": dict(event.fields),
        "open": event.open,
        "by": event.by,
        "happened_at": event.happened_at,
        "at": event.at,
    }
    return Row(RecordRow, (scene.seq,), values)
