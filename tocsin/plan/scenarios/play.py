"""Playing a story: samples become edges, acts become commands, time ticks; every state on the way is kept for the expectations."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce

from tocsin.engine import terms as t
from tocsin.engine import watch
from tocsin.engine.clocks import next_due
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program
from tocsin.engine.times import parse
from tocsin.plan.scenarios.commands import begin, command_of
from tocsin.plan.scenarios.story import Act, Story


@dataclass(slots=True)
class Run:
    """What came of playing a story: every event, the state after each instant, and how each act was answered."""

    program: Program
    story: Story
    events: list[t.AnyEvent] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    states: list[t.State] = field(default_factory=list)
    answers: list[tuple[Act, t.Refused | None]] = field(default_factory=list)

    def state_at(self, at: datetime) -> t.State:
        """Return the state after everything at or before `at`."""
        index = bisect_right(self.times, at)
        return self.states[index - 1] if index else t.State()

    def events_upto(self, at: datetime) -> list[t.AnyEvent]:
        """Return the events recorded at or before `at`."""
        return [event for event in self.events if event.at <= at]


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One thing that happens: the end of a downtime (0), an edge (1), an act (2), a look at the time (3)."""

    at: datetime
    kind: int
    index: int
    edge: t.Edge | None = field(default=None, compare=False)
    act: Act | None = field(default=None, compare=False)


def play(program: Program, story: Story, *, restart: bool = False) -> Run:
    """
    Play `story` through the engine on its own clock and return the run. Pure.

    With `restart` the state is thrown away before every act and folded anew from the events, as after a restart of the server.
    """
    return _Player(program, story, restart=restart).run()


def replayed(events: list[t.AnyEvent]) -> t.State:
    """Return the state that the events alone give."""
    return reduce(evolve, events, t.State())


class _Player:
    def __init__(self, program: Program, story: Story, *, restart: bool) -> None:
        self.program, self.story, self.restart = program, story, restart
        self.state = t.State()
        self.result = Run(program, story)

    def run(self) -> Run:
        waiting: list[t.Edge] = []
        for step in steps(self.program, self.story):
            gap = self._down(step.at)
            if step.edge is not None:
                waiting.append(step.edge)
            if gap and step.at < gap[1]:
                continue
            if step.kind == 0:
                self._send(t.Tick(at=step.at, by=t.Actor(t.SYSTEM), down_since=gap[0] if gap else None))
            self._tick_until(step.at)
            if step.act:
                self._act(step.act)
            if self.state.incident and waiting:
                self._send(t.Observe(edges=tuple(waiting), by=t.Actor(t.SYSTEM), at=step.at))
                waiting = []
            self._tick_until(step.at)
            self._keep(step.at)
        return self.result

    def _down(self, at: datetime) -> tuple[datetime, datetime] | None:
        return next(((since, until) for since, until in self.story.down if since <= at <= until), None)

    def _tick_until(self, at: datetime) -> None:
        """Tick at every instant at which time alone changes something, as the ticker does."""
        while self.state.incident:
            due = next_due(self.program, self.state)
            if due is None or due > at:
                return
            self._send(t.Tick(at=max(due, self.state.at or due), by=t.Actor(t.SYSTEM)))

    def _act(self, act: Act) -> None:
        if self.restart:
            self.state = replayed(self.result.events)
        if not self.state.incident and act.what not in ("report", "sample", "feed"):
            self._send(begin(self.program, self.story, act))
        command = command_of(self.program, self.story, act, self.state)
        if command is not None:
            self.result.answers.append((act, self._send(command)))

    def _send(self, command: t.Command) -> t.Refused | None:
        answer = decide(self.program, self.state, command)
        if isinstance(answer, t.Refused):
            return answer
        self.state = reduce(evolve, answer, self.state)
        self.result.events += answer
        return None

    def _keep(self, at: datetime) -> None:
        self.result.times.append(at)
        self.result.states.append(self.state)


# ------------------------------------------------------------------ the order of things


def steps(program: Program, story: Story) -> Iterator[Step]:
    """Yield everything that happens in `story`, in order of time."""
    known = series(program, story)
    found: list[Step] = []
    edges = watch.edges(program, known, {}, None, _horizon(story))
    found += [Step(edge.since, 1, index, edge=edge) for index, edge in enumerate(edges)]
    found += [Step(until, 0, index) for index, (_, until) in enumerate(story.down)]
    found += [Step(act.at, 2, index, act=act) for index, act in enumerate(story.acts)]
    found += [Step(expectation.at, 3, index) for index, expectation in enumerate(story.expectations)]
    return iter(sorted(found))


def _horizon(story: Story) -> datetime:
    return max([story.start, *(act.at for act in story.acts), *(expectation.at for expectation in story.expectations)])


def series(program: Program, story: Story) -> Mapping[str, watch.Series]:
    """Return every sample of the story by signal, with the baselines given."""
    first = min([story.start, *(act.at for act in story.acts)])
    found: dict[str, dict[datetime, watch.Sample]] = {name: {} for name in program.signals}
    for feed in story.feeds:
        at = feed.since or story.start - ((story.start - first) // feed.every) * feed.every
        until = feed.until or _horizon(story) + feed.every
        while at < until:
            found[feed.signal][at] = watch.Sample(at, feed.value, feed.over)
            at += feed.every
    for act in story.acts:
        if act.what == "sample":
            for name, sample in act.body["sample"].items():
                found[name][act.at] = _sample(act.at, sample)
    return {name: watch.series(samples.values(), story.baseline.get(name)) for name, samples in found.items()}


def _sample(at: datetime, written: Mapping[str, object] | object) -> watch.Sample:
    if isinstance(written, Mapping):
        over = parse(str(written["over"])).exact if "over" in written else timedelta()
        return watch.Sample(at, Decimal(str(written["value"])), over)
    return watch.Sample(at, Decimal(str(written)))


def shifted(story: Story, by: timedelta) -> Story:
    """Return the same story begun `by` later: every act, feed, downtime and expectation moves along."""
    return replace(
        story,
        start=story.start + by,
        feeds=tuple(replace(feed, since=feed.since and feed.since + by, until=feed.until and feed.until + by) for feed in story.feeds),
        acts=tuple(replace(act, at=act.at + by) for act in story.acts),
        expectations=tuple(replace(expectation, at=expectation.at + by) for expectation in story.expectations),
        down=tuple((since + by, until + by) for since, until in story.down),
    )
