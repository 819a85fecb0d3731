"""Obligations: the clocks that run, and what meets them (CLK-01 to CLK-11, language reference section 7)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from tocsin.engine import clocks
from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.engine.program import Obligation, Program
from tocsin.engine.reads import Read
from tocsin.engine.rules import audiences, moments, registers
from tocsin.engine.times import add, parse
from tocsin.engine.turn import Turn


def in_order(state: t.State) -> list[t.Clock]:
    """Return the clocks by name: events come in the same order whether the state lived on or was read back."""
    return [state.clocks[name] for name in sorted(state.clocks)]


def running(state: t.State, obligation: str, entry: str | None = None) -> list[t.Clock]:
    """Return the clocks of `obligation` that still run (open or overdue); of one entry, or of all for None."""
    names = state.clocks_of.get(obligation)
    if not names:
        return []
    known = (state.clocks[name] for name in names)
    return [clock for clock in known if clock.status in RUNNING and entry in (None, clock.entry)]


def clocks_of(state: t.State, rules: Iterable[str]) -> list[t.Clock]:
    """Return the clocks of the obligations `rules` by name."""
    names = [name for rule in rules for name in state.clocks_of.get(rule, ())]
    return [state.clocks[name] for name in sorted(names)]


# ------------------------------------------------------------------ meeting


def meet(
    turn: Turn,
    verb: str,
    object_: str,
    *,
    entries: Collection[str] | None = None,
    happened_at: datetime | None = None,
    since: datetime | None = None,
) -> None:
    """
    Meet every running clock that this act fits: same verb and object, one of these entries if given. One act may meet many clocks.

    What has been so `since` an earlier time, and is learned now, meets from then on what is owed once.
    """
    rules = turn.program.once("met_by", _met_by).get((verb, object_), ())
    for clock in clocks_of(turn.state, rules):
        rule = turn.program.obligations[clock.obligation]
        if (entries is None or clock.entry in entries) and clock.status in RUNNING:
            known = max(since, clock.began_at) if since and not clock.recurring else None
            meet_clock(turn, clock, known or happened_at or turn.instant)
            registers.done(turn, rule, clock, known or happened_at or turn.instant)
            for moment in (*rule.marks, f"{rule.id}.done"):
                moments.record(turn, moment)
            turn.queue(rule.then, f"done:{rule.id}")


def duties_to(program: Program, verb: str, object_: str) -> tuple[Obligation, ...]:
    """Return what is owed by doing just this, such as sending one message, in the order of the plan."""
    return program.once("duties", _duties).get((verb, object_), ())


def _duties(program: Program) -> Mapping[tuple[str, str], tuple[Obligation, ...]]:
    found: dict[tuple[str, str], tuple[Obligation, ...]] = {}
    for rule in program.obligations.values():
        found[rule.verb, rule.object] = (*found.get((rule.verb, rule.object), ()), rule)
    return found


def _met_by(program: Program) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the obligations that an act meets, by its verb and object."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for rule in program.obligations.values():
        for object_ in (rule.object or rule.id, *audiences.served_by(program, rule)):
            act = (rule.verb, object_)
            found[act] = (*found.get(act, ()), rule.id)
    return found


def waiting_for(program: Program, verb: str, object_: str) -> Iterator[Read]:
    """Yield the clocks that this act would meet."""
    for name in program.once("met_by", _met_by).get((verb, object_), ()):
        yield from (("clocks", name), ("clocks", program.obligations[name].was))


def meet_clock(turn: Turn, clock: t.Clock, happened_at: datetime) -> None:
    """Record that `clock` is met by an act at `happened_at`; a recurring one goes on with its next occurrence."""
    calendar = clock.fixed and clock.anchor in turn.program.moments and turn.program.moments[clock.anchor].dated
    if clock.behind and clock.last_due_at and (calendar or happened_at <= clock.last_due_at):
        _settle_missed(turn, clock, happened_at)
        return
    margin = _seconds(clock.due_at - happened_at) if clock.due_at else None
    late = clock.due_at is not None and happened_at > clock.due_at
    following: datetime | None = None
    if clock.recurring and clock.due_at:
        interval = parse(clock.limit)
        base = clock.due_at if clock.fixed or interval.clock else happened_at  # what is due at a time of day is on its grid
        following = add(base, interval, turn.program.reckons(clock.obligation))
    turn.emit(
        t.ClockMet(
            at=turn.at,
            by=turn.by,
            clock=clock.clock,
            obligation=clock.obligation,
            occurrence=clock.occurrence,
            happened_at=happened_at,
            margin_s=margin,
            late=late,
            settled=clock.status == "breached" and not late,
            next_occurrence=clock.occurrence + 1 if following else None,
            next_due_at=following,
            next_remind_at=clocks.remind_at(turn.program, clock.obligation, clock.due_at or happened_at, following, clock.limit),
        )
    )


def _settle_missed(turn: Turn, clock: t.Clock, happened_at: datetime) -> None:
    """
    An act entered late that had been in time settles the missed occurrence, and so does whatever is done on a grid of the calendar: the
    report of the last quarter is not that of this one. The open occurrence goes on, and the breach stays recorded.
    """
    assert clock.last_due_at is not None
    late = happened_at > clock.last_due_at
    turn.emit(
        t.ClockMet(
            at=turn.at,
            by=turn.by,
            clock=clock.clock,
            obligation=clock.obligation,
            occurrence=clock.occurrence - 1,
            happened_at=happened_at,
            margin_s=_seconds(clock.last_due_at - happened_at),
            late=late,
            settled=not late,
            next_occurrence=clock.occurrence,
            next_due_at=clock.due_at,
            next_remind_at=clock.remind_at,
        )
    )


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def move(
    turn: Turn,
    clock: t.Clock,
    due_at: datetime | None,
    remind_at: datetime | None,
    reason: str,
    *,
    by: str = t.SYSTEM,
    again: bool = False,
    words: str = "",
) -> None:
    """Record that a clock, as it is now, is due at another time; one that was breached is open `again`, and may be breached in its turn."""
    turn.emit(
        t.ClockMoved(
            at=turn.at,
            by=by,
            clock=clock.clock,
            occurrence=clock.occurrence + again,
            anchor=clock.anchor,
            anchored_at=clock.anchored_at,
            began_at=clock.began_at,
            limit=clock.limit,
            due_at=due_at,
            remind_at=remind_at,
            status="open" if again or clock.status == "open" else "breached",
            reason=reason,
            words=words,
        )
    )


def reckon(turn: Turn, command: t.Reckon) -> t.Refused | None:
    """Let open clocks be due at the same local time by the new rules of their zones."""
    for name, due in sorted(command.due.items()):
        clock = turn.state.clocks.get(name)
        if clock is None or clock.status != "open" or clock.due_at is None or clock.due_at == due:
            continue
        move(turn, clock, due, clock.remind_at and clock.remind_at + (due - clock.due_at), "zone_changed", words=command.edition)
    return None


def bring_forward(turn: Turn, clock: t.Clock, due: datetime, reason: str, words: str = "") -> None:
    """Let an open clock be due earlier; to a later time, or from none, nothing moves."""
    if clock.status != "open" or clock.due_at is None or due >= clock.due_at:
        return
    remind_at = clocks.remind_at(turn.program, clock.obligation, turn.instant, due)
    move(turn, clock, due, remind_at, reason, by=turn.by, words=words)
