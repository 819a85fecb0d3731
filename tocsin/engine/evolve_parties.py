"""The parties outside after an event about them: dumb and total, as all of `evolve`."""

from collections.abc import Mapping
from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.copies import replace


def parties_after(parties: Mapping[str, t.PartyState], event: t.PartyAdded | t.PartyRemoved | t.PartiesTold) -> Mapping[str, t.PartyState]:
    """Return the affected parties after `event`."""
    match event:
        case t.PartyAdded(party=key):
            return {**parties, key: _added(parties.get(key), event)}
        case t.PartyRemoved(party=gone):
            return {key: party for key, party in parties.items() if key != gone}
        case t.PartiesTold(parties=keys, template=template, happened_at=at):
            return {key: _told(party, template, at) if key in keys else party for key, party in parties.items()}


def _added(known: t.PartyState | None, event: t.PartyAdded) -> t.PartyState:
    return t.PartyState(
        name=event.name,
        contact=event.contact,
        reporter=event.reporter,
        added_at=known.added_at if known else event.at,
        about=dict(event.about),
        notified_at=known.notified_at if known else None,
        told=known.told if known else {},
    )


def _told(party: t.PartyState, template: str, at: datetime) -> t.PartyState:
    return replace(party, notified_at=party.notified_at or at, told={**party.told, template: at} if template else party.told)
