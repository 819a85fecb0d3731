"""
A sitting of the desk: one transaction in which any number of incidents have their turn, read together and written together (ADR 0016).

What is decided is collected and reaches the database at the end, in a few statements for each table, however many incidents there were.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tocsin.comms import outbox
from tocsin.comms.outbox import Order
from tocsin.engine import restricted
from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due
from tocsin.engine.program import Program
from tocsin.incidents import counted, counters, downtime, journal, logged, lookouts, notices, parking, plans, refusals, states, wishes
from tocsin.incidents.models import Head, Incident, Lookout
from tocsin.incidents.moulds import Moulds
from tocsin.incidents.projection.projector import Projector
from tocsin.incidents.times import incident_time, server_time
from tocsin.kit import bulk, clock
from tocsin.kit.memory import Memory
from tocsin.kit.tables import Sheaf
from tocsin.kit.transactions import Writes

NUMBERS: Final = "incident"
"""The counter that numbers incidents. Whoever holds it is alone in declaring."""

NOW: Final = timedelta()

_WRITTEN: Final = (
    "state",
    "state_hash",
    "state_seq",
    "last_at",
    "plan_hash",
    "next_due",
    "wake_at",
    "down_since",
    "leapt_since",
    "leapt_until",
)
"""What the desk alone writes on a running incident; leases and faults are the ticker's."""


@dataclass(slots=True)
class Case:
    """
    One locked incident with everything the desk needs to decide, as it stands after what was decided so far.

    `program` is the plan in force; `at` the sitting's instant in the incident's time. What `begins` is not in the database yet.
    """

    incident: Incident
    head: Head
    program: Program
    state: t.State
    at: datetime
    begins: bool = False
    projector: Projector | None = None

    @property
    def written(self) -> bool:
        """Return whether anything happened to it in this sitting."""
        return self.projector is not None


class Outnumbered(Exception):  # noqa: N818 - it says what happened
    """Somebody else has taken the number of an incident that was to begin."""


