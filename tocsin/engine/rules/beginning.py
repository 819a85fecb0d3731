"""From when the clock of a duty counts, when it is due first, and whether it begins again."""

from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.collections import Entry
from tocsin.engine.program import Obligation
from tocsin.engine.rules import registers
from tocsin.engine.times import Span, add
from tocsin.engine.turn import Turn


def since(turn: Turn, rule: Obligation, entry: Entry, name: str, anchored_at: datetime) -> datetime:
    """Return from when a clock counts: its anchor, or the instant from which it applies, if that is later."""
    if name.startswith("entry.") and not turn.moved and registers.over(turn.program, rule):
        return anchored_at  # what a register says of the time before is what counts
    at_its_anchor = rule.stands or name in turn.fresh or not (rule.conditional or turn.moved)
    begins = anchored_at if at_its_anchor else max(anchored_at, _applies_since(turn, rule, name))
    return begins if rule.stands else max(begins, entry.since or begins)


def _applies_since(turn: Turn, rule: Obligation, name: str) -> datetime:
    """
    Return from when a rule that may begin to apply after its anchor does: now, as far as is known. What runs over entries and waits for its
    situation alone has applied since that opened, however late an entry says when it was.
    """
    situation = turn.state.situations.get(rule.situation)
    waits_for_more = rule.when or rule.where or rule.levels or turn.moved
    return turn.instant if situation is None or waits_for_more or not name.startswith("entry.") else situation.since


def first_due(turn: Turn, rule: Obligation, name: str, begins: datetime, limit: Span) -> datetime:
    """
    Return when a clock is due first. One that counts from before the record began is late once, not once for every time that has passed
    since; a grid of the calendar goes on at its next point.
    """
    place = turn.program.reckons(rule.id)
    due = add(begins, limit, place)
    dated = name in turn.program.moments and turn.program.moments[name].dated
    if rule.every is None or not (dated or registers.over(turn.program, rule)):
        return due
    while (following := add(due, limit, place)) <= turn.instant:
        due = following
    return following if rule.fixed and due < turn.instant else due


def goes_on(turn: Turn, rule: Obligation, latest: t.Clock, limit: Span) -> datetime:
    """Return when a clock that had ended is due again after its end was withdrawn: on its grid, or one limit from now."""
    place = turn.program.reckons(rule.id)
    if not rule.fixed or latest.due_at is None:
        return add(turn.instant, limit, place)
    due = latest.due_at
    while due < turn.instant:
        due = add(due, limit, place)
    return due


def comes_again(latest: t.Clock, anchor: str, known: t.MomentState) -> bool:
    """Return whether a clock of the next generation begins: the anchor came anew, or the obligation applies again."""
    if latest.anchor == anchor and known.generation > latest.anchor_generation:
        return True
    return latest.status == "ended" and latest.ended in ("no_longer", "level_changed", "until")
