"""What is counted while incidents run: every clock from its opening to its end, every signature, every person's hours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.engine import terms as t


@dataclass(slots=True)
class Course:
    """One occurrence of one clock in one run; times in seconds since its incident was reported."""

    began: float
    due: float | None
    met: float | None = None
    status: str = "open"
    """open, met, late, missed, ended or waived."""


@dataclass(slots=True)
class Tally:
    """The counts of many runs; they add up, so that runs can be shared out."""

    runs: int = 0
    incidents: int = 0
    events: int = 0
    courses: dict[tuple[str, int], list[Course]] = field(default_factory=dict)
    """By clock and occurrence."""
    waits: dict[str, list[float]] = field(default_factory=dict)
    """By link of a chain: how long each signature was waited for."""
    unsigned: dict[str, int] = field(default_factory=dict)
    hands: dict[str, dict[int, int]] = field(default_factory=dict)
    """By person: at which minute how many more duties lie with him or her (fewer: negative), over all runs."""
    delayed: dict[str, int] = field(default_factory=dict)
    """By person: clocks that were missed only because something else was done first."""
    impossible: dict[str, str] = field(default_factory=dict)
    """By duty: why nobody could do it, at the first try that was not taken up again."""

    def add(self, other: "Tally") -> None:
        """Take in the counts of other runs."""
        self.runs, self.incidents, self.events = self.runs + other.runs, self.incidents + other.incidents, self.events + other.events
        for name, courses in other.courses.items():
            self.courses.setdefault(name, []).extend(courses)
        for link, waits in other.waits.items():
            self.waits.setdefault(link, []).extend(waits)
        for counts, more in ((self.unsigned, other.unsigned), (self.delayed, other.delayed)):
            for name_, number in more.items():
                counts[name_] = counts.get(name_, 0) + number
        for person, steps in other.hands.items():
            mine = self.hands.setdefault(person, {})
            for minute, number in steps.items():
                mine[minute] = mine.get(minute, 0) + number
        for duty, code in other.impossible.items():
            self.impossible.setdefault(duty, code)

    def in_hand(self, person: str, begins: float, ends: float) -> None:
        """Count a duty that lies with `person` between two instants, in seconds."""
        steps = self.hands.setdefault(person, {})
        first, last = int(begins // 60), int(ends // 60) + 1
        steps[first] = steps.get(first, 0) + 1
        steps[last] = steps.get(last, 0) - 1


class Ledger:
    """The clocks of one incident in one run, as its events come."""

    def __init__(self, tally: Tally, start: datetime) -> None:
        self._tally = tally
        self._start = start
        self._open: dict[str, Course] = {}

    def _seconds(self, at: datetime | None) -> float | None:
        return None if at is None else (at - self._start).total_seconds()

    def _begin(self, clock: str, occurrence: int, began: datetime, due: datetime | None) -> None:
        course = Course((began - self._start).total_seconds(), self._seconds(due))
        self._open[clock] = course
        self._tally.courses.setdefault((clock.partition("#")[0], occurrence), []).append(course)

    def follow(self, event: t.AnyEvent) -> None:
        """Count what `event` says of a clock."""
        if not isinstance(event, t.OfClock):
            return
        match event:
            case t.ClockOpened():
                self._begin(event.clock, event.occurrence, event.began_at, event.due_at)
            case t.ClockMoved():
                self._open[event.clock].due = self._seconds(event.due_at)
            case t.ClockBreached():
                self._open[event.clock].status = "missed"
            case t.OccurrenceMissed():
                self._open[event.clock].status = "missed"
                self._begin(event.clock, event.next_occurrence, event.last_due_at, event.next_due_at)
            case t.ClockMet(settled=False):
                self._met(event)
            case t.ClockEnded() | t.ClockWaived():
                course = self._open[event.clock]
                if course.status == "open":
                    course.status = "ended"

    def _met(self, event: t.ClockMet) -> None:
        course = self._open[event.clock]
        course.met = self._seconds(event.happened_at)
        course.status = "late" if event.late else "met"
        if event.next_occurrence is not None:
            self._begin(event.clock, event.next_occurrence, event.happened_at, event.next_due_at)


def plain(tally: Tally) -> dict[str, Any]:
    """Return the counts as what JSON holds, for a process that counts for another."""
    return {
        "runs": tally.runs,
        "incidents": tally.incidents,
        "events": tally.events,
        "courses": [
            [clock, occurrence, [[one.began, one.due, one.met, one.status] for one in courses]]
            for (clock, occurrence), courses in tally.courses.items()
        ],
        "waits": tally.waits,
        "unsigned": tally.unsigned,
        "hands": {person: list(steps.items()) for person, steps in tally.hands.items()},
        "delayed": tally.delayed,
        "impossible": tally.impossible,
    }


def read(found: Mapping[str, Any]) -> Tally:
    """Return the counts that `plain` wrote."""
    courses = {(clock, occurrence): [Course(*one) for one in courses] for clock, occurrence, courses in found["courses"]}
    hands = {person: {int(minute): number for minute, number in steps} for person, steps in found["hands"].items()}
    rest = {name: found[name] for name in ("runs", "incidents", "events", "waits", "unsigned", "delayed", "impossible")}
    return Tally(courses=courses, hands=hands, **rest)
