"""What passing time does: reminders, breaches, missed occurrences, ladders, holds, doors and roles nobody accepted (CLK-03, CLK-04)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.engine import clocks, owners
from tocsin.engine import terms as t
from tocsin.engine.clocks import Wake
from tocsin.engine.rules import figures, moments, rosters, situations
from tocsin.engine.times import add, parse
from tocsin.engine.turn import Turn

SOON: Final = timedelta(hours=1)
"""What is due within this time is worth waking somebody for."""


def pass_wake(turn: Turn, wake: Wake) -> None:
    """Do what `wake` says happens at its instant."""
    _KINDS[wake.kind](turn, wake)


def _held(turn: Turn, wake: Wake) -> None:
    """A hold has matured, and perhaps others at the same instant: settling whatever depends on such conditions finds out."""
    for condition in clocks.held(turn.program):
        turn.touch(("conditions", condition.id))
    for trigger in turn.program.triggers.values():
        turn.touch(("firings", trigger.id))


def _door(turn: Turn, wake: Wake) -> None:
    situation = turn.program.situations[wake.subject]
    opening = not situations.is_open(turn.state, situation.id)
    door = (situation.opens if opening else situation.closes)[wake.number]
    situations.through(turn, situation, door, opening=opening)


def _figure(turn: Turn, wake: Wake) -> None:
    """Read a figure at its time, as far as there is anything to read."""
    turn.emit(t.ExpressionTurned(at=turn.at, by=t.SYSTEM, subject=f"read:{wake.subject}", value=True))
    figures.keep(turn, wake.subject)


def _remind(turn: Turn, wake: Wake) -> None:
    clock = turn.state.clocks[wake.subject]
    turn.emit(t.ClockReminded(at=turn.at, by=t.SYSTEM, clock=clock.clock, occurrence=clock.occurrence))
    tell(turn, (clock.owes,), f"remind:{clock.clock}")


def _breach(turn: Turn, wake: Wake) -> None:
    clock = turn.state.clocks[wake.subject]
    assert clock.due_at is not None
    after_downtime = turn.down_since is not None and clock.due_at >= turn.down_since
    if clock.recurring:
        _miss(turn, clock, clock.due_at, after_downtime=after_downtime)
        return
    turn.emit(
        t.ClockBreached(
            at=turn.at,
            by=t.SYSTEM,
            clock=clock.clock,
            obligation=clock.obligation,
            owes=clock.owes,
            generation=clock.generation,
            occurrence=clock.occurrence,
            due_at=clock.due_at,
            after_downtime=after_downtime,
            **_seen(turn, clock.due_at),
        )
    )
    _breached(turn, clock)


def _miss(turn: Turn, clock: t.Clock, due: datetime, *, after_downtime: bool) -> None:
    """Record a missed occurrence and open the next; after a downtime, all that were missed meanwhile as one event (CLK-07)."""
    interval = parse(clock.limit)
    place = turn.program.reckons(clock.obligation)
    missed, last, following = 1, due, add(due, interval, place)
    if after_downtime:
        horizon = min([turn.until, *(wake.at for wake in clocks.structural(turn.program, turn.state))])
        while following < horizon:
            missed, last, following = missed + 1, following, add(following, interval, place)
    turn.emit(
        t.OccurrenceMissed(
            at=turn.at,
            by=t.SYSTEM,
            clock=clock.clock,
            obligation=clock.obligation,
            owes=clock.owes,
            generation=clock.generation,
            occurrence=clock.occurrence,
            missed=missed,
            due_at=due,
            last_due_at=last,
            next_occurrence=clock.occurrence + missed,
            next_due_at=following,
            next_remind_at=clocks.remind_at(turn.program, clock.obligation, last, following, clock.limit),
            after_downtime=after_downtime,
            **_seen(turn, due),
        )
    )
    _breached(turn, clock)


def _seen(turn: Turn, due: datetime) -> dict[str, Any]:
    """Return how late the server sees it, and whether by a clock that is to be doubted."""
    suspect = turn.leapt is not None and turn.leapt.since < due <= turn.leapt.until
    return {"clock_suspect": suspect, "late_s": int((turn.at - due).total_seconds())}


def _breached(turn: Turn, clock: t.Clock) -> None:
    """The person who owes it is always told; the ladder says who else."""
    tell(turn, (clock.owes,), f"breached:{clock.clock}", urgent=True)
    moments.record(turn, f"{clock.obligation}.breached")


def _rung(turn: Turn, wake: Wake) -> None:
    clock = turn.state.clocks[wake.subject]
    rung = clocks.rungs_of(turn.program, turn.state, clock, turn.instant)[wake.number]
    place = turn.program.reckons(clock.obligation)
    following = add(wake.at, rung.again, place) if rung.again and not clock.recurring else None
    while following and turn.down_since and following <= turn.until:  # repeats that fell into the downtime are carried out once
        assert rung.again is not None
        following = add(following, rung.again, place)
    turn.emit(t.RungReached(at=turn.at, by=t.SYSTEM, clock=clock.clock, occurrence=clock.occurrence, rung=wake.number, next_at=following))
    turn.queue(rung.effects, f"breached:{clock.clock}")


def _unaccepted(turn: Turn, wake: Wake) -> None:
    seat = turn.state.roles[wake.subject]
    subject = f"unaccepted:{wake.subject}"
    rule = turn.program.roles.get(wake.subject)
    deputies = rule.deputies if rule else ()
    if not seat.called:
        commander = owners.owner(turn.program, turn.state, turn.program.part(wake.subject).commander).person
        assigner = commander if seat.assigned_by == t.SYSTEM else seat.assigned_by
        turn.emit(t.Told(at=turn.at, by=t.SYSTEM, targets=(), persons=(assigner,), cause=subject, urgent=False, accept=False))
    if seat.called < len(deputies):
        deputy = deputies[seat.called]
        person = owners.owner(turn.program, turn.state, deputy).person
        turn.emit(t.DeputyCalled(at=turn.at, by=t.SYSTEM, role=wake.subject, deputy=deputy, person=person))
        turn.emit(
            t.Told(at=turn.at, by=t.SYSTEM, targets=(deputy,), persons=(person,), cause=f"deputy:{wake.subject}", urgent=True, accept=True)
        )
    if seat.called + 1 >= len(deputies):
        turn.emit(t.ExpressionTurned(at=turn.at, by=t.SYSTEM, subject=subject, value=True))


def tell(turn: Turn, targets: tuple[str, ...], cause: str, *, urgent: bool = False, accept: bool = False) -> None:
    """Tell whom `targets` resolve to now; `next_up` is above whoever owes the clock that `cause` names."""
    if "next_up" in targets:
        clock = turn.state.clocks.get(cause.partition(":")[2])
        above = owners.next_up(turn.program, clock.owes if clock else "")
        targets = tuple(above if target == "next_up" else target for target in targets)
    targets = tuple(dict.fromkeys(turn.program.commander if target == "commander" else target for target in targets))
    people = owners.persons(turn.program, turn.state, targets)
    turn.emit(t.Told(at=turn.at, by=turn.by, targets=targets, persons=people, cause=cause, urgent=urgent, accept=accept))


def tell_owners(turn: Turn) -> None:
    """
    Tell everybody on whom something has just fallen of what is due first, once: nobody declared the incident, so nobody looks at it yet.

    Whoever the plan has told already knows. What a role owes that nobody holds is told to whoever answers for it. It is urgent where it is
    due soon: nobody is to be woken for what has time until the morning.
    """
    told = {t.SYSTEM, *(person for event in turn.events if isinstance(event, t.Told) for person in event.persons)}
    begun = [event for event in turn.events if isinstance(event, t.ClockOpened) and event.owes != t.SYSTEM]
    for clock in sorted(begun, key=lambda clock: (clock.due_at is None, clock.due_at or clock.at)):
        standing = turn.state.clocks.get(clock.clock)
        if standing is None or standing.status not in clocks.RUNNING:
            continue
        known = owners.persons(turn.program, turn.state, (clock.owes,)) or (owners.owner(turn.program, turn.state, clock.owes).person,)
        persons = tuple(person for person in known if person and person not in told)
        if persons:
            cause, urgent = f"owed:{clock.clock}", clock.due_at is not None and clock.due_at <= turn.at + SOON
            turn.emit(t.Told(at=turn.at, by=turn.by, targets=(clock.owes,), persons=persons, cause=cause, urgent=urgent, accept=False))
            told.update(persons)


_KINDS: Final[Mapping[str, Callable[[Turn, Wake], None]]] = {
    "1_held": _held,
    "2_door": _door,
    "3_remind": _remind,
    "4_breach": _breach,
    "5_rung": _rung,
    "6_unaccepted": _unaccepted,
    "7_figure": _figure,
    "8_shift": rosters.pass_wake,
}
