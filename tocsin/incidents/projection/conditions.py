"""Conditions: measured truth, hold, attestation, waiver, and whether the whole holds."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.engine import terms as t
from tocsin.engine.collections import COLLECTIONS
from tocsin.engine.program import Condition
from tocsin.engine.values import holding_since, holds
from tocsin.incidents.models import ConditionRow
from tocsin.incidents.projection.rows import Row, Scene, of, titled


@of(t.AttestationLapsed, t.Attested, t.ConditionWaived)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield the reasons, which the state does not keep."""
    match event:
        case t.AttestationLapsed(condition=name, reason=reason):
            yield Row(ConditionRow, (name,), {"lapsed": reason}, change=True)
        case t.Attested(condition=name):
            yield Row(ConditionRow, (name,), {"lapsed": ""}, change=True)
        case t.ConditionWaived(condition=name, reason=reason):
            yield Row(ConditionRow, (name,), {"waived_reason": reason}, change=True)


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield each condition of the plan as it stands at the time of the last event; when a hold is reached, time itself makes an event."""
    if scene.state.at is not None:
        for rule in scene.program.conditions.values():
            yield Row(ConditionRow, (rule.id,), _values(scene, rule, scene.state.at))


def _values(scene: Scene, rule: Condition, at: datetime) -> dict[str, Any]:
    held = scene.state.conditions.get(rule.id, t.Holding())
    since = holding_since(scene.state, rule)
    return {
        **titled(rule),
        "measured": rule.measure is not None,
        "value": held.value,
        "since": since or held.since,
        "hold_s": int(rule.hold.total_seconds()) if rule.hold else None,
        "holds_at": since + rule.hold if since and rule.hold else None,
        "holds": holds(scene.program, scene.state, rule, at),
        "attest": rule.attest,
        "attested_by": held.attested_by,
        "attested_at": held.attested_at,
        "attested_each": [{"entry": key, "by": held.attested_each.get(key, "")} for key in _entries(scene, rule)],
        "evidence": list(held.evidence),
        "waived": held.waived,
        "waived_by": list(held.waived_by),
    }


def _entries(scene: Scene, rule: Condition) -> list[str]:
    return [entry.key for entry in COLLECTIONS[rule.each](scene.state)] if rule.each else []
