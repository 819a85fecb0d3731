"""The rows of the incidents that a page is about, each kind read once for all of them."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.incidents import states
from tocsin.incidents.models import Incident, TimelineRow
from tocsin.incidents.models.row import Row
from tocsin.incidents.readers import Eyes
from tocsin.kit import bulk, tables
from tocsin.kit.memory import Memory

T = TypeVar("T", bound=Row)

_HEADINGS: Final = """SELECT {}, CASE WHEN kind IN ('ConditionTurned', 'FactStated', 'Gathered') THEN data END
    FROM incidents_timelinerow WHERE incident_id IN {} ORDER BY seq"""
_NAMED: Final = ("incident_id", "id", "seq", "happened_at", "kind", "subject", "by", "quiet", "kept_for")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a line of the timeline is about. Its `data` are read along where more depends on them than how the line is told."""

    id: int
    seq: int
    happened_at: datetime
    kind: str
    subject: str
    by: str
    quiet: bool
    kept_for: Sequence[str]
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Reads as long as one view lasts: what happens meanwhile is seen by the next."""

    incidents: Collection[UUID]
    _memory: Memory = field(default_factory=Memory)

    def of(self, incident_id: UUID, kind: type[T]) -> list[T]:
        """Return the rows of one kind that an incident has, in the order in which they came into being."""
        found: dict[UUID, list[T]] = self._memory((kind,), lambda: self._read(kind))
        return found.get(incident_id, [])

    def state(self, incident: Incident) -> t.State:
        """Return the state in which the engine has an incident."""
        return self._memory((Incident, incident.id), lambda: states.load(incident, incident.head))

    def headings(self, incident_id: UUID) -> list[Heading]:
        """Return what the lines of an incident's timeline are about, in their order."""
        found: dict[UUID, list[Heading]] = self._memory((Heading,), self._read_headings)
        return found.get(incident_id, [])

    def _read(self, kind: type[T]) -> dict[UUID, list[T]]:
        found: defaultdict[UUID, list[T]] = defaultdict(list)
        for row in tables.select(kind, f"WHERE incident_id IN {bulk.among(self._which)} ORDER BY id", self._which):
            found[row.incident_id].append(row)
        return found

    def _read_headings(self) -> dict[UUID, list[Heading]]:
        found: defaultdict[UUID, list[Heading]] = defaultdict(list)
        asked = bulk.asked(_HEADINGS.format(bulk.stored(*_NAMED), bulk.among(self._which)), self._which)
        for incident, pk, seq, happened_at, kind, subject, by, quiet, kept_for, data in asked:
            names = () if kept_for == "[]" else json.loads(kept_for)
            at, said = bulk.instant(happened_at), json.loads(data) if data else {}
            found[bulk.uuid(incident)].append(Heading(pk, seq, at, kind, subject, by, bool(quiet), names, said))
        return found

    @property
    def _which(self) -> list[tuple[str, UUID]]:
        return [("uuid", each) for each in self.incidents]


def lines(eyes: Eyes, headings: Iterable[Heading]) -> list[TimelineRow]:
    """Return the whole lines below these headings, as the viewer sees them, in their order."""
    which = [("bigint", each.id) for each in headings]
    return eyes.lines(tables.select(TimelineRow, f"WHERE id IN {bulk.among(which)} ORDER BY seq", which)) if which else []
