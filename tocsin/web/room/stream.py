"""The stream of the incident: what the team says among its members, and what of it belongs to the timeline (ROL-16)."""

from dataclasses import dataclass

from tocsin.incidents.models import TimelineRow
from tocsin.web.cases import Case

SHOWN = 30
SAID = "Said"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said. `key` names it; `entry` is the record entry that said it, if no person did."""

    row: TimelineRow
    key: str
    words: str
    entry: str
    promoted: bool


def context(case: Case) -> dict[str, object]:
    """Return the newest lines, the latest last."""
    rows = case.eyes.seen(TimelineRow.objects.filter(incident_id=case.id, kind=SAID).order_by("-seq"))
    on_timeline = promoted(case)
    newest = [_line(case, row, on_timeline) for row in rows[:SHOWN]]
    return {"lines": newest[::-1], "said": len(rows), "people": case.people}


def promoted(case: Case) -> frozenset[str]:
    """Return what of the stream belongs to the timeline."""
    return frozenset(row.subject for row in case.eyes.seen(TimelineRow.objects.filter(incident_id=case.id, kind="Promoted")))


def _line(case: Case, row: TimelineRow, on_timeline: frozenset[str]) -> Line:
    return Line(row, row.subject, row.data["words"], row.data["entry"], row.subject in on_timeline)
