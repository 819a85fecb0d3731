"""Messages with their exact words, and what became of them on each channel."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.incidents.models import DeliveryRow, MessageRow
from tocsin.incidents.projection.rows import Row, Scene, of, titled


@of(t.MessageDrafted, t.MessagePublished, t.ChannelConfirmed, t.MessageMovedOn, t.MessageRead, t.DeliveryReported)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield the message as drafted or published, and one row for each channel."""
    match event:
        case t.MessageDrafted(message=name):
            yield Row(MessageRow, (name,), _drafted(scene, event))
        case t.MessagePublished(message=name):
            phase = scene.state.phase_of(event.template)
            yield Row(MessageRow, (name,), {**_published(event), "phase": phase, **_publisher(scene, event.template)}, change=True)
            for channel in event.channels:
                yield Row(DeliveryRow, (name, channel), _sent(event.at))
        case t.ChannelConfirmed(message=name, channel=channel):
            outcome = "delivered" if event.reached else "failed"
            yield Row(DeliveryRow, (name, channel), {"outcome": outcome, "detail": event.result, "at": event.at})
            yield Row(MessageRow, (name,), {"awaits": list(scene.state.messages[name].awaits)}, change=True)
        case t.MessageMovedOn(message=name, channel=channel):
            yield Row(MessageRow, (name,), {"awaits": list(scene.state.messages[name].awaits)}, change=True)
            if channel:
                yield Row(DeliveryRow, (name, channel), _sent(event.at))
        case t.MessageRead(message=name):
            state = scene.state.messages[name]
            read = {addressee: at.isoformat() for addressee, at in state.read_at.items()}
            yield Row(MessageRow, (name,), {"unread": list(state.unread), "read_at": read}, change=True)
        case t.DeliveryReported(message=name, channel=channel):
            known = {"languages": list(event.languages)} if event.languages else {}
            yield Row(DeliveryRow, (name, channel), {"outcome": event.outcome, "detail": event.detail, "at": event.at, **known})


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield who may publish each draft now: that changes with the roles."""
    for message in scene.state.messages.values():
        if message.status == "draft":
            yield Row(MessageRow, (message.message,), _publisher(scene, message.template), change=True)


def _sent(at: datetime) -> dict[str, Any]:
    return {"outcome": "waiting", "detail": "", "sent_at": at, "at": at}


def _drafted(scene: Scene, event: t.MessageDrafted) -> dict[str, Any]:
    rule = scene.program.messages.get(event.template)
    return {
        **titled(rule),
        "template": event.template,
        "status": "draft",
        "author": event.by,
        "ready": event.ready,
        "text_hash": event.text_hash,
        "texts": dict(event.texts),
        "fields": dict(event.fields),
        "chain": event.chain,
        "audience": rule.audience if rule else "",
        "drafted_at": event.at,
    }


def _publisher(scene: Scene, template: str) -> dict[str, Any]:
    rule = scene.program.messages.get(template)
    if rule is None or not rule.publisher:
        return {"publisher": "", "publisher_person": ""}
    return {"publisher": rule.publisher, "publisher_person": owners.owner(scene.program, scene.state, rule.publisher).person}


def _published(event: t.MessagePublished) -> dict[str, Any]:
    return {
        "status": "published",
        "to": list(event.to),
        "persons": list(event.persons),
        "channels": list(event.channels),
        "all_channels": event.all_channels,
        "urgent": event.urgent,
        "published_at": event.at,
        "published_by": event.by,
        "awaits": list(event.awaits),
        "unread": list(event.unread),
        "reaches": {channel: list(persons) for channel, persons in event.reaches.items()},
        "evidence": list(event.evidence),
        "role": event.role,
        "parties": list(event.parties),
    }
