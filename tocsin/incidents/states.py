"""The state of an incident: its snapshot where that can be trusted, else folded from the journal."""

import hashlib

import structlog

from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.incidents import canonical, journal
from tocsin.incidents.models import Head, Incident

_log = structlog.get_logger(__name__)


def load(incident: Incident, head: Head) -> t.State:
    """
    Return the state after the last entry. A snapshot that is missing, altered, of another entry or of another release is not used.

    :raises canonical.UnknownEvent: the journal holds an entry that this release cannot read.
    """
    snapshot = _snapshot(incident, head)
    if snapshot is not None:
        return snapshot
    if head.seq:
        _log.warning("state.folded_anew", incident=str(incident.id), seq=head.seq)
    return fold(incident)


def fold(incident: Incident) -> t.State:
    """Return the state as the journal alone gives it."""
    state = t.State()
    for written in journal.read(incident):
        state = evolve(state, written.event)
    return state


def keep(incident: Incident, state: t.State, head: Head) -> None:
    """Put the snapshot of `state` into the row; not saved."""
    incident.state = canonical.dump_state(state)
    incident.state_hash = hash_of(incident.state)
    incident.state_seq = head.seq


def is_whole(incident: Incident, state: t.State, head: Head) -> bool:
    """Return whether the snapshot is exactly that of `state`, to the order of its mappings."""
    known = _snapshot(incident, head)
    return known is not None and canonical.dump_state(known) == canonical.dump_state(state)


def _snapshot(incident: Incident, head: Head) -> t.State | None:
    if incident.state_seq != head.seq or incident.state_hash != hash_of(incident.state):
        return None
    try:
        return canonical.load_state(incident.state)
    except ValueError:  # written by a release whose state had other fields
        return None


def hash_of(text: str) -> str:
    """Return the hash by which a snapshot is known to be the one that was kept."""
    return hashlib.sha256(text.encode()).hexdigest()
