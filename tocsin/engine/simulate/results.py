"""Results: what the counts of many runs say, for a page or a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from tocsin.engine.simulate.chance import quantile
from tocsin.engine.simulate.given import Given
from tocsin.engine.simulate.tally import Course, Tally

MET_PART = 0.8


@dataclass(frozen=True, slots=True)
class Row:
    """
    One occurrence of one clock over all runs; seconds since the report. `share` of those that came to an end were missed or met late; None
    where some were still open when the hours were over.

    `met_by` is when 80 % of the runs in which it was owed have met it, None if fewer do. `early` to `late` is where 8 in 10 of those that
    meet it do.
    """

    clock: str
    obligation: str
    occurrence: int
    owes: str
    opened: int
    met: int
    missed: int
    share: float | None
    began: float
    due: float | None
    early: float | None
    late: float | None
    met_by: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long a signature is waited for, in seconds: half of them less than `median`, nine in ten less than `nine_in_ten`."""

    link: str
    count: int
    unsigned: int
    median: float
    nine_in_ten: float


@dataclass(frozen=True, slots=True)
class Working:
    """A person's load: the most duties at once on average over the runs, in which minute, and what was late only because of waiting."""

    person: str
    roles: tuple[str, ...]
    peak: float
    minute: int
    delayed: float
    """Clocks a run that were missed because something else was done first."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a simulation says."""

    runs: int
    incidents: int
    events: int
    rows: tuple[Row, ...]
    waiting: tuple[Waiting, ...]
    working: tuple[Working, ...]
    impossible: tuple[tuple[str, str], ...]


def summary(given: Given, tally: Tally) -> Result:
    """Return what `tally` says; clocks in the order in which they begin, people and signatures with the worst first."""
    rows = sorted((_row(given, name, number, courses) for (name, number), courses in tally.courses.items()), key=lambda row: row.began)
    return Result(
        runs=tally.runs,
        incidents=tally.incidents,
        events=tally.events,
        rows=tuple(rows),
        waiting=tuple(sorted(_waiting(tally), key=lambda one: -one.median)),
        working=tuple(sorted(_working(given, tally), key=lambda one: (-one.peak, one.person))),
        impossible=tuple(sorted(tally.impossible.items())),
    )


def _row(given: Given, name: str, number: int, courses: list[Course]) -> Row:
    met = sorted(one.met for one in courses if one.met is not None)
    missed = sum(one.status in ("missed", "late") for one in courses)
    ended = missed + sum(one.status == "met" for one in courses)
    owed = len(courses) - sum(one.status == "ended" for one in courses)
    dues = sorted(one.due for one in courses if one.due is not None)
    obligation = name.partition("[")[0]
    rule = given.program.obligations.get(obligation)
    place = -(-MET_PART * owed // 1)
    return Row(
        clock=name,
        obligation=obligation,
        occurrence=number,
        owes=rule.owes if rule else "",
        opened=len(courses),
        met=ended - missed,
        missed=missed,
        share=missed / ended if ended and not any(one.status == "open" for one in courses) else None,
        began=quantile(sorted(one.began for one in courses), 0.5) or 0.0,
        due=quantile(dues, 0.5),
        early=quantile(met, 0.1),
        late=quantile(met, 0.9),
        met_by=met[int(place) - 1] if 0 < place <= len(met) else None,
    )


def _waiting(tally: Tally) -> Iterator[Waiting]:
    for link in {**tally.waits, **tally.unsigned}:
        waits = sorted(tally.waits.get(link, ()))
        yield Waiting(link, len(waits), tally.unsigned.get(link, 0), quantile(waits, 0.5) or 0.0, quantile(waits, 0.9) or 0.0)


def _working(given: Given, tally: Tally) -> Iterator[Working]:
    roles: dict[str, list[str]] = {}
    for role, person in given.cast.items():
        roles.setdefault(person, []).append(role)
    for role, people in given.deputies.items():
        for person in people:
            roles.setdefault(person, []).append(role)
    for person, steps in tally.hands.items():
        minutes = sorted(steps)
        load = list(accumulate(steps[minute] for minute in minutes))
        most = max(range(len(load)), key=load.__getitem__)
        delayed = tally.delayed.get(person, 0) / tally.runs
        yield Working(person, tuple(roles.get(person, ())), load[most] / tally.runs, minutes[most], delayed)
