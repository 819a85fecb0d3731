"""Clocks: their limits, their due times, what time alone will do to a state next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import Final, Literal, NamedTuple

from tocsin.engine import shifts
from tocsin.engine import terms as t
from tocsin.engine.expressions import Name, Value
from tocsin.engine.program import Cases, Condition, FromFact, Ladder, Limit, Link, Program, Rung, Situation
from tocsin.engine.times import Place, Span, add, parse
from tocsin.engine.values import edges_of, holding_since, lookup

RUNNING: Final = ("open", "breached")
TICK: Final = timedelta(microseconds=1)
"""The smallest step after a due instant: an act at exactly the due instant is still in time."""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """What the plan says of a clock while it runs, whether it belongs to an obligation or to a link of a chain."""

    remind: Fraction | Span
    late: Ladder
    stays: bool
    link: Link | None = None


def rule_of(program: Program, obligation: str) -> ClockRule:
    """Return the rule behind a clock; `obligation` is an obligation's id, or `<decision or message>.<does>` for a link."""
    return program.once_for("clock_rules", obligation, _rule_of)


def _rule_of(program: Program, obligation: str) -> ClockRule:
    defaults = program.part(obligation).program.defaults
    rule = program.obligations.get(obligation)
    if rule:
        return ClockRule(rule.remind or defaults.remind, rule.late, rule.stays)
    record = program.records.get(obligation)
    if record and record.tracked:
        return ClockRule(defaults.remind, record.tracked.late, stays=False)
    link = link_of(program, obligation)
    return ClockRule(defaults.remind, link.late if link else (), stays=False, link=link)


def link_of(program: Program, obligation: str) -> Link | None:
    """Return the link that the clock id `<subject>.<does>` stands for, or None."""
    subject, _, does = obligation.partition(".")
    decision = program.decisions.get(subject)
    chain = (*decision.chain, *(link for option in decision.options for link in option.chain)) if decision else ()
    if subject in program.messages:
        chain = program.messages[subject].approvals
    return next((link for link in chain if link.does == does), None)


def resolve(program: Program, state: t.State, limit: Limit | None, at: datetime, entry: Mapping[str, Value] | None = None) -> Span | None:
    """Return the length that `limit` has now, or None while the fact (or field of the entry in hand) it depends on is unknown."""
    match limit:
        case Cases():
            return limit.of(lookup(program, state, at, entry)(Name(limit.by)))
        case FromFact(fact):
            value = lookup(program, state, at, entry)(Name(fact))
            if isinstance(value, str) and fact.startswith("entry."):
                return parse(value)  # a field that says a length of time by the calendar
            return Span(exact=value) if isinstance(value, timedelta) and value > timedelta() else None
        case _:
            return limit


def remind_at(program: Program, obligation: str, begins: datetime, due: datetime | None, limit: str = "") -> datetime | None:
    """
    Return when the owner is reminded: at a part of the limit (two thirds unless said otherwise), or some time before it is due.
    """
    if due is None:
        return None
    remind, place = rule_of(program, obligation).remind, program.reckons(obligation)
    if isinstance(remind, Span):
        return max(begins, add(due, -remind, place))
    return _part(place, begins, due, limit, remind, after=begins)


