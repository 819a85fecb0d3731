"""Playing a story: samples become edges, acts become commands, time ticks; every state on the way is kept for the expectations."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import zip_longest

from tocsin.engine import terms as t
from tocsin.engine import watch
from tocsin.engine.clocks import next_due
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program
from tocsin.plan.scenarios.commands import begin, begin_by_trigger, command_of, learned
from tocsin.plan.scenarios.sampling import horizon, series
from tocsin.plan.scenarios.standing import begin_standing, of_the_directory
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
    """One thing that happens at `at`: the end of a downtime (0), edges of watches (1), an act (2), a look at the time (3)."""

    at: datetime
    kind: int
    index: int
    edges: tuple[t.Edge, ...] = field(default=(), compare=False)
    act: Act | None = field(default=None, compare=False)
    down_since: datetime | None = field(default=None, compare=False)
    begins: str = field(default="", compare=False)
    """The trigger by which the incident begins before anybody acts."""
    keeps: bool = field(default=False, compare=False)
    """With it the record begins of what is owed between incidents."""


def play(program: Program, story: Story, *, restart: bool = False, along: list[Step] | None = None) -> Run:
    """
    Play `story` through the engine on its own clock and return the run. Pure.

    With `restart` the state is thrown away before every act and folded anew from the events, as after a restart of the server.
    `along` are the story's steps, where the caller has them already.
    """
    player = _Player(program, story, restart=restart)
    for _ in player.go(steps(program, story) if along is None else along):
        pass
    return player.result


def playing(program: Program, story: Story, along: Sequence[Step]) -> Iterator[tuple[Run, datetime | None]]:
    """
    Yield the run as far as it has come after each of the steps `along`, and the time of the next one, if there is one.

    It is the same run each time; whoever has seen enough just stops asking.
    """
    return _Player(program, story, restart=False).go(along)


def replayed(events: list[t.AnyEvent]) -> t.State:
    """Return the state that the events alone give."""
    return reduce(evolve, events, t.State())


class _Player:
    def __init__(self, program: Program, story: Story, *, restart: bool) -> None:
        self.program, self.story, self.restart = program, story, restart
        self.state = t.State()
        self.result = Run(program, story)

    def go(self, along: Sequence[Step]) -> Iterator[tuple[Run, datetime | None]]:
        for step, following in zip_longest(along, along[1:]):
            if step.down_since is None:
                self._tick_until(step.at)
            if step.act and self.restart:
                self.state = replayed(self.result.events)
            answers = [self._send(make(self.program, self.story, self.state)) for make in makers(step)]
            if step.act and answers:
                self.result.answers.append((step.act, next(filter(None, answers), None)))
            self._tick_until(step.at)
            self.result.times.append(step.at)
            self.result.states.append(self.state)
            yield self.result, following.at if following else None

    def _tick_until(self, at: datetime) -> None:
        """Tick at every instant at which time alone changes something, as the ticker does."""
        while self.state.incident:
            due = next_due(self.program, self.state)
            if due is None or due > at:
                return
            self._decide(t.Tick(at=max(due, self.state.at or due), by=t.Actor(t.SYSTEM)))

    def _send(self, command: t.Command | None) -> t.Refused | None:
        return self._decide(command) if command else None

    def _decide(self, command: t.Command) -> t.Refused | None:
        answer = decide(self.program, self.state, command)
        if isinstance(answer, t.Refused):
            return answer
        self.state = reduce(evolve, answer, self.state)
        self.result.events += answer
        return None


Make = Callable[[Program, Story, t.State], t.Command | None]


def makers(step: Step) -> tuple[Make, ...]:
    """Return what makes the commands of a step, each from the state before it."""
    if step.down_since is not None:
        return (lambda program, story, state: t.Tick(at=step.at, by=t.Actor(t.SYSTEM), down_since=step.down_since),)
    if step.keeps:
        return (
            lambda program, story, state: begin_standing(program, story),
            lambda program, story, state: of_the_directory(program, story, state, step.at),
        )
    if step.begins:
        return (
            lambda program, story, state: begin_by_trigger(program, story, step.begins, step.at),
            lambda program, story, state: t.Observe(edges=step.edges, by=t.Actor(t.SYSTEM), at=step.at),
        )
    if step.edges:
        return (lambda program, story, state: t.Observe(edges=step.edges, by=t.Actor(t.SYSTEM), at=step.at),)
    if step.act is None:
        return ()
    act = step.act

    def first(program: Program, story: Story, state: t.State) -> t.Command | None:
        return begin(program, story, act) if not state.incident and act.what not in ("report", "trigger") else None

    return (
        first,
        lambda program, story, state: command_of(program, story, act, state),
        *([lambda program, story, state: learned(program, story, act, state)] if act.what == "report" else []),
    )


# ------------------------------------------------------------------ the order of things


def steps(program: Program, story: Story) -> list[Step]:
    """Return everything that happens in `story`, in order of time; what the server could not see while it was down comes at its end."""
    acts = [act for act in story.acts if act.what not in ("sample", "feed")]
    begins = min((act.at for act in acts), default=story.start)
    known = watch.edges(program, series(program, story), {}, None, horizon(story))
    fired = next((one for one in watch.matured(program, known) if one.at < begins or not acts), None)
    begins = fired.at if fired else begins
    early = watch.as_of([edge for edge in known if edge.since <= begins], begins)
    found = [Step(fired.at, 1, -1, edges=early, begins=fired.trigger)] if fired else []
    found += [Step(story.start, 0, -1, keeps=True)] if story.standing else []
    found += [Step(until, 0, index, down_since=since) for index, (since, until) in enumerate(story.down)]
    found += [Step(_seen_at(story, edge.since), 1, index, edges=(edge,)) for index, edge in enumerate(known) if edge.since > begins]
    found += [Step(act.at, 2, index, act=act) for index, act in enumerate(acts) if _seen_at(story, act.at) == act.at]
    found += [Step(expectation.at, 3, index) for index, expectation in enumerate(story.expectations)]
    found.sort()
    declared = next((index for index, step in enumerate(found) if step.act), None)
    if early and declared is not None and fired is None:  # what was measured before anybody declared is known right after
        found.insert(declared + 1, Step(begins, 2, found[declared].index, edges=early))
    return found


def _seen_at(story: Story, at: datetime) -> datetime:
    return next((until for since, until in story.down if since <= at < until), at)


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
