"""The fold: one turn after another, and between them what time brings. What is decided depends on what happened, not on when it is looked at."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from tocsin.ingest.matchers import meet
from tocsin.ingest.routing.rules import NONE, Rule
from tocsin.ingest.routing.runs import Group, Ledger, Run, State, Told, Turned, Why

GATHER: Final = timedelta(seconds=5)
"""How long more is gathered before an open incident is told of it."""
REPORTS_MAX: Final = 5
REPORTS_WITHIN: Final = timedelta(minutes=10)
"""So often an incident is told at most: a storm is a few reports with a count."""
VALUES_MAX: Final = 1_000

Quiet = Callable[[Mapping[str, str], datetime], tuple[Why, datetime] | None]
"""Why an alert with these labels declares nothing at an instant, and until when; None if nothing keeps it quiet."""


class Hands(Protocol):
    """What acts on what is decided."""

    def open(self, about: str, at: datetime) -> bool:
        """Return whether an incident is still open."""

    def declare(self, told: Told) -> str:
        """Declare, and return the incident."""

    def attach(self, told: Told) -> None:
        """Tell an incident more."""


class Router:
    """Takes the turns of one route, in order. Pure but for its ledger and its hands."""

    def __init__(self, rule: Rule, ledger: Ledger, hands: Hands, quiet: Quiet) -> None:
        self._rule, self._ledger, self._hands, self._quiet = rule, ledger, hands, quiet
        self._at: datetime | None = None

    def turn(self, turned: Turned) -> None:
        """Take one turn, once all that was due by then is done."""
        self.until(turned.at)
        at = max(turned.at, self._at or turned.at)
        if meet(self._rule.unless, turned.labels):
            self._inhibit(turned, at)
        if meet(self._rule.wanted, turned.labels):
            run = self._heard(turned, at)
            if run is not None:
                self._weigh(run, at)

    def until(self, at: datetime) -> None:
        """Do what is due at `at` at the latest, in order, each at its own time."""
        while self.next(at):
            pass

    def next(self, at: datetime) -> bool:
        """Do the first thing that is due at `at` at the latest; return whether there was one."""
        found = self._ledger.due(at)
        if found is None or found.due_at is None:
            return False
        self._at = max(found.due_at, self._at or found.due_at)
        found.due_at = None
        if isinstance(found, Run):
            self._weigh(found, self._at)
        else:
            self._gather(found, self._at)
        return True

    # ------------------------------------------------------------------ one alert

    def _heard(self, turned: Turned, at: datetime) -> Run | None:
        """Return the run that a turn belongs to; none for the end of what nobody saw begin."""
        run = self._ledger.run(turned.alert)
        turns = (*(run.turns if run else ()), at)[-self._rule.flaps :] if self._rule.flaps else ()
        if turned.firing and (run is None or run.over_at is not None):
            group = self._rule.group(turned.labels)
            return Run(turned.alert, turned.number, turned.starts_at, turned.title, turned.labels, group, since=at, turns=turns)
        if run is None:
            return None
        run.firing, run.turns = turned.firing, turns
        run.starts_at = turned.starts_at if turned.firing else run.starts_at
        return run

    def _weigh(self, run: Run, at: datetime) -> None:
        """Let a run go as far as it can."""
        if run.over_at is None:
            calm_at = calm(self._rule, run, at)
            if not run.firing and calm_at is None:
                self._over(run, at)
            else:
                if run.state is State.WAITS:
                    self._wait(run, at)
                ends_at = None if run.firing else calm_at
                run.due_at = min((each for each in (run.due_at, ends_at) if each), default=None)
        self._ledger.put(run)
        if run.state in {State.READY, State.ENDING}:
            self._gather(self._ledger.group(run.group), at)

    def _wait(self, run: Run, at: datetime) -> None:
        """Say what a run waits for, or that it is ready."""
        run.why, run.due_at = self._held(run, at)
        if run.why is not Why.NOTHING:
            return
        run.state, run.why = State.READY, Why.MORE
        group = self._ledger.group(run.group)
        value = self._rule.counted(run.labels, str(run.alert))
        firing, last = group.values.get(value, (0, None))
        if value in group.values or len(group.values) < VALUES_MAX:
            group.values[value] = firing + 1, last
        group.firing += 1
        group.unsaid_since = group.unsaid_since or at
        self._ledger.put_group(group)

    def _held(self, run: Run, at: datetime) -> tuple[Why, datetime | None]:
        if at < run.since + self._rule.held:
            return Why.HELD, run.since + self._rule.held
        quiet = self._quiet(run.labels, at)
        if quiet is not None:
            return quiet
        if self._rule.unless and self._ledger.inhibits(self._rule.shares(run.labels), run.alert):
            return Why.INHIBITED, None
        return Why.NOTHING, None

    def _over(self, run: Run, at: datetime) -> None:
        """End a run. What waited is over without a word; what is ready stays counted; what an incident knows of is told to it."""
        run.over_at, run.due_at = at, None
        group = self._ledger.group(run.group)
        if run.state is State.READY:
            value = self._rule.counted(run.labels, str(run.alert))
            firing, _last = group.values.get(value, (1, None))
            if value in group.values:
                group.values[value] = firing - 1, at
            group.firing -= 1
            self._ledger.put_group(group)
        elif run.state is State.TOLD and run.about == group.about and self._hands.open(group.about, at):
            run.state = State.ENDING
            group.unsaid_since = group.unsaid_since or at
            self._ledger.put_group(group)
        else:
            run.state = State.OVER

    def _inhibit(self, turned: Turned, at: datetime) -> None:
        """Note a turn of what others wait for, and let them go when nothing keeps them any more."""
        self._ledger.inhibit(turned.alert, self._rule.shares(turned.labels), firing=turned.firing)
        if not turned.firing:
            for run in self._ledger.inhibited():
                self._weigh(run, at)

    # ------------------------------------------------------------------ one incident

    def _gather(self, group: Group, at: datetime) -> None:
        """Tell the group's incident what it does not know, begin one if there is reason to, or wait."""
        group.due_at = None
        if group.about and not self._hands.open(group.about, at):
            self._ledger.forget_endings(group.key)
            group.about, group.reports = "", ()
        if group.about:
            self._attach(group, at)
        elif self._reached(group, at):
            told = Told(at, group.key, "", *self._ledger.unsaid(group.key, at - self._rule.within))
            self._said(group, self._hands.declare(told), at)
        self._ledger.put_group(group)

    def _attach(self, group: Group, at: datetime) -> None:
        group.reports = tuple(one for one in group.reports if one > at - REPORTS_WITHIN)
        if group.unsaid_since is None:
            return
        group.due_at = group.unsaid_since + GATHER
        if len(group.reports) >= REPORTS_MAX:
            group.due_at = max(group.due_at, group.reports[-REPORTS_MAX] + REPORTS_WITHIN)
        if group.due_at <= at:
            lines, count = self._ledger.unsaid(group.key, None)
            self._hands.attach(Told(at, group.key, group.about, lines, count))
            self._said(group, group.about, at)

    def _said(self, group: Group, about: str, at: datetime) -> None:
        self._ledger.say(group.key, about)
        group.about, group.reports = about, (*group.reports, at)
        group.values, group.firing, group.unsaid_since, group.due_at = {}, 0, None, None

    def _reached(self, group: Group, at: datetime) -> bool:
        """Return whether there are enough, and leave out what is too long ago to count."""
        since = at - self._rule.within
        group.values = {
            value: (firing, last)
            for value, (firing, last) in group.values.items()
            if firing or (self._rule.within > NONE and last is not None and last > since)
        }
        return len(group.values) >= self._rule.count or (self._rule.count == 1 and group.firing > 0)


def calm(rule: Rule, run: Run, at: datetime) -> datetime | None:
    """Return when an alert that flaps at `at` is calm again if it does not turn once more; None if it does not flap."""
    if not rule.flaps or len(run.turns) < rule.flaps:
        return None
    calm_at = run.turns[-rule.flaps] + rule.flaps_within
    return calm_at if calm_at > at else None