class Sitting:
    """What is known and what is to be written in one transaction. `now` is when the last lock was taken, in the server's time."""

    def __init__(self) -> None:
        self.moulds = Moulds()
        self.now = clock.now()
        self.sheaf = Sheaf()
        self.known = Memory()
        self._locked: dict[UUID, Incident] = {}
        self._behind: dict[UUID, Lookout] = {}
        self._cases: dict[UUID, Case] = {}
        self.orders: list[Order] = []
        self._topics: defaultdict[UUID, set[str]] = defaultdict(set)
        self._numbers: dict[UUID, int] = {}
        self._used: defaultdict[UUID, int] = defaultdict(int)
        self._cast: dict[UUID, tuple[UUID, Callable[[], Case]]] = {}
        self._begun = 0
        self._statements: list[bulk.Statement] = []
        self._messages = outbox.NOTHING

    def aside(self, known: Memory, later: timedelta = NOW) -> "Sitting":
        """Return another sitting that knows what is `known`, at the same instant or so much later. What is written in it comes nowhere by itself."""
        other = Sitting()
        other.now, other.known = self.now + later, known
        return other

    def lock(self, incidents: Iterable[UUID]) -> None:
        """Lock these incidents and read them, always in the same order: two sittings that have some in common wait for each other."""
        wanted = set(incidents)
        for pk in wanted & self._cast.keys():
            case = self._cast.pop(pk)[1]()
            self._locked[pk], self._cases[pk] = case.incident, case
        missing = wanted - self._locked.keys()
        if not missing:
            return
        self._hold(Incident.objects.filter(pk__in=missing).order_by("pk").select_for_update())

    def lock_due(self, most: int) -> list[Incident]:
        """Lock and read incidents that are due and that nobody else has, at most so many, the longest overdue first."""
        return self._hold(due(self.now).select_for_update(skip_locked=True)[:most])

    def _hold(self, rows: QuerySet[Incident]) -> list[Incident]:
        fresh = list(rows)
        if not fresh:
            return fresh
        # Only now: what was read beside the rows, while somebody else held them, would be how the journal stood before that.
        heads = Head.objects.in_bulk([row.pk for row in fresh])
        for row in fresh:
            row.head = heads[row.pk]
        self.now = clock.now()
        self._locked |= {row.pk: row for row in fresh}
        self._behind |= lookouts.behind(fresh, self.now)
        downtime.recall(fresh)
        return fresh

    def behind(self, incident: Incident) -> Lookout | None:
        """Return what looks at the samples for a locked incident, where that is behind."""
        return self._behind.get(incident.pk)

    def incident(self, incident_id: UUID) -> Incident:
        """
        Return an incident, locked.

        :raises Incident.DoesNotExist: no such incident.
        """
        if incident_id not in self._locked:
            self.lock([incident_id])
        if incident_id not in self._locked:
            raise Incident.DoesNotExist
        return self._locked[incident_id]

    def case(self, incident: Incident) -> Case:
        """
        Return how a locked incident stands.

        :raises UnknownEvent: its journal holds an entry that this release cannot read.
        :raises plans.Uncompilable: its plan cannot be compiled by this release.
        """
        case = self._cases.get(incident.pk)
        if case is None:
            at = max(incident_time(incident, self.now), incident.last_at)
            case = Case(incident, incident.head, self.program(incident), states.load(incident, incident.head), at)
            self._cases[incident.pk] = case
        return case

    def begin(self, incident: Incident, hashes: Sequence[str]) -> Case:
        """Return the case of an incident that is not in the database; it comes there with the first thing that happens to it."""
        return Case(incident, journal.begin(incident), self.program(incident, hashes), t.State(), incident.declared_at, begins=True)

    def program(self, incident: Incident, hashes: Sequence[str] = ()) -> Program:
        """Return the program by which an incident runs, or would by other versions (see `plans.of`)."""
        which = tuple(hashes) or incident.plan_hash
        return self.known(("program", incident.organisation_id, bool(incident.standing), which), lambda: plans.of(incident, hashes))

    def number(self, organisation_id: UUID) -> int:
        """Return the next free number of an incident. Until the sitting ends, nobody else declares."""
        if organisation_id not in self._numbers:
            self._numbers[organisation_id] = self._last_number(organisation_id)
            self.now = clock.now()
        return self._numbers[organisation_id] + self._used[organisation_id] + 1

    def _last_number(self, organisation_id: UUID) -> int:
        return counters.take(organisation_id, NUMBERS, 0)

    def is_to_write(self) -> None:
        """Say that more than what is collected may have to be written, or that others have to be kept out, from now on."""

    def refuse(self, case: Case, command: t.Command, refused: t.Refused) -> None:
        """Keep a refusal, unless it is one of the declaration itself: nothing happened to nothing."""
        if case.written or not case.begins:
            refusals.record(self.sheaf, case.incident, command, refused)

    def write(self, case: Case, program: Program, events: tuple[t.AnyEvent, ...]) -> tuple[t.AnyEvent, ...]:
        """Let `events`, decided by `program`, have happened; return them as they will be read again."""
        if case.projector is None:
            case.projector = Projector(case.incident, case.program, case.state, programs=self.program)
            self._enter(case)
        projector, before, after = case.projector, case.state, []
        journalled = journal.append(self.sheaf, case.incident, case.head, events)
        for written in journalled:
            projector.add(written.seq, written.event)
            after.append(projector.state)
        kept, in_part = restricted.readers(program, projector.state), restricted.in_part(program, projector.state)
        for earlier, written in zip((before, *after), journalled, strict=False):
            logged.count(case.incident, program, earlier, written.event)
        for state, written in zip(after, journalled, strict=True):
            orders = wishes.grant(case.incident, program, state, written, kept, in_part=in_part, known=self.known)
            if any(order.channel == "inbox" and not order.awaited for order in orders):
                # Pages count what their reader has not read. An inbox is no part of the incident, so no event says it.
                self._topics[case.incident.pk].add("inbox")
            self.orders += orders
        case.state, case.program, case.incident.last_at = projector.state, program, events[-1].at
        return tuple(written.event for written in journalled)

    def cast(
        self, organisation_id: UUID, incident_id: UUID, orders: Iterable[Order], topics: Iterable[str], case: Callable[[], Case]
    ) -> None:
        """Let an incident begin whose rows are on the sheaf, with all that came of it. `case` returns how it stands, should anybody ask."""
        self._cast[incident_id] = organisation_id, case
        self._begun += 1
        self._used[organisation_id] += 1
        self.orders += orders
        self._topics[incident_id].update(topics)

    def let_go(self, incident: Incident, *, well: bool) -> None:
        """End the worker's lease, and forget earlier faults if this time something happened."""
        fields: dict[str, Any] = {"leased_until": None}
        if well:
            fields |= {"fault": "", "fault_at": None, "faults": 0}
        self.sheaf.put(Incident, {"id": incident.pk}, fields, change=True)

    def park(self, incident: Incident, fault: str) -> None:
        """Leave a locked incident alone for a while, for a reason that people see."""
        self.sheaf.put(Incident, {"id": incident.pk}, parking.parked(incident, fault, self.now), change=True)

    def _enter(self, case: Case) -> None:
        incident = case.incident
        self._topics[incident.pk].update()  # it has its place among the notices
        if case.begins and incident.pk not in self._cases:
            self._locked[incident.pk], self._cases[incident.pk] = incident, case
            if not incident.standing:
                self._used[incident.organisation_id] += 1

    def finish(self) -> None:
        """Make statements of what was collected."""
        for case in self._cases.values():
            self._topics[case.incident.pk].update(self.finished(case))
        self._statements = list(self.sheaf.statements())
        self._messages = outbox.prepared(self.orders, self.known)

    def close(self) -> None:
        """Write what is finished. The counters come last: everybody waits for them."""
        bulk.run(self._statements)
        self._messages.put()
        for organisation_id, used in self._used.items():
            if used:
                counters.take(organisation_id, NUMBERS, used)
        notices.note_all(self._noted(), self.now)
        counted.command(t.Declare, "done", self._begun)
        self._cast.clear()  # these ask it in turn: without them it goes at once, with thousands of rows, and not when the collector looks

    def _noted(self) -> Iterator[tuple[UUID, UUID, Iterable[str]]]:
        """Yield of which incidents there is something new to see, each once, in the order in which that happened to them first."""
        for pk, topics in self._topics.items():
            if topics:
                yield self._cast[pk][0] if pk in self._cast else self._locked[pk].organisation_id, pk, topics

    def finished(self, case: Case) -> Set[str]:
        """Put a case on the sheaf, if anything happened to it, and return the topics that changed."""
        incident, projector = case.incident, case.projector
        if projector is None:
            return frozenset()
        journal.sign(self.sheaf, incident, case.head, begins=case.begins)
        states.keep(incident, case.state, case.head)
        incident.plan_hash = plans.together(incident.organisation_id, plans.hashes_of(case.state))
        incident.next_due = next_due(case.program, case.state)
        incident.wake_at = server_time(incident, incident.next_due)
        if case.begins:
            lookouts.begin(self.sheaf, incident, case.program)
            self.sheaf.add(Incident, {field.attname: getattr(incident, field.attname) for field in Incident._meta.concrete_fields})
        else:
            self.sheaf.put(Incident, {"id": incident.pk}, {name: getattr(incident, name) for name in _WRITTEN}, change=True)
        return self._topics[incident.pk] | projector.save(self.sheaf)


