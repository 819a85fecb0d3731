"""The collections of an incident, entry by entry, as the state has them now (COM-07, language reference section 7)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from tocsin.engine import terms as t
from tocsin.engine.expressions import Value


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One entry of a collection: its key, since when it is there, and its fields as expressions (`entry.reporter`) and anchors
    (`entry.notified`, a time) read them. `owes` is who owes what runs over it.
    """

    key: str
    since: datetime | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)
    owes: str = ""

    def moment(self, name: str) -> t.MomentState | None:
        """Return the time field that an anchor `entry.<field>` means, as a moment; None while it is not known."""
        at = self.fields.get(name.removeprefix("entry."))
        return t.MomentState(at, 1) if isinstance(at, datetime) else None


WHOLE: Final = Entry("")
"""Stands for the incident itself where a rule does not run over a collection."""


def parties(state: t.State, collection: str) -> tuple[str, ...]:
    """Return the keys of the parties that an audience means: `affected_parties`, `reporters`, or none for anything else."""
    return tuple(entry.key for entry in COLLECTIONS[collection](state)) if collection in PARTIES else ()


def _affected(state: t.State) -> Iterator[Entry]:
    for key, party in state.parties.items():
        fields: dict[str, Value] = {"name": party.name, "reporter": party.reporter}
        if party.notified_at:
            fields["notified"] = party.notified_at
        yield Entry(key, party.added_at, fields)


def _reporters(state: t.State) -> Iterator[Entry]:
    return (entry for entry in _affected(state) if entry.fields["reporter"])


def _participants(state: t.State) -> Iterator[Entry]:
    taking_part = {state.declared_by, *state.seats.values(), *(seat.person for seat in state.roles.values())}
    for person in sorted(taking_part - {"", t.SYSTEM}):
        yield Entry(person, fields={"person": person})


PARTIES: Final = ("affected_parties", "reporters")
"""The collections that a message can be addressed to."""
COLLECTIONS: Final[Mapping[str, Callable[[t.State], Iterator[Entry]]]] = {
    "affected_parties": _affected,
    "reporters": _reporters,
    "participants": _participants,
}
FIELDS: Final[Mapping[str, Mapping[str, Literal["string", "bool", "time"]]]] = {
    "affected_parties": {"name": "string", "reporter": "bool", "notified": "time"},
    "reporters": {"name": "string", "reporter": "bool", "notified": "time"},
    "participants": {"person": "string"},
}
"""What `entry.<field>` may be in each, and of which type."""
