"""
Figures over many incidents of a plan: what each came to in a period beside the period before, and incidents by kind, cause, client or service
with the time and the losses that they cost.

Everything is computed from what was recorded and leads down to the incidents that it counts (KPI-11, KPI-13, KPI-14, KPI-16).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from tocsin.engine import figures
from tocsin.engine.expressions import UNKNOWN, Known, Name, Value
from tocsin.engine.namespaces import bare, within
from tocsin.engine.program import Figure, Program
from tocsin.incidents import plans
from tocsin.incidents.models import BoardRow, FactRow, FigureRow, Incident, PartyRow, RecordRow, RegisterRow
from tocsin.incidents.readers import Viewer
from tocsin.incidents.shapes import VALUE, Eye

PARTY: Final = "party"
LEVEL: Final = "level"
LASTED: Final = "lasted"
_EYE: Final = Eye(sealed=lambda _place, tree: str(tree))
Span = tuple[datetime, datetime]
"""From (inclusive) until (exclusive)."""


@dataclass(frozen=True, slots=True)
class One:
    """What a figure came to in one incident."""

    board: BoardRow
    value: Value
    standing: str


@dataclass(frozen=True, slots=True)
class Tally:
    """A figure over the incidents of a period, and of the one it is held against."""

    figure: Figure
    now: Sequence[One]
    before: Sequence[One]

    @property
    def mean(self) -> Known:
        """Return the mean of the period; unknown where nothing came to anything."""
        return _mean(self.now)

    @property
    def mean_before(self) -> Known:
        """Return the same of the other period."""
        return _mean(self.before)

    @property
    def change(self) -> Known:
        """Return by how many per cent the mean has changed."""
        return figures.change(self.mean_before, self.mean)

    @property
    def judged(self) -> Sequence[One]:
        """Return those that were held against a target."""
        return [one for one in self.now if one.standing in ("green", "red")]

    @property
    def good(self) -> int:
        """Return how many of them reached it."""
        return sum(1 for one in self.judged if one.standing == "green")


@dataclass(frozen=True, slots=True)
class Group:
    """The incidents that have one value of what they are told apart by; `repeats` followed another of the group within the time asked for."""

    value: str
    boards: Sequence[BoardRow]
    repeats: Sequence[BoardRow]
    sums: Mapping[str, Decimal]
    """What each figure that adds up came to in all of them, by the figure's id; nothing where none of them says it."""

    def lasted(self, now: datetime) -> timedelta:
        """Return how long they lasted, all together."""
        return sum(((board.closed_at or now) - board.declared_at for board in self.boards), timedelta())


def boards_of(viewer: Viewer, plan_id: str) -> list[BoardRow]:
    """Return the incidents of a plan that the viewer sees, the earliest first; no drills."""
    ran = plans.ran_by(viewer.organisation_id, plan_id)
    return list(viewer.incidents().filter(incident__in=ran, drill=False).order_by("declared_at", "number"))


def tallies(program: Program, boards: Iterable[BoardRow], now: Span, before: Span) -> list[Tally]:
    """Return every figure of a plan that came to something in either period; an incident counts where it was declared."""
    known = {board.incident_id: board for board in boards if _in(board, now) or _in(board, before)}
    rows = FigureRow.objects.filter(incident_id__in=known).exclude(value=None)
    found: dict[str, list[One]] = defaultdict(list)
    for row in rows:
        if row.standing not in ("waiting", "open") and not (row.begun_at and row.target_at and not row.ended_at and not row.kept):
            found[row.figure].append(One(known[row.incident_id], VALUE.read(row.value, _EYE, ""), row.standing))
    tallied = []
    for name, rule in program.figures.items():
        ones = [one for called in dict.fromkeys((bare(name), within(program.id, bare(name)))) for one in found.get(called, ())]
        one = Tally(rule, [each for each in ones if _in(each.board, now)], [each for each in ones if _in(each.board, before)])
        tallied += [one] if ones else []
    return tallied


def _in(board: BoardRow, span: Span) -> bool:
    return span[0] <= board.declared_at < span[1]


def _mean(ones: Sequence[One]) -> Known:
    spans = [one.value for one in ones if isinstance(one.value, timedelta)]
    if spans:
        return sum(spans, timedelta()) / len(spans)
    numbers = [one.value for one in ones if isinstance(one.value, Decimal)]
    return sum(numbers, Decimal()) / len(numbers) if numbers else UNKNOWN


