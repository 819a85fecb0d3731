"""One command being decided: the events so far, the state after them, and the instant that rules see."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Effect, Effects, Program


class Turn:
    """
    The working space of one `decide`.

    `at` is the server's time, stamped on every event; `instant` is when, on the incident's own timeline, things happen. The two differ
    only while a downtime is caught up with: the due time passed then, the server sees it now.
    """

    def __init__(self, program: Program, state: t.State, command: t.Act) -> None:
        self.program = program
        self.state = state
        self.at = command.at
        self.instant = command.at
        self.actor = command.by
        self.down_since: datetime | None = None
        self.events: list[t.AnyEvent] = []
        self.effects: list[tuple[Effect, str, Mapping[str, str]]] = []
        """Effects still to be carried out, each with its cause and the record entry in hand."""
        self.fresh: set[str] = set()
        """Moments recorded in this turn."""
        self.moved = False
        """Whether the incident moves to another version of its plan in this turn: what is new begins now."""

    @property
    def by(self) -> str:
        """Return the person id stamped on events."""
        return self.actor.person

    def emit(self, event: t.AnyEvent) -> None:
        """Record `event` and let the state follow it."""
        self.state = evolve(self.state, event)
        self.events.append(event)

    def queue(self, effects: Effects, cause: str, entry: Mapping[str, str] | None = None) -> None:
        """Carry `effects` out once everything recorded so far has settled."""
        self.effects += [(effect, cause, entry or {}) for effect in effects]

    @contextmanager
    def as_system(self) -> Iterator[None]:
        """Let the server itself act: what follows from rules and time is caused by nobody."""
        actor, self.actor = self.actor, t.Actor(t.SYSTEM)
        try:
            yield
        finally:
            self.actor = actor

    def happened(self, moment: str) -> datetime | None:
        """Return when `moment` happened, or None."""
        known = self.state.moments.get(moment)
        return known.at if known else None
