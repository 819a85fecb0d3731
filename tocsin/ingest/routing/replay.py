"""A route tried on what came in: the fold of the live route over recorded turns, with incidents that are only imagined. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tocsin.ingest.routing.router import Quiet, Router
from tocsin.ingest.routing.rules import Rule
from tocsin.ingest.routing.runs import Memory, Told, Turned, Why

OPEN_FOR: Final = timedelta(hours=1)
"""How long after its last alert an imagined incident is taken to be open."""

Open = Callable[[str, datetime], bool]


@dataclass(slots=True)
class Imagined:
    """An incident that the route would have declared, what it would have been told later, and of how many alerts it would know."""

    name: str
    declared: Told
    reports: list[Told] = field(default_factory=list)
    alerts: int = 0


@dataclass(slots=True)
class Outcome:
    """What a route would have done: the incidents in order, and how many alerts it kept from one, by what they waited for."""

    incidents: list[Imagined] = field(default_factory=list)
    kept: Counter[Why] = field(default_factory=Counter)
    turns: int = 0


class _Hands:
    def __init__(self, ledger: Memory, outcome: Outcome, is_open: Open | None) -> None:
        self._ledger, self._outcome, self._is_open = ledger, outcome, is_open

    def open(self, about: str, at: datetime) -> bool:
        if self._is_open is not None:
            return self._is_open(about, at)
        return any(run.over_at is None or run.over_at > at - OPEN_FOR for run in reversed(self._ledger.told_in[about]))

    def declare(self, told: Told) -> str:
        made = Imagined(str(len(self._outcome.incidents) + 1), told)
        self._outcome.incidents.append(made)
        return made.name

    def attach(self, told: Told) -> None:
        self._outcome.incidents[int(told.about) - 1].reports.append(told)


def replay(rule: Rule, turns: Iterable[Turned], until: datetime, quiet: Quiet, is_open: Open | None = None) -> Outcome:
    """
    Return what a route with this rule would have done with `turns`, which are in order, until `until`.

    `is_open` says whether an imagined incident, `"1"` for the first, is open at an instant; by default it is while its alerts fire and
    for `OPEN_FOR` after.
    """
    ledger, outcome = Memory(), Outcome()
    router = Router(rule, ledger, _Hands(ledger, outcome, is_open), quiet)
    for turned in turns:
        if rule.hears(turned.labels):
            outcome.turns += 1
            router.turn(turned)
    router.until(until)
    outcome.kept.update(run.why for run in ledger.every if not run.about)
    for imagined in outcome.incidents:
        imagined.alerts = len(ledger.told_in[imagined.name])
    return outcome
