"""The timeline: sealed entries as sentences, and the reports attached."""

from tocsin.incidents import journal
from tocsin.incidents.models import ReportRow, TimelineRow
from tocsin.web import sentences
from tocsin.web.cases import Case
from tocsin.web.room import stream

SHOWN = 40


def context(case: Case, *, everything: bool = False) -> dict[str, object]:
    """
    Return the newest entries; `everything` shows all of them, and what the machine notes for itself.

    What the team said is here only where somebody put it onto the timeline.
    """
    rows = case.eyes.lines(TimelineRow.objects.filter(incident_id=case.id).order_by("-seq"))
    total = len(rows)
    on_timeline = stream.promoted(case)
    told = [row for row in rows if not row.quiet and (row.kind != stream.SAID or row.subject in on_timeline)]
    spoken = rows if everything else [row for row in told if not is_machinery(row)]
    chosen = spoken if everything else spoken[:SHOWN]
    hashes = journal.hashes(case.board.incident, [row.seq for row in chosen])
    return {
        "lines": [sentences.line(case, row, hashes.get(row.seq, "")) for row in chosen],
        "total": total,
        "earlier": len(spoken) - len(chosen),
        "everything": everything,
    }


def is_machinery(row: TimelineRow) -> bool:
    """Return whether a line says only that nothing is known yet, or names a moment that another line tells."""
    if row.kind == "ConditionTurned":
        return row.data.get("value") is not True
    return row.kind == "MomentRecorded" and "." in row.subject


def reports(case: Case) -> dict[str, object]:
    """Return the reports, tickets and alerts attached to the incident."""
    return {"reports": ReportRow.objects.filter(incident_id=case.id).order_by("seq"), "people": case.people}
