"""What a register of shifts says on its page: who is on duty, who is next, and where nobody is (REG-03)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.engine import shifts
from tocsin.engine.program import Record
from tocsin.engine.shifts import Shift

GAPS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster as it stands at an instant. `until` is when the last shift that is known ends; `gaps` lie before that."""

    now: Shift | None
    next: Shift | None
    until: datetime
    gaps: tuple[tuple[datetime, datetime], ...]


def roster(rule: Record, entries: Iterable[Mapping[str, str]], at: datetime) -> Roster | None:
    """Return how the roster stands that the entries of a register are; None where it is none, or no shift is entered."""
    known = shifts.shifts(rule, entries) if shifts.says_shifts(rule) else []
    if not known:
        return None
    running = shifts.on_duty(known, at)
    until = max(shift.ends for shift in known)
    found = [(begin, end) for begin, end in shifts.gaps(known, at) if end is not None]
    following = min((shift for shift in known if shift.begins > at), default=None)
    return Roster(running, following, until, tuple(found[:GAPS_SHOWN]))
