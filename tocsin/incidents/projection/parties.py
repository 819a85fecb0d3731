"""Parties outside: who is affected, and when each was told."""

from collections.abc import Iterator

from tocsin.engine import terms as t
from tocsin.incidents.models import PartyRow
from tocsin.incidents.projection.rows import Row, Scene, of, plain_value


@of(t.PartyAdded, t.PartyRemoved, t.PartiesTold)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield what the event says of each party."""
    match event:
        case t.PartyAdded():
            yield _added(event)
        case t.PartyRemoved(party=key):
            yield Row(PartyRow, (key,), {"removed_at": event.at, "removed_reason": event.reason}, change=True)
        case t.PartiesTold(parties=keys):
            for key in keys:
                if key in scene.state.parties:
                    yield _told(key, scene.state.parties[key])


def _added(event: t.PartyAdded) -> Row:
    values = {
        "name": event.name,
        "contact": event.contact,
        "reporter": event.reporter,
        "about": {name: plain_value(value) for name, value in event.about.items()},
        "removed_at": None,
        "removed_reason": "",
    }
    if not event.amends:
        values |= {"added_at": event.at, "added_by": event.by, "notified_at": None, "told": {}}
    return Row(PartyRow, (event.party,), values, change=event.amends)


def _told(key: str, party: t.PartyState) -> Row:
    told = {template: at.isoformat() for template, at in party.told.items()}
    return Row(PartyRow, (key,), {"notified_at": party.notified_at, "told": told}, change=True)
