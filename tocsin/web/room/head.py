"""The head of the room: level, title, who commands, what is due next, and the line of phases."""

from dataclasses import dataclass
from operator import attrgetter

from markupsafe import Markup

from tocsin.engine import terms as t
from tocsin.engine.program import Text
from tocsin.incidents.models import ClockRow, ConditionRow, MomentRow, ReportRow
from tocsin.web import clocks, plan_words, times
from tocsin.web.cases import Case
from tocsin.web.room import indicators

LINE = (
    ("warned", "warning"),
    ("reported", "declared"),
    ("activated", "responding"),
    ("restored", "recovering"),
    ("terminated", "review"),
    ("closed", "closed"),
)
"""The moments at which phases begin, in order, and those phases."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of the line: done, current or still to come, and the moment at which it begins or began."""

    name: str
    state: str
    moment: Text
    at: Markup


def context(case: Case) -> dict[str, object]:
    """Return what the head shows."""
    board = case.board
    tone = "drill" if board.drill else plan_words.tone(case.program, board.level)
    running = [row for row in case.seen(ClockRow) if row.status == "open" and row.due_at is not None]
    return {
        "tone": "wy" if board.phase == "warning" and not board.drill else tone,
        "level_mark": plan_words.mark(case.program, board.level) if board.level else "?",
        "phases": _phases(case),
        "indicators": indicators.of(case.program, board, case.rows(ConditionRow)),
        "titled": plan_words.titled,
        "elsewhere": sorted((row for row in case.rows(ReportRow) if row.number), key=attrgetter("seq")) if not case.limited else [],
        "due": min(running, key=clocks.by_due_time, default=None),
        "over": board.phase in t.OVER,
        "phase_name": plan_words.phase(board.phase),
        "phase_of": plan_words.phase,
        "now_in_incident": case.incident_now,
    }


def _phases(case: Case) -> list[Phase]:
    standing = (row for row in case.rows(MomentRow) if row.withdrawn_at is None)
    moments = {row.moment: row for row in sorted(standing, key=attrgetter("generation"))}
    ended = "cancelled" if "cancelled" in moments else "closed"
    line = [(ended if moment == "closed" else moment, ended if moment == "closed" else phase) for moment, phase in LINE]
    line = [(moment, phase) for moment, phase in line if moment != "warned" or moment in moments]
    present = case.board.phase if case.board.phase != "watching" else "recovering"
    return [_phase(case, moments.get(moment), moment, phase, present) for moment, phase in line]


def _phase(case: Case, row: MomentRow | None, moment: str, phase: str, present: str) -> Phase:
    state = "current" if phase == present else "done" if row else "later"
    rule = case.program.moments.get(moment)
    return Phase(
        plan_words.phase(phase),
        state,
        plan_words.titled(rule, moment),
        times.moment(row.happened_at if row else None),
    )
