"""Which incidents a person sees: every page, feed and answer asks here, so that a restricted one is there for nobody else (AUD-05)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tocsin.accounts import directory
from tocsin.engine import owners, restricted
from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.engine.program import Cases, Decision, Link, Program
from tocsin.engine.role_names import split
from tocsin.incidents import plans
from tocsin.incidents.models import (
    BoardRow,
    BreachRow,
    ChainRow,
    ClockRow,
    ConditionRow,
    DecidedRow,
    DecisionRow,
    DeliveryRow,
    FactRow,
    FiledRow,
    LevelRow,
    MessageRow,
    MomentRow,
    RecordRow,
    RegisterRow,
    ReportRow,
    RoleRow,
    SituationRow,
    TimelineRow,
    WordRow,
)
from tocsin.incidents.models.row import Row
from tocsin.kit import bulk

_KEPT: Final = "SELECT DISTINCT plan_hash FROM incidents_boardrow WHERE organisation_id = {} AND kept_for <> ''"

NAMES: Final[Mapping[type[Row], tuple[str, ...]]] = {
    TimelineRow: (),
    ClockRow: ("obligation", "clock", "entry"),
    BreachRow: ("obligation", "clock"),
    MomentRow: ("moment",),
    DecisionRow: ("decision",),
    DecidedRow: ("decision", "entry"),
    ChainRow: ("subject", "chain"),
    RecordRow: ("record",),
    RegisterRow: ("record",),
    FiledRow: ("cause",),
    FactRow: (),
    ConditionRow: (),
    SituationRow: (),
    RoleRow: (),
    LevelRow: (),
    MessageRow: (),
    DeliveryRow: (),
    ReportRow: (),
    WordRow: (),
}
"""By kind of row which of its fields say what it is about: a kind that is not here is shown to nobody. A line says itself for whom it is."""

_OF_EVENTS: Final = ("obligation", "decision", "record", "chain", "clock", "entry", "moment", "subject")
_PASSING: Final = frozenset({"passes", "keeps", "clocks"})
"""Fields of events that list what passes on with a role, whatever it is."""
_OF_THE_STREAM: Final = frozenset({"Said", "Promoted"})
TOPICS_OF_A_PART: Final = frozenset({"board", "timeline", "role"})
"""What whoever sees an incident in part hears of it: that its head, its stream or the seats in it may have changed."""
_PARTS: Final = re.compile(r"[\[\]#]")
T = TypeVar("T", bound=Row)


class Line(Protocol):
    """What of a line of the timeline says who sees it."""

    @property
    def kind(self) -> str: ...
    @property
    def kept_for(self) -> Sequence[str]: ...


def keeping(program: Program, name: str) -> frozenset[tuple[str, ...]]:
    """
    Return for whom alone what bears `name` is kept, once for each rule that keeps it; a reader has to be among each of them.

    `name` is a rule, a link of a chain, a clock, a chain, an entry or a moment. What is owed for a decision or a record is kept like that.
    """
    return frozenset(names for rule in _rules(program, name) if (names := _kept_for(program, rule)))


def about(program: Program, event: t.AnyEvent) -> frozenset[tuple[str, ...]]:
    """Return for whom alone an event is kept: see `keeping`, over everything that the event is about."""
    if not keeps_any(program):
        return frozenset()
    named = [str(getattr(event, name, "")) for name in _OF_EVENTS]
    named.append(str(getattr(event, "cause", "")).partition(":")[2])
    return frozenset(names for name in named if name for names in keeping(program, name))


def _kept_for(program: Program, name: str) -> tuple[str, ...]:
    """Return for whom alone a rule is kept; nobody can be asked to take or sign a decision without seeing it."""
    names, decision = restricted.kept_for(program, name), program.decisions.get(name.partition(".")[0])
    return tuple(dict.fromkeys((*names, *_acting(decision)))) if names and decision else names


def _acting(decision: Decision) -> Iterator[str]:
    who = decision.who
    for roles in (*who.cases.values(), who.otherwise or ()) if isinstance(who, Cases) else (who,):
        yield from roles
    yield from (link.role for link in _links(decision))


def keeps_any(program: Program) -> bool:
    """Return whether a plan keeps any decision or record for some."""
    return program.once("keeps_any", _keeps_any)


def _keeps_any(program: Program) -> bool:
    return any(restricted.kept_for(program, name) for name in (*program.decisions, *program.records))


def _rules(program: Program, name: str) -> Iterator[str]:
    for part in _PARTS.split(name):
        for rule in (part, part.rpartition("-")[0]):
            yield rule
            duty = program.obligations.get(rule)
            if duty and duty.verb in ("decide", "record", "close"):
                yield duty.object
    yield from _only_marked_by(program, name)


def _only_marked_by(program: Program, name: str) -> Iterator[str]:
    """Yield the decisions that mark a moment, where nothing else brings it about and all of them are kept."""
    moment = program.moments.get(name)
    if moment is None or moment.with_ or moment.when or moment.recorded_by or moment.phase or moment.common:
        return
    marking = [rule.id for rule in program.decisions.values() if name in _marks(rule)]
    if all(restricted.kept_for(program, rule) for rule in marking) and not any(name in duty.marks for duty in program.obligations.values()):
        yield from marking


def _marks(rule: Decision) -> Iterator[str]:
    yield from rule.marks
    yield from (mark for option in rule.options for mark in option.marks)
    yield from (mark for link in _links(rule) for mark in link.marks)


def _links(rule: Decision) -> Iterator[Link]:
    for chain in (rule.chain, *(option.chain for option in rule.options)):
        yield from chain


@dataclass(frozen=True, slots=True)
class Eyes:
    """
    What one person sees inside an incident. `mine` are the roles, groups and departments for which the person may speak now.

    `limited`: the head and the stream, and nothing else (COM-30).
    """

    program: Program
    mine: frozenset[str]
    limited: bool = False
    _sees: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    """What was asked before: rows by the hundred are about few rules."""

    def are_of(self, kept_for: Iterable[str]) -> bool:
        """Return whether the person is among those for whom alone something is kept: no names, and it is for everybody."""
        names = tuple(kept_for)
        roles = {role for name in names for role in owners.roles_in(self.program, name)}
        mine = {"anyone", *self.mine, *(split(name)[0] for name in self.mine)}  # who holds a part of a role is of it
        return not names or not mine.isdisjoint({*names, *roles})

    def sees(self, name: str) -> bool:
        """Return whether the person sees what `name` (see `keeping`) leaves behind."""
        if name not in self._sees:
            self._sees[name] = not self.limited and all(map(self.are_of, keeping(self.program, name)))
        return self._sees[name]

    def reads(self, row: Row) -> bool:
        """Return whether the person sees a row of the incident."""
        if isinstance(row, TimelineRow):
            return self.reads_line(row)
        return not self.limited and all(self.sees(str(getattr(row, field)).rpartition(":")[2]) for field in NAMES[type(row)])

    def reads_line(self, line: Line) -> bool:
        """Return whether the person sees a line of the timeline."""
        if self.limited and line.kind not in _OF_THE_STREAM:
            return False
        return all(map(self.are_of, line.kept_for))

    def hears(self, event: t.AnyEvent) -> bool:
        """Return whether the person sees an event."""
        if self.limited and type(event).__name__ not in _OF_THE_STREAM:
            return False
        return all(map(self.are_of, about(self.program, event)))

    def seen(self, rows: Iterable[T]) -> list[T]:
        """Return those of the rows that the person sees."""
        return [row for row in rows if self.reads(row)]

    def lines(self, rows: Iterable[TimelineRow]) -> list[TimelineRow]:
        """Return the lines that the person sees, without the fields and the clocks in them that are kept for others."""
        found = self.seen(rows)
        for row in found:
            hidden = set(self.unseen(row))
            row.data = {name: self._passing(value) if name in _PASSING else value for name, value in row.data.items()}
            if hidden:
                row.data["fields"] = {name: words for name, words in row.data["fields"].items() if name not in hidden}
        return found

    def names_unseen(self, row: TimelineRow) -> bool:
        """Return whether a line that everybody sees names clocks that the person does not."""
        return any(self._passing(row.data[name]) != row.data[name] for name in _PASSING & row.data.keys())

    def _passing(self, clocks: list[str]) -> list[str]:
        return [name for name in clocks if self.sees(name)]

    def unseen(self, row: TimelineRow) -> Iterator[str]:
        """Yield what of a line the person does not see: fields of an entry by name, or the empty name for the whole line."""
        record = self.program.records.get(row.subject) if row.kind == "RecordEntered" else None
        if not self.reads(row):
            yield ""
        if record:
            yield from (field for field, names in record.confidential.items() if not self.are_of(names))


def eyes(incident_id: UUID, program: Program, actor: t.Actor, *, limited: bool = False) -> Eyes:
    """Return what `actor` sees inside: as holder or recorded deputy of roles, as lead of groups, as head of departments."""
    held = RoleRow.objects.filter(incident_id=incident_id).values_list("role", "person")
    return eyes_of(held, program, actor, limited=limited)


def eyes_of(held: Iterable[tuple[str, str]], program: Program, actor: t.Actor, *, limited: bool) -> Eyes:
    """Return the same for whoever knows by whom each role is `held`."""
    roles = {role for role, person in held if person == actor.person or f"deputy:{role}" in actor.standing}
    groups = {group.id for group in program.groups.values() if group.lead in roles}
    departments = {name for name in program.departments if f"department:{name}" in actor.standing}
    # What nobody holds is the commander's: a department without a head too.
    return Eyes(program, frozenset(roles | groups | departments | ({"commander"} if program.commander in roles else set())), limited)


def written(readers: Iterable[str]) -> str:
    """Return persons and standings as the row of an incident keeps them: nothing for none, else each between spaces."""
    found = sorted(readers)
    return f" {' '.join(found)} " if found else ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    Who looks (a typed person id), for as long as one request takes: what the directory says of them is asked once for each plan.

    A `guest` of the organisation sees nothing in full.
    """

    organisation_id: UUID
    person: str
    guest: bool
    recorded: directory.Recorded = field(init=False)
    _standing: dict[str, frozenset[str]] = field(default_factory=dict)
    _eyes: dict[UUID, Eyes | None] = field(default_factory=dict)
    _seen: list[Q] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "recorded", directory.Recorded(self.organisation_id))

    def anew(self) -> "Viewer":
        """Return the same person looking again, after something has happened."""
        return Viewer(self.organisation_id, self.person, self.guest)

    def standing(self, plan_hash: str) -> frozenset[str]:
        """
        Return for what the directory lets the person speak under a plan.

        :raises plans.Uncompilable: this release cannot compile it.
        """
        if plan_hash not in self._standing:
            program = plans.program(self.organisation_id, plan_hash)
            self._standing[plan_hash] = directory.speaking(self.recorded, self.person, program)
        return self._standing[plan_hash]

    def incidents(self) -> QuerySet[BoardRow]:
        """Return the incidents of the organisation that the person sees in full; to anybody else they do not exist."""
        rows = BoardRow.objects.filter(organisation_id=self.organisation_id)
        if self.guest:
            return rows.none()
        return rows.filter(self._in_full()).exclude(in_part__contains=f" {self.person} ")

    def _in_full(self) -> Q:
        """Return what tells the incidents that are kept from nobody, or not from the person; it is worked out once."""
        if not self._seen:
            seen = Q(kept_for="") | Q(kept_for__contains=f" {self.person} ")
            for (plan_hash,) in bulk.asked(_KEPT, [("uuid", self.organisation_id)]):
                with suppress(plans.Uncompilable):
                    for standing in self.standing(plan_hash):
                        seen |= Q(plan_hash=plan_hash, kept_for__contains=f" {standing} ")
            self._seen.append(seen)
        return self._seen[0]

    def attended(self) -> QuerySet[BoardRow]:
        """
        Return what the person sees in full, and beside it the running incidents of which an invitation shows a part (COM-30).

        Only the doors that keep to that part ask here; every other asks for `incidents`.
        """
        rows = BoardRow.objects.filter(organisation_id=self.organisation_id)
        if not self.guest:
            return rows.filter(Q(pk__in=self.incidents().values("pk")) | Q(open=True, in_part__contains=f" {self.person} "))
        seated = Exists(RoleRow.objects.filter(incident=OuterRef("incident"), assigned=self.person))
        return rows.filter(Q(kept_for="") | Q(kept_for__contains=f" {self.person} "), seated, open=True)

    def limited(self, board: BoardRow) -> bool:
        """Return whether the person sees no more than a part of an incident."""
        return self.guest or f" {self.person} " in board.in_part

    def hidden(self, incidents: Iterable[UUID]) -> frozenset[UUID]:
        """Return which of these incidents the person does not see. Where none of them is kept, nothing else is looked up."""
        found = self._kept(incidents)
        return found - set(self.attended().filter(incident_id__in=found).values_list("incident_id", flat=True)) if found else found

    def partly(self, incidents: Iterable[UUID]) -> frozenset[UUID]:
        """Return of which of these incidents the person sees a part only."""
        found = self._kept(incidents)
        return found - set(self.incidents().filter(incident_id__in=found).values_list("incident_id", flat=True)) if found else found

    def _kept(self, incidents: Iterable[UUID]) -> frozenset[UUID]:
        rows = BoardRow.objects.filter(organisation_id=self.organisation_id, incident_id__in=set(incidents))
        return frozenset((rows if self.guest else rows.exclude(kept_for="")).values_list("incident_id", flat=True))

    def eyes(self, board: BoardRow) -> Eyes | None:
        """Return what the person sees inside; None where this release cannot read the plan. Where it keeps nothing, nothing is looked up."""
        if board.incident_id not in self._eyes:
            self._look([board])
        return self._eyes[board.incident_id]

    def _look(self, boards: Iterable[BoardRow]) -> None:
        """Find out what the person sees inside these incidents, by one question for all of them."""
        programs = {board: plans.readable(self.organisation_id, board.plan_hash) for board in boards if board.incident_id not in self._eyes}
        keeping = {board.incident_id for board, program in programs.items() if program and keeps_any(program)}
        held: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
        if keeping:
            for incident_id, role, person in RoleRow.objects.filter(incident_id__in=keeping).values_list("incident_id", "role", "person"):
                held[incident_id].append((role, person))
        for board, program in programs.items():
            standing = self.standing(board.plan_hash) if board.incident_id in keeping else frozenset()
            actor = t.Actor(self.person, standing)
            sight = eyes_of(held[board.incident_id], program, actor, limited=self.limited(board)) if program else None
            self._eyes[board.incident_id] = sight

    def seen(self, boards: Iterable[BoardRow], rows: Iterable[T]) -> list[T]:
        """Return what the person sees of rows of these incidents; of one whose plan this release cannot read, nothing that names a rule of it."""
        known, found = {board.incident_id: board for board in boards}, list(rows)
        self._look({known[row.incident_id] for row in found})
        return [row for row in found if (sight := self.eyes(known[row.incident_id])) and sight.reads(row)]

    def glance(self, board: BoardRow) -> BoardRow:
        """Return an incident with what it says of its clocks as far as the person sees these."""
        return self.glances([board])[0]

    def glances(self, boards: Iterable[BoardRow]) -> list[BoardRow]:
        """Return each of the incidents as `glance` does."""
        found = list(boards)
        self._look(found)
        partly = [board for board in found if not (sight := self.eyes(board)) or sight.limited or keeps_any(sight.program)]
        running: dict[UUID, list[ClockRow]] = {board.incident_id: [] for board in partly}
        if partly:
            for row in ClockRow.objects.filter(incident_id__in=running, status__in=RUNNING).order_by("due_at", "clock"):
                running[row.incident_id].append(row)
        for board in partly:
            sight = self.eyes(board)
            seen = sight.seen(running[board.incident_id]) if sight else []
            due = next((row for row in seen if row.status == "open" and row.due_at), None)
            board.next_clock, board.next_due_at = (due.clock, due.due_at) if due else ("", None)
            board.clocks_open, board.overdue = len(seen), sum(1 for row in seen if row.status == "breached" or row.behind)
        return found


NOBODY: Final = Viewer(UUID(int=0), "", guest=True)
"""Who looks where nobody in particular does: such as the file of an incident."""


def boards_of(rows: Iterable[Row], boards: QuerySet[BoardRow]) -> Mapping[UUID, BoardRow]:
    """Return those of the incidents that rows are of, by incident: few, where the incidents are all that there ever were."""
    wanted = {row.incident_id for row in rows}
    return {board.incident_id: board for board in boards.filter(incident_id__in=wanted)} if wanted else {}


def visible(organisation_id: UUID, person: str) -> QuerySet[BoardRow]:
    """Return the incidents of the organisation that `person` (typed id) sees; to anybody else they do not exist."""
    return Viewer(organisation_id, person, directory.is_guest(organisation_id, person)).incidents()
