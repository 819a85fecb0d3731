"""The timeline: sealed entries as sentences, and the reports attached."""

from tocsin.incidents import journal
from tocsin.incidents.models import ReportRow, TimelineRow
from tocsin.web import sentences
from tocsin.web.cases import Case

SHOWN = 40


def context(case: Case, *, everything: bool = False) -> dict[str, object]:
    """Return the newest entries; `everything` shows all of them, and what the machine notes for itself."""
    rows = TimelineRow.objects.filter(incident_id=case.id).order_by("-seq")
    total = rows.count()
    spoken = rows if everything else rows.filter(quiet=False)
    chosen = list(spoken if everything else spoken[:SHOWN])
    hashes = journal.hashes(case.board.incident, [row.seq for row in chosen])
    return {
        "lines": [sentences.line(case, row, hashes.get(row.seq, "")) for row in chosen],
        "total": total,
        "earlier": max(0, spoken.count() - len(chosen)),
        "everything": everything,
    }


def reports(case: Case) -> dict[str, object]:
    """Return the reports, tickets and alerts attached to the incident."""
    return {"reports": ReportRow.objects.filter(incident_id=case.id).order_by("seq"), "people": case.people}
