"""How long each role of a plan took in the organisation's own closed incidents, for simulations; drills are left out."""

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from tocsin.engine.simulate.learning import taken
from tocsin.incidents import journal
from tocsin.incidents.models import BoardRow, Incident

INCIDENTS_MAX = 100
"""The latest so many say enough of how people work now."""


def learned(organisation_id: UUID, plan_id: str) -> tuple[dict[str, tuple[float, ...]], int]:
    """Return the seconds taken by role, and from how many closed incidents they are."""
    closed = BoardRow.objects.filter(organisation_id=organisation_id, plan_id=plan_id, open=False, drill=False).exclude(phase="cancelled")
    numbers = list(closed.order_by("-closed_at").values_list("number", flat=True)[:INCIDENTS_MAX])
    found: dict[str, list[float]] = {}
    for incident in Incident.objects.filter(organisation_id=organisation_id, number__in=numbers):
        for role, seconds in _taken(incident.pk, incident.state_seq).items():
            found.setdefault(role, []).extend(seconds)
    return {role: tuple(seconds) for role, seconds in found.items()}, len(numbers)


@lru_cache(maxsize=INCIDENTS_MAX * 10)
def _taken(incident_id: UUID, _entries: int) -> Mapping[str, list[float]]:
    """Return what one incident says, read anew only once its journal has grown."""
    incident = Incident.objects.get(pk=incident_id)
    return taken(written.event for written in journal.read(incident))
