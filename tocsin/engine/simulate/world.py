"""The world of one run: people who take up what falls to them, one thing after another, while the engine's clocks go on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from math import log
from typing import Final, NamedTuple

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.decide import go_on, in_hand
from tocsin.engine.simulate.acting import Duty, act, duties, stands
from tocsin.engine.simulate.chance import draw, run_of
from tocsin.engine.simulate.given import Given
from tocsin.engine.simulate.tally import Ledger, Tally

TRIES_MAX: Final = 4
AGAIN: Final = timedelta(minutes=10)
"""After what is refused, because something else must come first, it is tried again."""
INCIDENTS_MAX: Final = 50
STEPS_MAX: Final = 20_000
"""More than any incident of a few hours has; a plan whose duties cause each other without end ends here."""


_SERVER: Final = t.Actor(t.SYSTEM)


class Step(NamedTuple):
    """Something that happens at `at` in the incident `place`: a report, something of the world, a duty that can be taken up, or one done."""

    at: datetime
    number: int
    place: int
    do: Callable[["Incident", datetime], None]


class Incident:
    """One incident of a run, kept in hand."""

    def __init__(self, given: Given, tally: Tally, start: datetime, place: int) -> None:
        self.turn = in_hand(given.program, t.State())
        self.ledger = Ledger(tally, start)
        self.start = start
        self.place = place
        self.pending: set[str] = set()
        self.due: datetime | None = None


def run(given: Given, seed: int, runs: int, *, first: int = 0) -> Tally:
    """Return the counts of `runs` runs, from the number `first` on. Pure: the seed and the number of a run are all its chance."""
    tally = Tally()
    begun: dict[str, Begun] = {}
    for number in range(first, first + runs):
        _World(given, tally, run_of(seed, number), begun).play()
    tally.runs = runs
    return tally


class Begun(NamedTuple):
    """What the engine answered to a declaration, and where that left the incident."""

    answer: tuple[t.AnyEvent, ...] | t.Refused
    state: t.State
    waiting: int


class _World:
    def __init__(self, given: Given, tally: Tally, chance: int, begun: dict[str, Begun]) -> None:
        self.given, self.tally, self.chance, self.begun = given, tally, chance, begun
        self.until = given.until
        self.free: dict[str, datetime] = {}
        """Until when each person is busy."""
        self.incidents: list[Incident] = []
        self.steps: list[Step] = []
        self.number = 0
        self.waking: tuple[datetime, int] | None = None
        """When time alone does something next, and in which incident."""

    def play(self) -> None:
        """Let everything happen, in order of time, until the hours are over."""
        for after in self._arrivals():
            place = len(self.incidents)
            self._plan(self.given.start + after, place, self._report)
            self.incidents.append(Incident(self.given, self.tally, self.given.start + after, place))
        self.tally.incidents += len(self.incidents)
        for _ in range(STEPS_MAX):
            if self.waking and (not self.steps or self.waking[0] < self.steps[0].at):
                at, place = self.waking
                if at > self.until:
                    return
                self._send(self.incidents[place], t.Tick(at=at, by=_SERVER))
            elif self.steps and self.steps[0].at <= self.until:
                step = heappop(self.steps)
                step.do(self.incidents[step.place], step.at)
            else:
                return

    def _arrivals(self) -> list[timedelta]:
        found = list(self.given.arrivals)
        while self.given.apart and len(found) < INCIDENTS_MAX:
            following = found[-1] - self.given.apart * log(draw(self.chance, f"arrival:{len(found)}"))
            if self.given.start + following > self.until:
                break
            found.append(following)
        return found

    def _plan(self, at: datetime, place: int, do: Callable[[Incident, datetime], None]) -> None:
        self.number += 1
        heappush(self.steps, Step(at, self.number, place, do))

    def _send(self, incident: Incident, command: t.Command) -> t.Refused | None:
        """Let the engine decide, and take up what follows."""
        answer = self._begin(incident, command) if isinstance(command, t.Declare) else go_on(incident.turn, command)
        if isinstance(answer, t.Refused):
            return answer
        self.tally.events += len(answer)
        for event in answer:
            incident.ledger.follow(event)
            for duty in duties(incident.turn, event):
                self._fall(incident, duty)
        wake = incident.turn.agenda.first(self.given.program, incident.turn.state)
        incident.due = wake.at if wake else None
        self.waking = min([(one.due, one.place) for one in self.incidents if one.due], default=None)
        return None

    def _begin(self, incident: Incident, declare: t.Declare) -> tuple[t.AnyEvent, ...] | t.Refused:
        """Let the engine decide a declaration; what every run declares at the same instant is decided once for all of them."""
        if declare.at - self.given.start not in self.given.arrivals:
            return go_on(incident.turn, declare)
        known = self.begun.get(declare.incident)
        if known is None:
            answer = go_on(incident.turn, declare)
            known = self.begun[declare.incident] = Begun(answer, incident.turn.state, incident.turn.waiting)
        incident.turn.state, incident.turn.waiting = known.state, known.waiting
        return known.answer

    def _report(self, incident: Incident, at: datetime) -> None:
        program = self.given.program
        reporter = self.given.cast.get(program.commander) or "reporter"
        declare = t.Declare(
            incident=f"sim-{incident.place + 1}",
            number="SIM",
            plan=program.id,
            plan_hash=program.hash,
            means="person",
            words="",
            seats=dict(self.given.cast),
            facts={name: value for name, value in self.given.facts.items() if name in program.facts and not program.facts[name].stated_by},
            by=t.Actor(reporter),
            at=at,
        )
        refused = self._send(incident, declare)
        if refused:
            self.tally.impossible["report"] = f"{refused.code} {refused.message}"
            return
        for after, command in self.given.happens:
            self._plan(at + after, incident.place, partial(self._happen, command))

    def _happen(self, command: t.Command, incident: Incident, at: datetime) -> None:
        stamped = replace(command, at=at)
        if isinstance(stamped, t.Observe):
            stamped = replace(stamped, edges=tuple(replace(edge, since=at) for edge in stamped.edges))
        refused = self._send(incident, stamped)
        if refused:
            self.tally.impossible.setdefault(f"happens:{type(command).__name__}", f"{refused.code} {refused.message}")

    # -------------------------------------------------------------- duties

    def _fall(self, incident: Incident, duty: Duty) -> None:
        """Let a duty fall to whoever it falls to, once it can be taken up; the same one falls once at a time."""
        if duty.name in incident.pending:
            return
        incident.pending.add(duty.name)
        self._plan(duty.ready, incident.place, lambda one, at: self._take(one, at, duty))

    def _take(self, incident: Incident, at: datetime, duty: Duty) -> None:
        """Let the one of the role's people who is free first do it next."""
        if not stands(incident.turn, duty):
            incident.pending.discard(duty.name)
            return
        if duty.role == t.SYSTEM:
            self._do(incident, at, duty, _SERVER, 1)
            return
        holder = owners.owner(self.given.program, incident.turn.state, duty.role).person
        people = (holder, *self.given.deputies.get(duty.role, ()))
        person = min(people, key=lambda one: self.free.get(one, at))
        takes = self.given.times.get(duty.role, self.given.otherwise).at(draw(self.chance, f"{incident.place}:{duty.name}"))
        done = max(at, self.free.get(person, at)) + takes
        self.free[person] = done
        self.tally.in_hand(person, (at - self.given.start).total_seconds(), (min(done, self.until) - self.given.start).total_seconds())
        actor = t.Actor(person, frozenset() if person == holder else frozenset({f"deputy:{duty.role}"}))
        if duty.due and at + takes <= duty.due < done:
            self.tally.delayed[person] = self.tally.delayed.get(person, 0) + 1
        self._plan(done, incident.place, lambda one, now: self._do(one, now, duty, actor, 1))
        if duty.kind == "sign":
            self.tally.unsigned[duty.link] = self.tally.unsigned.get(duty.link, 0) + 1

    def _do(self, incident: Incident, at: datetime, duty: Duty, actor: t.Actor, tries: int) -> None:
        if not stands(incident.turn, duty):
            incident.pending.discard(duty.name)
            return
        incident.pending.discard(duty.name)
        refused: t.Refused | None = None
        for command in act(self.given, incident.turn, duty, actor, at):
            refused = self._send(incident, command)
            if refused is None:
                break
        else:
            if tries < TRIES_MAX:
                incident.pending.add(duty.name)
                self._plan(at + AGAIN, incident.place, lambda one, now: self._do(one, now, duty, actor, tries + 1))
            elif refused:
                self.tally.impossible.setdefault(duty.subject, f"{refused.code} {refused.message}")
            return
        if duty.kind == "sign":
            self.tally.unsigned[duty.link] -= 1
            self.tally.waits.setdefault(duty.link, []).append((at - duty.ready).total_seconds())
