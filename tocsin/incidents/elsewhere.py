"""Records that other systems keep of an incident: a ticket, an issue, each with its number there and a link (REG-18)."""

from dataclasses import dataclass
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.incidents.models import Incident, ReportRow


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One record of another system: how the system is called, the number that the record has there, and what leads to it."""

    system: str
    number: str
    link: str = ""

    def report(self, words: str) -> t.AddReport:
        """Return what attaches the record to an incident; a second time it changes nothing."""
        return t.AddReport(key=f"record:{self.system}:{self.number}", means=self.system, words=words, number=self.number, link=self.link)


def incident(organisation_id: UUID, record: Elsewhere | None) -> Incident | None:
    """Return the incident of the organisation that was registered for this record, or to which it was attached first."""
    if record is None:
        return None
    rows = ReportRow.objects.filter(organisation_id=organisation_id, means=record.system, number=record.number, incident__drill=False)
    found = rows.order_by("at", "pk").select_related("incident").first()
    return found.incident if found else None
