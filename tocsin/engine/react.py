"""Wishes: what an event asks of the world outside. Pure; the shell turns each into an outbox row in the same transaction."""

from tocsin.engine import terms as t
from tocsin.engine.rules.delivery import BY_HAND


def react(state: t.State, event: t.AnyEvent) -> tuple[t.Wish, ...]:
    """Return what `event` asks for, given the state after it."""
    match event:
        case t.Told(persons=persons) if persons:
            return (t.Tell(persons, event.cause, event.urgent, event.accept),)
        case t.Gathered(persons=persons, way=way, groups=groups) if persons:
            return (t.Tell(persons, f"{way}:{groups[0] if len(groups) == 1 else event.moment}", urgent=True, accept=False),)
        case t.MessagePublished(message=message):
            texts = state.messages[message].texts
            return (
                t.Deliver(
                    message=message,
                    template=event.template,
                    texts=texts,
                    to=event.to,
                    persons=event.persons,
                    channels=tuple(name for name in event.channels if name not in BY_HAND),
                    all_channels=event.all_channels,
                    urgent=event.urgent,
                    reaches=event.reaches,
                ),
            )
        case t.MessageMovedOn(message=message, channel=channel) if channel and channel not in BY_HAND:
            texts = state.messages[message].texts
            return (
                t.Deliver(
                    message=message,
                    template=event.template,
                    texts=texts,
                    to=event.to,
                    persons=event.persons,
                    channels=(channel,),
                    all_channels=False,
                    urgent=event.urgent,
                    reaches=event.reaches,
                ),
            )
        case _:
            return ()
