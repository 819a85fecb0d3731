"""The stream of the incident: what the team says among its members, and what of it belongs to the timeline (ROL-16)."""

from dataclasses import dataclass

from tocsin.incidents.models import TimelineRow
from tocsin.web.cases import Case
from tocsin.web.rows import Heading

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
    on_timeline = promoted(case)
    lines = [_line(row, on_timeline) for row in case.lines(newest(case))]
    return {"lines": lines, "said": len(case.headings(SAID)), "people": case.people}


def newest(case: Case) -> list[Heading]:
    """Return what is shown of the stream."""
    return case.headings(SAID)[-SHOWN:]


def promoted(case: Case) -> frozenset[str]:
    """Return what of the stream belongs to the timeline."""
    return frozenset(each.subject for each in case.headings("Promoted"))


def _line(row: TimelineRow, on_timeline: frozenset[str]) -> Line:
    return Line(row, row.subject, row.data["words"], row.data["entry"], row.subject in on_timeline)
