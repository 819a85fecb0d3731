"""The timeline: sealed entries as sentences, and the reports attached."""

from tocsin.incidents import journal
from tocsin.incidents.models import ReportRow, TimelineRow
from tocsin.web import sentences
from tocsin.web.cases import Case
from tocsin.web.room import stream
from tocsin.web.rows import Heading

SHOWN = 40


def context(case: Case, *, everything: bool = False) -> dict[str, object]:
    """
    Return the newest entries; `everything` shows all of them, and what the machine notes for itself.

    What the team said is here only where somebody put it onto the timeline.
    """
    spoken = [] if everything else told(case)
    chosen = (case.eyes.lines(case.rows(TimelineRow)) if everything else case.lines(spoken[-SHOWN:]))[::-1]
    hashes = journal.hashes(case.board.incident, [row.seq for row in chosen])
    return {
        "lines": [sentences.line(case, row, hashes.get(row.seq, "")) for row in chosen],
        "total": len(chosen) if everything else len(case.headings()),
        "earlier": max(len(spoken) - SHOWN, 0),
        "everything": everything,
    }


def told(case: Case) -> list[Heading]:
    """Return what the timeline tells, whether it is shown at once or not."""
    on_timeline = stream.promoted(case)
    spoken = (each for each in case.headings() if not each.quiet and (each.kind != stream.SAID or each.subject in on_timeline))
    return [each for each in spoken if not is_machinery(each)]


def is_machinery(row: TimelineRow | Heading) -> bool:
    """Return whether a line says only that nothing is known yet, or names a moment that another line tells."""
    if row.kind == "ConditionTurned":
        return row.data.get("value") is not True
    return row.kind == "MomentRecorded" and "." in row.subject


def reports(case: Case) -> dict[str, object]:
    """Return the reports, tickets and alerts attached to the incident."""
    return {"reports": sorted(case.rows(ReportRow), key=lambda row: row.seq), "people": case.people}