def summed(program: Program) -> list[Figure]:
    """Return the figures that add up over incidents, such as losses: each is the total of what entries of a record say."""
    return [figure for figure in program.figures.values() if isinstance(figure.value, Name) and figure.value.path.endswith(".total")]


def groups(
    viewer: Viewer, boards: Sequence[BoardRow], by: str, span: Span, near: timedelta, *, sums: Iterable[Figure] = (), first: str = ""
) -> list[Group]:
    """
    Return the incidents of a period by what they are told apart by: a level, a fact (`fact:…`), a field of a record, a party outside (`party`),
    or of the parties what stands in a register (`party:services`) or in a field of it (`party:services.process`).

    An incident is a repeat if another with the same value began within `near` before it, in the period or not. What weighs most comes first:
    by the number of incidents, or by how long they lasted, or by one of the `sums`.
    """
    values = _values(viewer, boards, by)
    by_value: dict[str, list[BoardRow]] = defaultdict(list)
    for board in boards:
        for value in sorted(values.get(board.incident_id, ())):
            by_value[value].append(board)
    costs = {figure.id: _costs(figure, boards) for figure in sums}
    found = [_group(value, members, span, near, costs) for value, members in by_value.items()]

    def weight(group: Group) -> Decimal:
        if first == LASTED:
            return Decimal(str(group.lasted(span[1]).total_seconds()))
        return group.sums.get(first, Decimal(-1)) if first else Decimal(len(group.boards))

    return sorted((group for group in found if group.boards), key=lambda group: (-weight(group), -len(group.boards), group.value))


def _costs(figure: Figure, boards: Iterable[BoardRow]) -> dict[UUID, Decimal]:
    """Return what a figure came to in each incident that says it."""
    rows = FigureRow.objects.filter(incident_id__in=[board.incident_id for board in boards], figure__endswith=bare(figure.id))
    values = {row.incident_id: VALUE.read(row.value, _EYE, "") for row in rows.exclude(value=None) if bare(row.figure) == bare(figure.id)}
    return {incident: value for incident, value in values.items() if isinstance(value, Decimal)}


def _group(value: str, members: Sequence[BoardRow], span: Span, near: timedelta, costs: Mapping[str, Mapping[UUID, Decimal]]) -> Group:
    repeats = [
        later
        for place, later in enumerate(members)
        if _in(later, span) and any(later.declared_at - earlier.declared_at <= near for earlier in members[:place])
    ]
    own = [board for board in members if _in(board, span)]
    said = {name: [known[board.incident_id] for board in own if board.incident_id in known] for name, known in costs.items()}
    return Group(value, own, repeats, {name: sum(found, Decimal()) for name, found in said.items() if found})


def _values(viewer: Viewer, boards: Sequence[BoardRow], by: str) -> Mapping[UUID, set[str]]:
    kind, _, name = by.partition(":")
    incidents = [board.incident_id for board in boards]
    found: dict[UUID, set[str]] = defaultdict(set)
    if kind == LEVEL:
        found |= {board.incident_id: {board.level} for board in boards if board.level}
    elif kind == PARTY:
        found |= _parties(viewer, boards, *name.partition(".")[::2])
    elif kind == "fact":
        for fact in viewer.seen(boards, FactRow.objects.filter(incident_id__in=incidents, known=True)):
            said = fact.value if isinstance(fact.value, list) else [fact.value]
            found[fact.incident_id] |= {str(each) for each in said} if bare(fact.fact) == name else set()
    elif kind == "record":
        record, _, field = name.partition(".")
        for part in viewer.seen(boards, RecordRow.objects.filter(incident_id__in=incidents)):
            words = str(part.fields.get(field) or "").strip() if bare(part.record) == record else ""
            found[part.incident_id] |= {words} if words else set()
    return found


def _parties(viewer: Viewer, boards: Sequence[BoardRow], register: str, field: str) -> Mapping[UUID, set[str]]:
    """Return whom incidents affect: by name, all or those of a `register`; or what the register says of them in a `field`."""
    plan_of = {board.incident_id: board.plan_id for board in boards}
    records = Incident.objects.filter(organisation_id=viewer.organisation_id).exclude(standing="")
    entries = RegisterRow.objects.filter(incident__in=records, record=register)
    kept = {(plan, entry): said for plan, entry, said in entries.values_list("incident__standing", "entry", "fields")} if field else {}
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in PartyRow.objects.filter(incident_id__in=plan_of, removed_at=None):
        own = not register or row.party.startswith(f"{register}-")
        words = kept.get((plan_of[row.incident_id], row.party), {}).get(field, "") if field else row.name
        found[row.incident_id] |= {words} if own and words else set()
    return found
