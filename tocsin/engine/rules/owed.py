"""What is owed now: when the clock of a duty opens, moves and ends, entry by entry (CLK-01 to CLK-11, LVL-07, language reference section 7)."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from tocsin.engine import clocks, owners, streams
from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.engine.collections import Entry
from tocsin.engine.namespaces import bare, part_of
from tocsin.engine.program import Cases, Obligation, Program
from tocsin.engine.reads import Read, of_collection, of_condition, of_expression, of_limit, of_phase, of_standing
from tocsin.engine.rules import beginning, keeping, opening, registers, situations
from tocsin.engine.rules.obligations import clocks_of, in_order, meet, move, running
from tocsin.engine.rules.opening import Anchor
from tocsin.engine.run_over import entries, undivided
from tocsin.engine.times import Span, add, parse
from tocsin.engine.turn import Turn
from tocsin.engine.values import holds, truth

NOUN: Final = "owed"


def reads(program: Program) -> Iterator[tuple[Obligation, Iterator[Read]]]:
    """Yield every obligation, with what decides whether its clocks open, move or end."""
    for rule in program.obligations.values():
        yield rule, _reads(program, rule)


def _reads(program: Program, rule: Obligation) -> Iterator[Read]:
    yield from (("clocks", rule.id), ("clocks", rule.was), ("passed", rule.id), ("situations", rule.situation))
    yield from of_phase(rule.id)
    if rule.levels:
        yield from of_standing(rule.id, "level")
    if streams.has(program, rule.owes):
        yield "streams", ""
    for collection in rule.collections:
        yield from of_collection(collection)
    for moment in (*rule.anchors, *rule.until, rule.unless):
        yield "moments", moment
    yield from (("clocks", name) for name in rule.met_by_all)
    yield from of_expression(program, rule.when)
    yield from of_expression(program, rule.where)
    for role in owners.of_roster(program, rule.manned) if rule.manned else ():
        yield from (("roles", role.id), ("seats", role.id))
    yield from of_collection(rule.covered)
    if rule.verb == "ensure" and rule.object:
        yield from of_condition(program, program.conditions[rule.object])
    yield from of_limit(program, rule.every or rule.within)


def settle(turn: Turn) -> None:
    """Bring every clock in line with what now holds: open, move or end it."""
    whole = turn.program.once("undivided", undivided)
    for rule in turn.stale(NOUN):
        past = [turn.state.clocks[name] for name in turn.state.clocks_of.get(rule.id, ())]
        if rule.id in whole and not any(clock.entry for clock in past):
            _settle_entry(turn, rule, whole[rule.id], past)
        else:
            _settle_entries(turn, rule)


def end_with_the_incident(turn: Turn) -> None:
    """End the clocks that belong to no rule where a plan is over."""
    for clock in in_order(turn.state):
        over = turn.state.phase_of(clock.obligation) in t.OVER
        if over and clock.status == "open" and _ends_with_the_incident(turn, clock):
            turn.emit(t.ClockEnded(at=turn.at, by=t.SYSTEM, clock=clock.clock, reason="closed"))


def _settle_entries(turn: Turn, rule: Obligation) -> None:
    known: dict[str, list[t.Clock]] = {}
    for clock in clocks_of(turn.state, (rule.id,)):
        known.setdefault(clock.entry, []).append(clock)
    present = {entry.key: entry for entry in entries(turn.program, turn.state, rule, turn.instant)}
    for entry in present.values():
        _settle_entry(turn, rule, entry, [turn.state.clocks[clock.clock] for clock in known.get(entry.key, ())])
    for key, clocks_ in known.items():
        if key not in present:
            _gone(turn, [clock.clock for clock in clocks_])


def _ends_with_the_incident(turn: Turn, clock: t.Clock) -> bool:
    """Signatures and calls are not waited for any more; what a tracked entry of a record asks of a person is, unless it was a false alarm."""
    if clock.obligation in turn.program.records:
        return turn.state.phase_of(clock.obligation) == "cancelled"
    return clock.obligation not in turn.program.obligations


def _settle_entry(turn: Turn, rule: Obligation, entry: Entry, past: Collection[t.Clock]) -> None:
    anchor = _anchor(turn, rule, entry)
    if anchor is None and not past:
        return
    why_not = _why_not(turn, rule, entry, anchor)
    for clock in past:
        if clock.status in RUNNING:
            _reconsider(turn, rule, entry, clock, why_not, anchor=anchor)
    if why_not == "" and anchor and not rule.promised:
        _open(turn, rule, entry, anchor, [turn.state.clocks[clock.clock] for clock in past])
        if rule.verb == "ensure":
            keeping.keep(turn, rule, entry)
        if rule.met_by_all:
            _meet_together(turn, rule, entry.key)


def _meet_together(turn: Turn, rule: Obligation, entry: str) -> None:
    """Meet what is done once other duties are, as soon as the last of them is."""
    for clock in running(turn.state, rule.id, entry):
        done = [_done_since(turn.state, name, clock.began_at) for name in rule.met_by_all]
        if any(done) and None not in done:
            meet(turn, "reach", rule.id, entries=(entry,))


def _done_since(state: t.State, obligation: str, began_at: datetime) -> bool | None:
    """Return whether a duty has been done since then; false if it is waived or was not needed, None while it is still to be done."""
    known = clocks_of(state, (obligation,))
    if running(state, obligation):
        return None
    if any(clock.met_at and clock.met_at >= began_at for clock in known):
        return True
    return False if any(clock.status == "waived" or clock.ended == "not_needed" for clock in known) else None


def _gone(turn: Turn, names: Collection[str]) -> None:
    """Nothing is owed any more to an entry that is gone: it was there by mistake, or is dealt with."""
    for name in names:
        if turn.state.clocks[name].status in RUNNING:
            turn.emit(t.ClockEnded(at=turn.at, by=t.SYSTEM, clock=name, reason="no_longer"))


def applies(turn: Turn, rule: Obligation, entry: Entry) -> bool:
    """Return whether `rule` is owed now."""
    return _why_not(turn, rule, entry, _anchor(turn, rule, entry)) == ""


def _why_not(turn: Turn, rule: Obligation, entry: Entry, anchor: Anchor | None) -> t.EndReason | Literal[""] | None:
    """Return why the obligation does not apply (the reason a clock would end with), the empty string if it does, None if unknown."""
    state = turn.state
    phase = state.phase_of(rule.id)
    if phase in t.OVER:
        return "closed" if phase == "closed" else "cancelled"
    if anchor is None:
        return "withdrawn"
    if rule.until and _until(turn, rule, entry, anchor):
        return "until"  # what stays when its situation closes or the level changes still ends here
    if rule.situation and not situations.is_open(state, rule.situation):
        return "closed"
    if rule.levels and state.standing(part_of(rule.id)).level not in rule.levels:
        return "level_changed"
    if rule.unless and rule.unless in state.moments:
        return "unless"
    if rule.when is not None:
        value = truth(turn.program, state, rule.when, turn.instant, entry.fields)
        if value is not True:
            return None if value is None else "no_longer"
    return ""


def _until(turn: Turn, rule: Obligation, entry: Entry, anchor: Anchor) -> bool:
    """Return whether a moment that ends the obligation has come since its anchor."""
    named, known = anchor
    for name in rule.until:
        end = _moment(turn, name, entry) if name != named else None
        if end and end.at >= known.at:
            return True
    return False


def _anchor(turn: Turn, rule: Obligation, entry: Entry) -> Anchor | None:
    """Return the first anchor moment that is known."""
    for name in rule.anchors:
        known = _moment(turn, name, entry)
        if known:
            return name, known
    return None


def _moment(turn: Turn, name: str, entry: Entry) -> t.MomentState | None:
    """Return a moment of the incident, or of the entry in hand (`entry.notified`)."""
    return entry.moment(name) if name.startswith("entry.") else turn.state.moments.get(name)


# ------------------------------------------------------------------ opening


def _open(turn: Turn, rule: Obligation, entry: Entry, anchor: Anchor, past: Collection[t.Clock]) -> None:
    name, known = anchor
    latest = max(past, key=lambda clock: clock.generation, default=None)
    if latest and not beginning.comes_again(latest, name, known):
        return
    limit = clocks.resolve(turn.program, turn.state, rule.every or rule.within, turn.instant, entry.fields)
    if limit is None and (rule.every or rule.within):
        return  # its length depends on something not yet known
    begins = beginning.since(turn, rule, entry, name, known.at)
    number = opening.generation(past)
    clock_id = opening.named(rule.id + (f"[{entry.key}]" if entry.key else ""), number, past)
    due = beginning.first_due(turn, rule, name, begins, limit) if limit else None
    if latest and limit and latest.ended == "until" and latest.anchor_generation == known.generation:
        begins, due = turn.instant, beginning.goes_on(turn, rule, latest, limit)
    spelled = str(limit) if limit else ""
    _begin(turn, rule, entry, clock_id, number, anchor=(name, known), begins=begins, limit=spelled, due=due)


def begin_promised(turn: Turn, rule: Obligation, anchor: str, due: datetime, past: Collection[t.Clock]) -> None:
    """Begin a clock of `rule` that is due when a message promised it; what is overdue from an earlier promise stays owed beside it."""
    number = opening.generation(past)
    runs = any(clock.status in RUNNING for clock in past)
    known = (anchor, turn.state.moments[anchor])
    entry = Entry("", owes=rule.owes)
    clock_id = f"{rule.id}#{number}" if runs else rule.id
    _begin(turn, rule, entry, clock_id, number, anchor=known, begins=turn.instant, limit="", due=due)


def _begin(
    turn: Turn,
    rule: Obligation,
    entry: Entry,
    clock: str,
    number: int,
    *,
    anchor: Anchor,
    begins: datetime,
    limit: str,
    due: datetime | None,
) -> None:
    opening.begin(
        turn,
        clock,
        rule.id,
        number,
        owes=turn.state.passed[rule.id].target if rule.id in turn.state.passed else entry.owes,
        entry=entry.key,
        anchor=anchor,
        begins=begins,
        limit=limit,
        due=due,
        recurring=rule.every is not None,
        fixed=rule.fixed,
    )
    if rule.verb == "reach" and _already_there(turn, rule.object, begins):
        meet(turn, "reach", rule.object)


def _already_there(turn: Turn, name: str, begins: datetime) -> bool:
    """Return whether what is to be reached has been: a moment that comes again and again counts only from the beginning on."""
    condition = turn.program.conditions.get(name)
    if condition:
        return holds(turn.program, turn.state, condition, turn.instant) is True
    known = turn.state.moments.get(name)
    return known is not None and (not turn.program.moments[name].repeats or known.at >= begins)


# ------------------------------------------------------------------ ending and moving


def _reconsider(
    turn: Turn, rule: Obligation, entry: Entry, clock: t.Clock, why_not: t.EndReason | Literal[""] | None, *, anchor: Anchor | None
) -> None:
    if why_not:
        if _ends(rule, clock, why_not):
            turn.emit(t.ClockEnded(at=turn.at, by=t.SYSTEM, clock=clock.clock, reason=why_not))
        return
    registers.pass_on(turn, rule, clock, entry)
    if rule.promised:
        return  # due when it was promised, whatever else changes
    if anchor and _corrected(turn, rule, clock, *anchor):
        _move_anchor(turn, rule, clock, *anchor)
        return
    limit = clocks.resolve(turn.program, turn.state, rule.every or rule.within, turn.instant, entry.fields)
    if limit is not None and str(limit) != clock.limit and clock.status == "open":
        _move_limit(turn, rule, clock, limit)


def _ends(rule: Obligation, clock: t.Clock, why_not: t.EndReason) -> bool:
    """Nobody loses an obligation already owed (LVL-07): what is overdue stays, and so does what the plan says stays."""
    if rule.stays and why_not in ("level_changed", "no_longer", "closed"):
        return False
    return clock.recurring or clock.status == "open"


def _corrected(turn: Turn, rule: Obligation, clock: t.Clock, anchor: str, known: t.MomentState) -> bool:
    if anchor == clock.anchor:
        return known.generation == clock.anchor_generation and known.at != clock.anchored_at
    return not clock.recurring or registers.corrects(turn.program, rule, clock, known.at)  # an earlier anchor of the list has become known


def _move_anchor(turn: Turn, rule: Obligation, clock: t.Clock, anchor: str, known: t.MomentState) -> None:
    """Compute the clock anew from the corrected time of its anchor (CLK-08); both times stay in the journal."""
    begins = known.at if clock.began_at == clock.anchored_at else max(known.at, clock.began_at)
    due = clock.due_at
    if clock.limit and not clock.recurring:
        due = add(begins, parse(clock.limit), turn.program.reckons(rule.id))
    elif clock.limit and registers.corrects(turn.program, rule, clock, known.at):
        due = beginning.first_due(turn, rule, anchor, known.at, parse(clock.limit))
    due = min(due, clock.brought_to) if due and clock.brought_to else due
    again = clock.status == "breached" and due is not None and due >= turn.instant
    anchored = replace(clock, anchor=anchor, anchored_at=known.at, began_at=begins)
    move(turn, anchored, due, clocks.remind_at(turn.program, rule.id, begins, due, clock.limit), "corrected", again=again)


def _move_limit(turn: Turn, rule: Obligation, clock: t.Clock, limit: Span) -> None:
    """
    A shorter limit counts from now if that is earlier; a longer one from the start, and for a recurring clock from its next due time.

    One that stands from its anchor counts from there either way.
    """
    assert clock.due_at is not None
    place = turn.program.reckons(rule.id)
    known = parse(clock.limit)
    shorter = add(clock.began_at, limit, place) < add(clock.began_at, known, place)
    if clock.recurring and (limit.clock or known.clock):
        shorter = add(turn.instant, limit, place) < clock.due_at  # how long it is to a time of day depends on when it is asked
    if shorter and not rule.stands:
        due = min(clock.due_at, add(turn.instant, limit, place))
    else:
        due = clock.due_at if clock.recurring else add(clock.began_at, limit, place)
    due = min(due, clock.brought_to) if clock.brought_to else due
    depends = rule.every or rule.within
    by = depends.by if isinstance(depends, Cases) else ""
    remind_at = clock.remind_at if due == clock.due_at else clocks.remind_at(turn.program, rule.id, turn.instant, due, str(limit))
    reason = "plan_changed" if turn.moved else "level_changed" if bare(by) == "level" else "fact_changed"
    move(turn, replace(clock, limit=str(limit)), due, remind_at, reason)


# ------------------------------------------------------------------ another version of the plan (PLN-05)


def renamed(turn: Turn) -> dict[str, str]:
    """Return which obligations with clocks bear another id in the program at hand: the old id to the new one."""
    known = {clock.obligation for clock in turn.state.clocks.values()}
    return {
        rule.was: rule.id for rule in turn.program.obligations.values() if rule.was in known and rule.was not in turn.program.obligations
    }


def leave_behind(turn: Turn) -> None:
    """End the clocks of what the program at hand does not know any more."""
    for clock in in_order(turn.state):
        gone = (
            clock.obligation not in {**turn.program.obligations, **turn.program.records}
            and clocks.link_of(turn.program, clock.obligation) is None
            and not _still_served(turn, clock)
        )
        superseded = clock.anchor == "document.published"  # what is owed for a version is owed for the one that follows it
        if (gone or superseded) and clock.status in RUNNING:
            turn.emit(t.ClockEnded(at=turn.at, by=t.SYSTEM, clock=clock.clock, reason="plan_changed"))


def _still_served(turn: Turn, clock: t.Clock) -> bool:
    """Return whether `clock` is the task of serving a channel that the message, as the program at hand has it, still goes out on."""
    message = turn.state.messages.get(clock.entry)
    template = turn.program.messages.get(message.template) if message else None
    return template is not None and clock.obligation in {f"{template.id}.{channel}" for channel in template.channels}
