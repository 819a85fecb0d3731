"""What came in and went out beside the messages of the plan: reports, answers, and what was said by word of mouth (COM-25)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.engine import terms as t
from tocsin.incidents.models import WordRow
from tocsin.incidents.projection.rows import Row, Scene, of, titled


@of(t.Declared, t.ReportAdded, t.ReplyAdded, t.PartiesTold)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield what the event says was said."""
    match event:
        case t.Declared(means=means, words=words) | t.ReportAdded(means=means, words=words):
            yield _row(scene, event, "report", event.at, channel=means, words=words)
        case t.ReplyAdded():
            told = {"message": event.message, "sender": event.sender, "language": event.language, "confirms": event.confirms}
            about = titled(scene.program.messages.get(event.template))
            yield _row(scene, event, "reply", event.happened_at, channel=event.channel, words=event.words, **told, **about)
        case t.PartiesTold(message=""):
            about = titled(scene.program.messages.get(event.template))
            yield _row(scene, event, "told", event.happened_at, words=event.words, parties=list(event.parties), role=event.role, **about)


def _row(scene: Scene, event: t.AnyEvent, kind: str, happened_at: datetime, **values: Any) -> Row:
    common = {"kind": kind, "phase": scene.state.phase, "by": event.by, "happened_at": happened_at, "at": event.at}
    return Row(WordRow, (scene.seq,), {**common, **values})
