"""Readiness figures: of each standing duty over a register what share is done and in date, and what incidents left to do (KPI-08)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.engine.expressions import Call
from tocsin.engine.program import Program, Record, Rule
from tocsin.incidents import tallies
from tocsin.incidents.models import ClockRow
from tocsin.incidents.readers import Viewer
from tocsin.incidents.tallies import Tally

YEAR: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the entries on which a duty runs have it done and in date. `of` are its registers."""

    rule: Rule
    of: Sequence[Record]
    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total


def shares(program: Program, clocks: Iterable[ClockRow]) -> list[Share]:
    """Return the share of each duty over registers of a standing record, in the order of the plan; `clocks` are all of the record."""
    latest: dict[tuple[str, str], ClockRow] = {}
    for row in sorted(clocks, key=lambda row: row.generation):
        latest[row.obligation, row.entry] = row
    found = []
    for rule in program.obligations.values():
        own = [row for (obligation, _entry), row in latest.items() if obligation == rule.id and row.entry and not row.ended]
        if own:
            registers = [program.records[name] for name in rule.collections if name in program.records]
            found.append(Share(rule, registers, sum(map(_done, own)), len(own)))
    return found


def _done(row: ClockRow) -> bool:
    """What recurs is done where it was done ever, here or by what the register says of the time before, and is not late now."""
    if row.status == "breached" or row.behind:
        return False
    if row.status == "open" and row.verb != "ensure":
        return row.recurring and (row.met_at is not None or row.anchor.startswith("entry."))
    return True


def prepared(program: Program, viewer: Viewer, now: datetime) -> list[Tally]:
    """Return what share of the tasks of a situation, such as preparation, was done in the incidents of the year."""
    figures = [each.id for each in program.figures.values() if isinstance(each.value, Call) and each.value.function == "share_done"]
    if not figures:
        return []
    boards = tallies.boards_of(viewer, program.id)
    year, before = (now - YEAR, now + timedelta(days=1)), (now - 2 * YEAR, now - YEAR)
    return [tally for tally in tallies.tallies(program, boards, year, before) if tally.figure.id in figures and tally.now]