def _part(place: Place, begins: datetime, due: datetime, limit: str, part: Fraction, *, after: datetime) -> datetime:
    """
    Return the instant that lies a `part` of the limit `after` another; of a limit in business time the part is business time, too, unless it
    ends at a time of day, which may lie where none is counted.
    """
    if not part or isinstance(place, str) or not limit or not parse(limit).is_business or parse(limit).clock:
        return after + (due - begins) * part.numerator // part.denominator
    return place.ahead(after, 0, place.between(begins, due) * part.numerator // part.denominator)


def rungs_of(program: Program, state: t.State, clock: t.Clock, at: datetime) -> tuple[Rung, ...]:
    """Return the ladder of `clock` as it stands in the present case."""
    ladder = rule_of(program, clock.obligation).late
    if not isinstance(ladder, Cases):
        return ladder
    return ladder.of(lookup(program, state, at)(Name(ladder.by))) or ()


# ------------------------------------------------------------------ what time alone will do


class Wake(NamedTuple):
    """Something that happens at `at` unless something else comes first. `kind` orders what falls together; `subject` says what."""

    at: datetime
    kind: Literal["1_held", "2_door", "3_remind", "4_breach", "5_rung", "6_unaccepted", "7_figure", "8_shift"]
    subject: str
    number: int = 0
    """Which rung or door."""


def wakes(program: Program, state: t.State) -> Iterator[Wake]:
    """Yield everything that time alone will do to `state`, in no order."""
    if state.phase == "cancelled":
        return
    for clock in state.clocks.values():
        if clock.status in RUNNING:
            yield from _of_clock(program, state, clock)
    yield from _of_no_clock(program, state)


def _of_no_clock(program: Program, state: t.State) -> Iterator[Wake]:
    yield from structural(program, state)
    yield from _of_figures(program, state)
    for at, role in shifts.turns(program, state):
        yield Wake(at, "8_shift", role)
    for role, seat in state.roles.items():
        if state.phase != "closed" and not seat.accepted and not state.turned.get(f"unaccepted:{role}"):
            yield Wake(seat.at + program.part(role).program.defaults.accept_within, "6_unaccepted", role)


def _of_figures(program: Program, state: t.State) -> Iterator[Wake]:
    """A figure read at a time of its own is read then, and once."""
    for figure in program.figures.values():
        begun = state.moments.get(figure.begins)
        if figure.at is None or begun is None or figure.id in state.figures or state.turned.get(f"read:{figure.id}"):
            continue
        yield Wake(add(begun.at, figure.at, program.reckons(figure.id)), "7_figure", figure.id)


def structural(program: Program, state: t.State) -> Iterator[Wake]:
    """Yield the wakes that can change which obligations apply: holds that mature and doors that open or close after a time."""
    for condition in held(program):
        since = holding_since(state, condition)
        if since and condition.hold and not state.turned.get(f"held:{condition.id}"):
            yield Wake(since + condition.hold, "1_held", condition.id)
    for trigger in program.triggers.values() if state.phase != "closed" else ():
        for entry, edge in edges_of(program, state, trigger):
            fired = state.firings.get(f"{trigger.id}[{entry}]" if entry else trigger.id)
            if edge.value and (fired is None or fired.since < edge.since):
                yield Wake(edge.since + trigger.hold, "1_held", trigger.id)
    for situation in program.once("timed", _timed):
        known = state.situations.get(situation.id)
        is_open = known is not None and known.open
        for index, door in enumerate(situation.closes if is_open else situation.opens):
            anchor = state.moments.get(door.of)
            if door.after is None or anchor is None or door.unless in state.moments:
                continue
            due = add(anchor.at, door.after, program.reckons(situation.id))
            if known is None or known.since < due:
                yield Wake(due, "2_door", situation.id, index)


def held(program: Program) -> list[Condition]:
    """Return the conditions that must hold for a time."""
    return program.once("held", lambda program: [rule for rule in program.conditions.values() if rule.hold])


def _timed(program: Program) -> list[Situation]:
    """Return the situations with a door that opens or closes some time after a moment."""
    return [rule for rule in program.situations.values() if any(door.after is not None for door in (*rule.opens, *rule.closes))]


def _of_clock(program: Program, state: t.State, clock: t.Clock) -> Iterator[Wake]:
    return _of_rungs(program, clock, rungs_of(program, state, clock, state.at or clock.began_at))


def _of_rungs(program: Program, clock: t.Clock, rungs: tuple[Rung, ...]) -> Iterator[Wake]:
    if clock.status == "open" and clock.due_at:
        yield Wake(clock.due_at + TICK, "4_breach", clock.clock)
        if clock.remind_at and not clock.reminded and clock.remind_at < clock.due_at:
            yield Wake(clock.remind_at, "3_remind", clock.clock)
    for index, rung in enumerate(rungs):
        due = rung_at(program, clock, rung, index)
        if due:
            yield Wake(due, "5_rung", clock.clock, index)


def rung_at(program: Program, clock: t.Clock, rung: Rung, index: int) -> datetime | None:
    """Return when the rung of `clock` is next carried out, or None if not any more or not yet."""
    if index in clock.rungs:
        return clock.rungs[index]
    if rung.before:
        if clock.due_at is None or clock.status != "open":
            return None
        return max(clock.began_at, _off(program, clock, clock.due_at, rung))
    passed = clock.last_due_at
    if passed is None or not (clock.status == "breached" or clock.behind):
        return None
    return TICK + _off(program, clock, passed, rung)


def _off(program: Program, clock: t.Clock, due: datetime, rung: Rung) -> datetime:
    """Return the instant that lies a rung's span, or its part of the limit, before or after the due time."""
    place = program.reckons(clock.obligation)
    if isinstance(rung.after, Span):
        return add(due, -rung.after if rung.before else rung.after, place)
    if rung.before:
        return _part(place, clock.began_at, due, clock.limit, 1 - rung.after, after=clock.began_at)
    return _part(place, clock.began_at, due, clock.limit, rung.after, after=due)


def next_due(program: Program, state: t.State) -> datetime | None:
    """Return the next instant at which time alone changes something, or None. Send a Tick then. Pure."""
    return min((wake.at for wake in wakes(program, state)), default=None)


class Agenda:
    """
    What time alone will do to an incident in hand, kept in order from one look to the next. The same as the first of `wakes`.

    Terms never change, so a clock that is the same object wakes at the same instant; only one whose ladder depends on a case is asked anew.
    """

    def __init__(self) -> None:
        self._clocks: Mapping[str, t.Clock] = {}
        self._changed: set[str] | None = None
        """The clocks that may differ from those of the last look; None for any."""
        self._state: t.State | None = None
        self._first: Wake | None = None
        self._seen: t.State | None = None
        self._rest: Wake | None = None
        self._heap: list[tuple[Wake, int, t.Clock]] = []
        self._of_case: dict[str, tuple[t.Clock, tuple[Rung, ...], list[Wake]]] = {}

    def note(self, event: t.AnyEvent) -> None:
        """Take note that `event` changed clocks, so that the next look is at those alone."""
        if self._changed is not None and isinstance(event, t.OfClock):
            self._changed.add(event.clock)
        else:
            self._changed = None

    def forget(self) -> None:
        """Look at every clock anew: the incident went back to what it was."""
        self._changed = None

    def first(self, program: Program, state: t.State) -> Wake | None:
        """Return what time will do next to `state`, or None."""
        if state is not self._state:
            self._first = self._look(program, state)
            self._state = state
        return self._first

    def _look(self, program: Program, state: t.State) -> Wake | None:
        if state.phase == "cancelled":
            return None
        if state.clocks is not self._clocks:
            self._follow(program, state)
        while self._heap and state.clocks.get(self._heap[0][2].clock) is not self._heap[0][2]:
            heappop(self._heap)
        found = [self._heap[0][0]] if self._heap else []
        rest = self._of_no_clock(program, state)
        if rest:
            found.append(rest)
        for name in program.once("cased", _cased):
            for clock_id in state.clocks_of.get(name, ()):
                clock = state.clocks[clock_id]
                if clock.status in RUNNING:
                    found += self._of_cased(program, state, clock)
        return min(found, default=None)

    def _of_cased(self, program: Program, state: t.State, clock: t.Clock) -> list[Wake]:
        """Return the wakes of a clock whose ladder depends on a case; the same while neither the clock nor the case changes."""
        rungs = rungs_of(program, state, clock, state.at or clock.began_at)
        known = self._of_case.get(clock.clock)
        if known is None or known[0] is not clock or known[1] is not rungs:
            known = self._of_case[clock.clock] = clock, rungs, list(_of_rungs(program, clock, rungs))
        return known[2]

    def _of_no_clock(self, program: Program, state: t.State) -> Wake | None:
        """Return the first wake of no clock; the same while nothing changes that they come from."""
        seen = self._seen
        if (
            seen is None
            or state.moments is not seen.moments
            or state.turned is not seen.turned
            or state.roles is not seen.roles
            or state.conditions is not seen.conditions
            or state.situations is not seen.situations
            or state.phase != seen.phase
            or state.edges is not seen.edges
            or state.firings is not seen.firings
            or state.figures is not seen.figures
            or state.seats is not seen.seats
            or state.open_fields is not seen.open_fields
        ):
            self._rest = min(_of_no_clock(program, state), default=None)
            self._seen = state
        return self._rest

    def _follow(self, program: Program, state: t.State) -> None:
        cased = program.once("cased", _cased)
        for name in state.clocks if self._changed is None else self._changed:
            clock = state.clocks[name]
            if clock is not self._clocks.get(name) and clock.status in RUNNING and clock.obligation not in cased:
                wake = min(_of_clock(program, state, clock), default=None)
                if wake:
                    heappush(self._heap, (wake, id(clock), clock))
        self._clocks, self._changed = state.clocks, set()
        if len(self._heap) > 4 * len(self._clocks) + 64:  # a clock that changes often leaves what it was behind
            self._heap = [entry for entry in self._heap if state.clocks.get(entry[2].clock) is entry[2]]
            heapify(self._heap)


def links(program: Program) -> Iterator[str]:
    """Yield what the clocks of signatures are called, for every chain of the plan."""
    for decision in program.decisions.values():
        for option in ("", *(option.id for option in decision.options)):
            yield from (f"{decision.id}.{link.does}" for link in decision.links(option))
    for message in program.messages.values():
        yield from (f"{message.id}.{link.does}" for link in message.approvals)


def _cased(program: Program) -> frozenset[str]:
    """Return the obligations and links whose ladder depends on a case."""
    return frozenset(
        name for name in (*program.obligations, *program.records, *links(program)) if isinstance(rule_of(program, name).late, Cases)
    )
