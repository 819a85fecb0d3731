"""What can happen to a clock: a recorded fact with everything resolved, each breach once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tocsin.engine.terms.words import Event, Words

EndReason = Literal[
    "until",
    "unless",
    "no_longer",
    "not_needed",
    "handed_on",
    "moved_on",
    "withdrawn",
    "level_changed",
    "closed",
    "cancelled",
    "plan_changed",
]
"""Why a clock ended that was neither met nor waived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfClock(Event):
    """Whatever happens to a clock."""

    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOpened(OfClock):
    """
    A clock is a recorded fact: everything resolved, nothing looked up again.

    `due_at` is None for what is owed without a limit. `anchor` is the moment, `anchored_at` its instant, `began_at` the later of it and
    the instant from which the obligation applied. `limit` is the span allowed, or from one time to the next. `zone` is the plan's.
    """

    obligation: str
    entry: str
    generation: int
    occurrence: int
    owes: str
    anchor: str
    anchor_generation: int
    anchored_at: datetime
    began_at: datetime
    limit: str
    due_at: datetime | None
    remind_at: datetime | None
    recurring: bool
    fixed: bool
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMoved(OfClock):
    """The due time was computed anew. `reason` is level_changed, fact_changed, corrected, promised, by_hand, kept, plan_changed or zone_changed."""

    occurrence: int
    """One more where a breach was already recorded for the old due time, so that the new one can be breached in its turn."""
    anchor: str
    anchored_at: datetime
    began_at: datetime
    limit: str
    due_at: datetime | None
    remind_at: datetime | None
    status: Literal["open", "breached"]
    """After the move: a breached one may be open again; the breach itself stays recorded."""
    reason: str
    words: Words = ""
    """Why, where a person brought it forward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReminded(OfClock):
    occurrence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBreached(OfClock):
    """
    The due instant passed unmet: once per (clock, generation, occurrence). `at` is when the server saw it, `due_at` when it was due.

    `late_s` is how late the server itself was; `after_downtime` that it had been down when the clock fell due; `clock_suspect` that this
    was within a time that the server's own clock left out when it was set forward.
    """

    obligation: str
    owes: str
    generation: int
    occurrence: int
    due_at: datetime
    after_downtime: bool
    clock_suspect: bool
    late_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceMissed(OfClock):
    """
    A recurring clock's occurrence passed unmet and the next one opened: one open occurrence at any time.

    `missed` is how many this event says were missed (more than one after a downtime); `due_at` is the first of them.
    """

    obligation: str
    owes: str
    generation: int
    occurrence: int
    missed: int
    due_at: datetime
    last_due_at: datetime
    next_occurrence: int
    next_due_at: datetime
    next_remind_at: datetime | None
    after_downtime: bool
    clock_suspect: bool
    late_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RungReached(OfClock):
    """A rung of a ladder was carried out; `next_at` is when it comes again."""

    occurrence: int
    rung: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMet(OfClock):
    """
    Fulfilled. `margin_s` is positive when early and negative when late; `happened_at` is when the act was done.

    `settled`: a breach was recorded, but the act had been in time and was entered late. For a recurring clock the next occurrence follows.
    """

    obligation: str
    occurrence: int
    happened_at: datetime
    margin_s: int | None
    late: bool
    settled: bool
    next_occurrence: int | None = None
    next_due_at: datetime | None = None
    next_remind_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWaived(OfClock):
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEnded(OfClock):
    reason: str
    """An `EndReason`; open, so that a record is read whatever release wrote it."""
