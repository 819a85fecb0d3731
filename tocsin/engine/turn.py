"""One command being decided: the events so far, the state after them, and the instant that rules see."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.clocks import Agenda
from tocsin.engine.evolve import evolve
from tocsin.engine.expressions import Value
from tocsin.engine.program import Effect, Effects, Program
from tocsin.engine.reads import Order, Read


class Turn:
    """
    The working space of one `decide`, or of one after another for an incident that is kept in hand.

    `at` is the server's time, stamped on every event; `instant` is when, on the incident's own timeline, things happen. The two differ
    only while a downtime is caught up with: the due time passed then, the server sees it now.
    """

    def __init__(self, program: Program, state: t.State, order: Order) -> None:
        self.program = program
        self.order = order
        self.state = state
        self.waiting = order.all
        """The rules to be looked at, as a set of places in `order`. At first all: the state may come from another release or version."""
        self.agenda = Agenda()

    def begin(self, command: t.Act) -> None:
        """Begin to decide `command`."""
        self.at = command.at
        self.instant = command.at
        self.actor = command.by
        self.person = command.by.person
        """Whose act this is, also while the server follows what comes of it."""
        self.brings = command.brings
        """What is on record of people who may be given a role."""
        self.down_since: datetime | None = None
        self.leapt: t.Leapt | None = None
        self.events: list[t.AnyEvent] = []
        self.effects: list[tuple[Effect, str, Mapping[str, Value]]] = []
        """Effects still to be carried out, each with its cause and the record entry in hand."""
        self.promised: list[str] = []
        """Messages that count as sent in this turn and promise a time, as long as that is still to be followed."""
        self.fresh: set[str] = set()
        """Moments recorded in this turn."""
        self.tried: set[tuple[str, int, int]] = set()
        """What the server itself owes and has begun in this turn, by clock, generation and occurrence."""
        self.known_until = command.at
        """Until when what is measured is known to stand as it does: this instant, but while edges come in only the time of the one at hand."""
        self.until = command.at
        """How far time passes before something else is learned: up to this command, or to the next edge of those that come in."""
        self.seen_until = self.state.at or command.at
        """The time of the last event before this command: up to it, time has passed with what was known then."""
        self.moved = False
        """Whether the incident moves to another version of its plan in this turn: what is new begins now."""

    def stand_at(self, instant: datetime) -> None:
        """Let what comes happen at `instant`, with what is known by then."""
        self.instant = self.known_until = instant

    @property
    def by(self) -> str:
        """Return the person id stamped on events."""
        return self.actor.person

    def emit(self, event: t.AnyEvent) -> None:
        """Record `event` and let the state follow it."""
        before, self.state = self.state, evolve(self.state, event)
        if self.state.clocks is not before.clocks:
            self.agenda.note(event)
        self.events.append(event)
        self.waiting |= self.order.reading(event)

    def touch(self, name: Read) -> None:
        """Let every rule be looked at that reads `name`, because time has passed over it."""
        self.waiting |= self.order.readers.get(name, 0)

    def stale(self, noun: str) -> Iterator[Any]:
        """
        Yield the rules of `noun` that read something changed since they were last looked at, once each, in the order of the plan.

        What changes meanwhile counts at once for the rules that come later, and for the others in the next round.
        """
        first, rules = self.order.rules[noun]
        place, end = first, first + len(rules)
        while ahead := self.waiting >> place:
            place += (ahead & -ahead).bit_length() - 1
            if place >= end:
                return
            self.waiting &= ~(1 << place)
            yield rules[place - first]
            place += 1

    def queue(self, effects: Effects, cause: str, entry: Mapping[str, Value] | None = None) -> None:
        """Carry `effects` out once everything recorded so far has settled."""
        self.effects += [(effect, cause, entry or {}) for effect in effects]

    def as_system(self) -> "_Acting":
        """Let the server itself act: what follows from rules and time is caused by nobody."""
        return _Acting(self, _SERVER)

    def as_person(self, person: str) -> "_Acting":
        """Let what follows be caused by `person`, who did what now takes effect."""
        return _Acting(self, t.Actor(person))

    def happened(self, moment: str) -> datetime | None:
        """Return when `moment` happened, or None."""
        known = self.state.moments.get(moment)
        return known.at if known else None


_SERVER: Final = t.Actor(t.SYSTEM)


class _Acting:
    """The stretch of a turn in which somebody else acts."""

    __slots__ = ("_actor", "_before", "_turn")

    def __init__(self, turn: Turn, actor: t.Actor) -> None:
        self._turn, self._actor = turn, actor

    def __enter__(self) -> None:
        self._before, self._turn.actor = self._turn.actor, self._actor

    def __exit__(self, *raised: object) -> None:
        self._turn.actor = self._before
