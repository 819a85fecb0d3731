"""What is to stay true: kept while its condition holds, breached each time it turns false."""

from dataclasses import replace

from tocsin.engine import coverage, owners
from tocsin.engine import terms as t
from tocsin.engine.collections import Entry
from tocsin.engine.program import Obligation
from tocsin.engine.rules import moments, obligations
from tocsin.engine.turn import Turn
from tocsin.engine.values import holds


def keep(turn: Turn, rule: Obligation, entry: Entry) -> None:
    """Follow what is to stay true: breached each time it turns false, kept again once it holds (language reference, section 7)."""
    if rule.covered:
        _cover(turn, rule, entry)
        return
    held = _held(turn, rule, entry)
    for clock in obligations.running(turn.state, rule.id, entry.key):
        if held is False and clock.status == "open":
            _not_kept(turn, rule, clock)
        elif held is True and clock.status == "breached":
            obligations.move(turn, replace(clock, limit=""), None, None, "kept", again=True)


def _cover(turn: Turn, rule: Obligation, entry: Entry) -> None:
    """Let the clock stand at the instant at which the next stretch has to be known: so much before the last of those that follow ends."""
    end = coverage.until(coverage.stretches(turn.program, turn.state, rule.covered), turn.instant)
    for clock in obligations.running(turn.state, rule.id, entry.key):
        due = max(end - rule.over, clock.began_at)
        if due == clock.due_at or (clock.status == "breached" and due <= turn.instant):
            continue
        again = clock.status == "breached"
        obligations.move(turn, replace(clock, limit=""), due, None, "kept", again=again)


def _held(turn: Turn, rule: Obligation, entry: Entry) -> bool | None:
    if rule.filled:
        return all(name in entry.fields for name in rule.filled)
    if rule.manned:
        return any(owners.found(turn.program, turn.state, role.id) for role in owners.of_roster(turn.program, rule.manned))
    return holds(turn.program, turn.state, turn.program.conditions[rule.object], turn.instant)


def _not_kept(turn: Turn, rule: Obligation, clock: t.Clock) -> None:
    turn.emit(
        t.ClockBreached(
            at=turn.at,
            by=t.SYSTEM,
            clock=clock.clock,
            obligation=rule.id,
            owes=clock.owes,
            generation=clock.generation,
            occurrence=clock.occurrence,
            due_at=turn.instant,
            after_downtime=False,
            clock_suspect=False,
            late_s=0,
        )
    )
    told = owners.persons(turn.program, turn.state, (clock.owes,))
    turn.emit(
        t.Told(at=turn.at, by=t.SYSTEM, targets=(clock.owes,), persons=told, cause=f"breached:{clock.clock}", urgent=True, accept=False)
    )
    moments.record(turn, f"{rule.id}.breached")
