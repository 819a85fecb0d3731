"""Situations and moments. A row per generation, since both can come again."""

from collections.abc import Iterator

from tocsin.engine import terms as t
from tocsin.incidents.models import MomentRow, SituationRow
from tocsin.incidents.projection.rows import Row, Scene, of, titled


@of(t.SituationOpened, t.SituationClosed, t.MomentRecorded, t.MomentWithdrawn)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield the situation or moment that the event is about."""
    match event:
        case t.SituationOpened(situation=name, generation=generation):
            values = {**titled(scene.program.situations.get(name)), "opened_at": event.at, "open": True}
            yield Row(SituationRow, (name, generation), values)
        case t.SituationClosed(situation=name, reason=reason):
            generation = scene.state.situations[name].generation
            yield Row(SituationRow, (name, generation), {"open": False, "closed_at": event.at, "reason": reason}, change=True)
        case t.MomentRecorded(moment=name, generation=generation, correction=False):
            rule = scene.program.moments.get(name)
            values = {"happened_at": event.happened_at, "recorded_at": event.at, "by": event.by, "title": dict(rule.title) if rule else {}}
            yield Row(MomentRow, (name, generation), values)
        case t.MomentWithdrawn(moment=name):
            values = {"withdrawn_at": event.at, "withdrawn": event.reason}
            yield Row(MomentRow, (name, scene.state.withdrawn[name]), values, change=True)
        case t.MomentRecorded(moment=name, generation=generation):
            yield Row(MomentRow, (name, generation), {"happened_at": event.happened_at, "corrected_at": event.at}, change=True)
