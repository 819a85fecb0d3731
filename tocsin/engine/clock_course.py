"""The course of a clock: what each event makes of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.copies import put, replace


def after(event: t.OfClock, clocks: Mapping[str, t.Clock]) -> t.Clock:
    """Return the clock that `event` is about as it stands after it."""
    return _AFTER[type(event)](event, clocks)


def _opened(event: t.ClockOpened, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return t.Clock(
        clock=event.clock,
        obligation=event.obligation,
        entry=event.entry,
        generation=event.generation,
        occurrence=event.occurrence,
        owes=event.owes,
        anchor=event.anchor,
        anchor_generation=event.anchor_generation,
        anchored_at=event.anchored_at,
        began_at=event.began_at,
        limit=event.limit,
        due_at=event.due_at,
        remind_at=event.remind_at,
        recurring=event.recurring,
        fixed=event.fixed,
    )


def _moved(event: t.ClockMoved, clocks: Mapping[str, t.Clock]) -> t.Clock:
    clock = clocks[event.clock]
    again = clock.status == "breached" and event.status == "open"
    return replace(
        clock,
        occurrence=event.occurrence,
        anchor=event.anchor,
        anchored_at=event.anchored_at,
        began_at=event.began_at,
        limit=event.limit,
        due_at=event.due_at,
        remind_at=event.remind_at,
        status=event.status,
        reminded=clock.reminded and not again,
        rungs={} if again else clock.rungs,
        brought_to=event.due_at if event.reason == "by_hand" else clock.brought_to,
    )


def _reminded(event: t.ClockReminded, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(clocks[event.clock], reminded=True)


def _breached(event: t.ClockBreached, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(clocks[event.clock], status="breached", last_due_at=event.due_at)


def _occurrence_missed(event: t.OccurrenceMissed, clocks: Mapping[str, t.Clock]) -> t.Clock:
    clock = clocks[event.clock]
    return replace(
        clock,
        occurrence=event.next_occurrence,
        due_at=event.next_due_at,
        remind_at=event.next_remind_at,
        reminded=False,
        missed=clock.missed + event.missed,
        behind=clock.behind + event.missed,
        rungs={},
        brought_to=None,
        last_due_at=event.last_due_at,
    )


def _rung_reached(event: t.RungReached, clocks: Mapping[str, t.Clock]) -> t.Clock:
    clock = clocks[event.clock]
    return replace(clock, rungs=put(clock.rungs, event.rung, event.next_at))


def _met(event: t.ClockMet, clocks: Mapping[str, t.Clock]) -> t.Clock:
    clock = replace(clocks[event.clock], met_at=event.happened_at, margin_s=event.margin_s)
    if event.next_occurrence is None:
        return replace(clock, status="late" if event.late else "met", behind=0)
    return replace(
        clock,
        occurrence=event.next_occurrence,
        due_at=event.next_due_at,
        remind_at=event.next_remind_at,
        reminded=False,
        behind=0,
        rungs={},
        brought_to=None,
        last_due_at=None,
    )


def _waived(event: t.ClockWaived, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(clocks[event.clock], status="waived")


def _ended(event: t.ClockEnded, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(clocks[event.clock], status="ended", ended=event.reason)


_AFTER: Final[Mapping[type[t.OfClock], Callable[[Any, Mapping[str, t.Clock]], t.Clock]]] = {
    t.ClockOpened: _opened,
    t.ClockMoved: _moved,
    t.ClockReminded: _reminded,
    t.ClockBreached: _breached,
    t.OccurrenceMissed: _occurrence_missed,
    t.RungReached: _rung_reached,
    t.ClockMet: _met,
    t.ClockWaived: _waived,
    t.ClockEnded: _ended,
}
