"""Facts: every one of the plan, said or not."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tocsin.engine import terms as t
from tocsin.engine.expressions import Name, Unknown, Value
from tocsin.engine.program import Cases, Fact
from tocsin.engine.values import lookup
from tocsin.incidents.models import FactRow
from tocsin.incidents.projection.rows import Row, Scene, of, plain_value, titled


@of(t.FactStated)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield the reason given for a statement; the state does not keep it."""
    if isinstance(event, t.FactStated) and event.fact in scene.program.facts:
        yield Row(FactRow, (event.fact,), {"reason": event.reason}, change=True)


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield each fact of the plan with what is known of it."""
    for order, rule in enumerate(scene.program.facts.values()):
        said = scene.state.facts.get(rule.id)
        value = said.value if said else _default(scene, rule)
        yield Row(
            FactRow,
            (rule.id,),
            {
                **titled(rule),
                "order": order,
                "ask": dict(rule.ask),
                "type": rule.type,
                "of": list(rule.of),
                "many": rule.many,
                "unit": rule.unit,
                "known": value is not None,
                "value": plain_value(value),
                "source": said.source if said else "default" if value is not None else "",
                "rose": said is not None and said.rose,
                "by": said.by if said else "",
                "at": said.at if said else None,
            },
        )


def _default(scene: Scene, rule: Fact) -> Value | None:
    """Return what a fact is until somebody answers, perhaps by the case that another fact is in."""
    if not isinstance(rule.default, Cases):
        return rule.default
    known = lookup(scene.program, scene.state, scene.state.at or datetime.min.replace(tzinfo=UTC))(Name(rule.id))
    return None if isinstance(known, Unknown) else known
