"""What a route remembers: each alert's run, and each group of them that makes one incident; in memory, or wherever else a ledger keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from heapq import heappop, heappush
from typing import Protocol
from uuid import UUID

Key = tuple[str, ...]
"""A group: the values of the labels that a route groups by."""
LINES_MAX = 12
"""Alerts that are named where many are told at once; the others are counted."""


@dataclass(frozen=True, slots=True)
class Turned:
    """An alert began to fire or stopped, as a route hears it. `number` orders turns of the same instant."""

    number: int
    alert: UUID
    starts_at: datetime
    firing: bool
    at: datetime
    title: str
    labels: Mapping[str, str]


class State(StrEnum):
    """Where a run stands on its way into an incident."""

    WAITS = "waits"
    READY = "ready"
    TOLD = "told"
    ENDING = "ending"
    """Its incident knows that it began and not yet that it ended."""
    OVER = "over"


class Why(StrEnum):
    """What a run waits for, or was waiting for when it ended."""

    NOTHING = ""
    HELD = "held"
    SILENCED = "silenced"
    MAINTENANCE = "maintenance"
    INHIBITED = "inhibited"
    MORE = "more"
    """There are not enough others yet."""


@dataclass(slots=True)
class Run:
    """
    One alert as a route sees it, from when it began to fire until it has stopped; while it flaps, it has not.

    `since` until `over_at` is the run, `firing` the alert itself; `turns` are its latest turns as far as flapping asks for them.
    `due_at` is when time alone changes something. `about` is the incident that knows of it.
    """

    alert: UUID
    number: int
    starts_at: datetime
    title: str
    labels: Mapping[str, str]
    group: Key
    since: datetime
    firing: bool = True
    over_at: datetime | None = None
    turns: tuple[datetime, ...] = ()
    state: State = State.WAITS
    why: Why = Why.NOTHING
    due_at: datetime | None = None
    about: str = ""


@dataclass(slots=True)
class Group:
    """
    What belongs into one incident. `about` is that incident, `reports` when it was told lately.

    `values` counts who is ready and not told: value to (how many fire, when the latest that fires no more stopped).
    """

    key: Key
    about: str = ""
    reports: tuple[datetime, ...] = ()
    values: dict[str, tuple[int, datetime | None]] = field(default_factory=dict)
    firing: int = 0
    unsaid_since: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One alert in a declaration or report; `number` is that of the turn with which it began."""

    number: int
    firing: bool
    title: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What an incident is told at once: the first few by name, all by number. Without `about` it is what declares it."""

    at: datetime
    group: Key
    about: str
    lines: Sequence[Line]
    count: int


class Ledger(Protocol):
    """Where runs and groups are kept. Whatever it gives out may be altered, and is handed back by `put`."""

    def run(self, alert: UUID) -> Run | None:
        """Return the latest run of an alert."""

    def put(self, run: Run) -> None:
        """Keep a run."""

    def group(self, key: Key) -> Group:
        """Return a group, a fresh one if there was none."""

    def put_group(self, group: Group) -> None:
        """Keep a group."""

    def due(self, until: datetime) -> Run | Group | None:
        """Return what is due first, at `until` at the latest; of the same instant runs before groups, each in their order."""

    def unsaid(self, key: Key, ended_after: datetime | None) -> tuple[list[Line], int]:
        """
        Return what a group's incident has not been told, in order: the first few and how many. What had ended by `ended_after` while it
        was only counted is left out, and over.
        """

    def say(self, key: Key, about: str) -> None:
        """Note that the incident now knows of all of that."""

    def forget_endings(self, key: Key) -> None:
        """Note that nobody waits any more to hear which alerts ended."""

    def inhibit(self, alert: UUID, key: Key, *, firing: bool) -> None:
        """Note whether an alert fires that others wait for."""

    def inhibits(self, key: Key, but: UUID) -> bool:
        """Return whether an alert fires that those with this key wait for, other than `but` itself."""

    def inhibited(self) -> list[Run]:
        """Return the runs that wait for such an alert, in their order."""


class Memory:
    """A ledger for as long as one looks. `every` holds all runs that there were, `told_in` those that each incident knows of."""

    def __init__(self) -> None:
        self.runs: dict[UUID, Run] = {}
        self.groups: dict[Key, Group] = {}
        self.every: list[Run] = []
        self.told_in: dict[str, list[Run]] = {}
        self._unsaid: dict[Key, dict[int, Run]] = {}
        self._inhibiting: dict[UUID, Key] = {}
        self._due: list[tuple[datetime, int, int, Key, int, Run | Group]] = []

    def run(self, alert: UUID) -> Run | None:
        return self.runs.get(alert)

    def put(self, run: Run) -> None:
        before = self.runs.get(run.alert)
        if before is not run:
            self.runs[run.alert] = run
            self.every.append(run)
            if before is not None:
                self._unsaid.get(before.group, {}).pop(before.number, None)
        unsaid = self._unsaid.setdefault(run.group, {})
        if run.state in {State.READY, State.ENDING}:
            unsaid[run.number] = run
        else:
            unsaid.pop(run.number, None)
        if run.due_at:
            heappush(self._due, (run.due_at, 0, run.number, (), id(run), run))

    def group(self, key: Key) -> Group:
        return self.groups.setdefault(key, Group(key))

    def put_group(self, group: Group) -> None:
        self.groups[group.key] = group
        if group.due_at:
            heappush(self._due, (group.due_at, 1, 0, group.key, id(group), group))

    def due(self, until: datetime) -> Run | Group | None:
        while self._due and self._due[0][0] <= until:
            at, *_, found = heappop(self._due)
            # What was put again with another time, or replaced, stands there in vain.
            if found.due_at == at and (isinstance(found, Group) or self.runs.get(found.alert) is found):
                return found
        return None

    def unsaid(self, key: Key, ended_after: datetime | None) -> tuple[list[Line], int]:
        unsaid = self._unsaid.get(key, {})
        for run in list(unsaid.values()):
            if ended_after and run.over_at and run.over_at <= ended_after:
                run.state = State.OVER
                del unsaid[run.number]
        found = [unsaid[number] for number in sorted(unsaid)]
        return [line(run) for run in found[:LINES_MAX]], len(found)

    def say(self, key: Key, about: str) -> None:
        for run in self._unsaid.pop(key, {}).values():
            if run.state is State.READY:
                said(run, about)
                self.told_in.setdefault(about, []).append(run)
            else:
                run.state = State.OVER

    def forget_endings(self, key: Key) -> None:
        unsaid = self._unsaid.get(key, {})
        for run in list(unsaid.values()):
            if run.state is State.ENDING:
                run.state = State.OVER
                del unsaid[run.number]

    def inhibit(self, alert: UUID, key: Key, *, firing: bool) -> None:
        if firing:
            self._inhibiting[alert] = key
        else:
            self._inhibiting.pop(alert, None)

    def inhibits(self, key: Key, but: UUID) -> bool:
        return any(found == key and alert != but for alert, found in self._inhibiting.items())

    def inhibited(self) -> list[Run]:
        return sorted((run for run in self.runs.values() if waits_inhibited(run)), key=lambda run: run.number)


def line(run: Run) -> Line:
    """Return how a run is told."""
    return Line(run.number, run.over_at is None, run.title, run.labels)


def said(run: Run, about: str) -> None:
    """Note at a run that was ready that its incident knows of it."""
    run.state, run.about, run.why = State.TOLD if run.over_at is None else State.OVER, about, Why.NOTHING


def waits_inhibited(run: Run) -> bool:
    """Return whether a run waits for another alert to end."""
    return run.state is State.WAITS and run.why is Why.INHIBITED
