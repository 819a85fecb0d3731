"""Figures: as they stand after the last event, or as they were kept."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.engine.figures import measure
from tocsin.engine.program import Figure
from tocsin.incidents.models import FigureRow
from tocsin.incidents.projection.rows import Row, Scene, plain_value, titled


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield each figure of the plan."""
    if scene.state.at is not None:
        for rule in scene.program.figures.values():
            yield Row(FigureRow, (rule.id,), _values(scene, rule, scene.state.at))


def _values(scene: Scene, rule: Figure, at: datetime) -> dict[str, Any]:
    view = measure(scene.program, scene.state, rule, at)
    runs = view.begun_at is not None and view.ended_at is None and bool(rule.ends)
    return {
        **titled(rule),
        "standing": view.standing,
        # What only time moves is not written again at every event.
        "value": None if runs else plain_value(view.value),
        "target": plain_value(view.target),
        "begun_at": view.begun_at,
        "ended_at": view.ended_at,
        "target_at": view.target_at,
        "also_s": int(view.also.total_seconds()) if view.also is not None and not runs else None,
        "kept": rule.id in scene.state.figures,
    }
