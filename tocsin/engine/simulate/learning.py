"""Learning: how long each role took in incidents of the past, from a clock's opening to its being met. Pure."""

from collections.abc import Iterable

from tocsin.engine import terms as t


def taken(events: Iterable[t.AnyEvent]) -> dict[str, list[float]]:
    """
    Return the seconds that each role took for what it owed once in one incident.

    What recurs is left out: it is begun by the calendar, and its time says nothing of the person.
    """
    begun: dict[str, t.ClockOpened] = {}
    found: dict[str, list[float]] = {}
    for event in events:
        match event:
            case t.ClockOpened(recurring=False) if event.owes != t.SYSTEM:
                begun[event.clock] = event
            case t.ClockMet(clock=clock, happened_at=at) if clock in begun:
                opened = begun.pop(clock)
                seconds = (at - opened.began_at).total_seconds()
                if seconds > 0:
                    found.setdefault(opened.owes, []).append(seconds)
            case _:
                pass
    return found
