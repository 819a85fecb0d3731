"""What a person reads in a dossier: the projection of exactly the entries that the file holds, and how each obligation came out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar, cast

from tocsin.engine import terms as t
from tocsin.incidents.dossier.contents import Contents, Kept
from tocsin.incidents.models import (
    BoardRow,
    BreachRow,
    ChainRow,
    ClockRow,
    DecidedRow,
    DeliveryRow,
    MessageRow,
    PartyRow,
    TimelineRow,
    WordRow,
)
from tocsin.incidents.models.row import Row
from tocsin.incidents.projection.projector import Projector
from tocsin.incidents.projection.rows import keys_of

Outcome = Literal["met", "late", "missed", "waived", "open", "ended"]
T = TypeVar("T", bound=Row)


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of the allowed time was used, in per cent of the drawing."""

    allowed: float
    used: float
    late: float


@dataclass(frozen=True, slots=True)
class Owed:
    """
    One obligation and what became of it. A recurring one counts its occurrences.

    `proof` is the entry that met, missed or waived it, None while it is open.
    """

    row: ClockRow
    outcome: Outcome
    met: int
    missed: int
    bar: Bar | None
    proof: Kept | None


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as a line of the record."""

    kept: Kept
    row: TimelineRow


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the readable pages, in order."""

    board: BoardRow
    owed: tuple[Owed, ...]
    breaches: tuple[BreachRow, ...]
    decided: tuple[DecidedRow, ...]
    messages: tuple[MessageRow, ...]
    deliveries: tuple[DeliveryRow, ...]
    chains: tuple[ChainRow, ...]
    words: tuple[WordRow, ...]
    parties: Mapping[str, str]
    """The names of the parties outside, by key."""
    record: tuple[Said, ...]

    def count(self, *outcomes: Outcome) -> int:
        """Return how many obligations came out so."""
        return sum(1 for one in self.owed if one.outcome in outcomes)

    @property
    def total(self) -> int:
        """Return how many obligations were owed and are settled one way or the other. What ceased to be owed is not counted."""
        return self.count("met", "late", "missed", "waived")


def lay_out(contents: Contents) -> Sheet:
    """Return the sheet of `contents`, as far as whoever asked for them sees it. Its rows are made in memory, from the entries in the file alone."""
    projector = Projector(contents.incident, contents.program, t.State(), at_a_glance=True)
    for one in contents.kept:
        projector.add(one.seq, one.event)
    made = projector.rows()

    def every(model: type[T]) -> tuple[T, ...]:
        return tuple(
            model(**dict(zip(keys_of(model), key, strict=True)), **values) for (kind, key), values in made.items() if kind is model
        )

    def all_of(model: type[T]) -> tuple[T, ...]:
        return tuple(contents.eyes.seen(every(model))) if contents.eyes else every(model)

    proofs, met = _settled(contents)
    (board,) = every(BoardRow)
    kept = {one.seq: one for one in contents.kept}
    return Sheet(
        board=board,
        owed=tuple(_owed(row, proofs, met) for row in all_of(ClockRow)),
        breaches=all_of(BreachRow),
        decided=all_of(DecidedRow),
        messages=all_of(MessageRow),
        deliveries=all_of(DeliveryRow),
        chains=all_of(ChainRow),
        words=all_of(WordRow),
        parties={row.party: row.name for row in every(PartyRow)},
        record=tuple(
            Said(kept[row.seq], row) for row in (contents.eyes.lines(every(TimelineRow)) if contents.eyes else every(TimelineRow))
        ),
    )


Key = tuple[str, int]
"""A clock and its generation."""


def _settled(contents: Contents) -> tuple[dict[Key, Kept], Counter[Key]]:
    """Return which entry settled each clock last, and how many times each was met."""
    generation: dict[str, int] = {}
    proofs: dict[Key, Kept] = {}
    met: Counter[Key] = Counter()
    for one in contents.kept:
        match one.event:
            case t.ClockOpened(clock=clock):
                generation[clock] = one.event.generation
            case t.ClockMet(clock=clock):
                met[clock, generation[clock]] += 1
                proofs[clock, generation[clock]] = one
            case t.ClockBreached(clock=clock) | t.OccurrenceMissed(clock=clock) | t.ClockWaived(clock=clock):
                proofs[clock, generation[clock]] = one
    return proofs, met


def _owed(row: ClockRow, proofs: Mapping[Key, Kept], met: Mapping[Key, int]) -> Owed:
    key = row.clock, row.generation
    return Owed(row, _outcome(row, met[key]), met[key], row.missed, bar(row), proofs.get(key))


def _outcome(row: ClockRow, met: int) -> Outcome:
    status = row.status
    if status == "waived":
        return "waived"
    if row.recurring:
        if row.missed:
            return "late"
        return "met" if met else "ended" if status == "ended" else "open"
    if status == "breached":
        return "missed"
    return cast("Outcome", status)


def bar(row: ClockRow) -> Bar | None:
    """Return the drawing for an obligation met once within a limit. The limit stands at 90 %, or where the time used leaves it."""
    due_at, met_at = row.due_at, row.met_at
    if row.recurring or due_at is None or met_at is None or due_at <= row.anchored_at:
        return None
    used = max(met_at - row.anchored_at, timedelta()) / (due_at - row.anchored_at)
    if used <= 1:
        return Bar(90, round(90 * used, 1), 0)
    return Bar(round(100 / used, 1), round(100 / used, 1), round(100 - 100 / used, 1))