class Ahead(Sitting):
    """
    A sitting before its transaction (ADR 0025): it decides by what it reads, and keeps nobody out meanwhile. It is closed in a transaction of its
    caller's, who sees to it that nothing but the numbers has changed that was decided by.

    :raises Writes: from whatever needs more than that.
    """

    def lock(self, incidents: Iterable[UUID]) -> None:
        raise Writes

    def is_to_write(self) -> None:
        raise Writes

    def close(self) -> None:
        """
        Write what is finished.

        :raises Outnumbered: before anything is written.
        """
        if any(counters.taken(organisation_id, NUMBERS) != last for organisation_id, last in self._numbers.items()):
            raise Outnumbered
        super().close()

    def _last_number(self, organisation_id: UUID) -> int:
        return counters.taken(organisation_id, NUMBERS)


def due(now: datetime) -> QuerySet[Incident]:
    """Return what waits no longer and is neither claimed nor parked, the longest overdue first. It is found by the near end of an index."""
    return Incident.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now), wake_at__lte=now).order_by("wake_at")


@contextmanager
def sitting() -> Iterator[Sitting]:
    """Sit: everything is written when the block ends well, nothing if it does not. It is one whole transaction, or a part of the caller's."""
    with transaction.atomic():
        present = Sitting()
        yield present
        present.finish()
        present.close()
