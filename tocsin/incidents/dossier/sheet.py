"""What a person reads in a dossier: the projection of exactly the entries that the file holds, and how each obligation came out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from tocsin.engine import terms as t
from tocsin.incidents.dossier.contents import Contents, Kept
from tocsin.incidents.models import BoardRow, BreachRow, ClockRow, DecidedRow, LevelRow, MessageRow, TimelineRow
from tocsin.incidents.projection.projector import Projector

Values = Mapping[str, Any]
"""A row as the projector gives it."""
Outcome = Literal["met", "late", "missed", "waived", "open", "ended"]
_KINDS = (BoardRow, BreachRow, ClockRow, DecidedRow, LevelRow, MessageRow, TimelineRow)


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

    row: Values
    outcome: Outcome
    met: int
    missed: int
    bar: Bar | None
    proof: Kept | None


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as a line of the record; `details` are its open values by place, the sealed texts are in `kept.texts`."""

    kept: Kept
    row: Values
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the readable pages, in order."""

    board: Values
    owed: tuple[Owed, ...]
    breaches: tuple[Values, ...]
    decided: tuple[Values, ...]
    levels: tuple[Values, ...]
    messages: tuple[Values, ...]
    record: tuple[Said, ...]

    def count(self, *outcomes: Outcome) -> int:
        """Return how many obligations came out so."""
        return sum(1 for one in self.owed if one.outcome in outcomes)

    @property
    def total(self) -> int:
        """Return how many obligations were owed and are settled one way or the other. What ceased to be owed is not counted."""
        return self.count("met", "late", "missed", "waived")


def lay_out(contents: Contents) -> Sheet:
    """Return the sheet of `contents`."""
    projector = Projector(contents.incident, contents.program, t.State())
    for one in contents.kept:
        projector.add(one.seq, one.event)
    rows: dict[type, list[Values]] = {kind: [] for kind in _KINDS}
    for (model, key), values in projector.rows().items():
        if model in rows:
            rows[model].append({"key": key, **values})
    proofs, met = _settled(contents)
    return Sheet(
        board=rows[BoardRow][0],
        owed=tuple(_owed(row, proofs, met) for row in rows[ClockRow]),
        breaches=tuple(rows[BreachRow]),
        decided=tuple(rows[DecidedRow]),
        levels=tuple(rows[LevelRow]),
        messages=tuple(rows[MessageRow]),
        record=tuple(_said(one, row) for one, row in zip(contents.kept, rows[TimelineRow], strict=True)),
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


def _owed(row: Values, proofs: Mapping[Key, Kept], met: Mapping[Key, int]) -> Owed:
    key = row["key"]
    return Owed(row, _outcome(row, met[key]), met[key], row["missed"], _bar(row), proofs.get(key))


def _outcome(row: Values, met: int) -> Outcome:
    status = row["status"]
    if status == "waived":
        return "waived"
    if row["recurring"]:
        if row["missed"]:
            return "late"
        return "met" if met else "ended" if status == "ended" else "open"
    if status == "breached":
        return "missed"
    known: Outcome = status
    return known


def _bar(row: Values) -> Bar | None:
    """Return the drawing for an obligation met once within a limit. The limit stands at 90 %, or where the time used leaves it."""
    due_at, met_at = row["due_at"], row["met_at"]
    if row["recurring"] or due_at is None or met_at is None or due_at <= row["anchored_at"]:
        return None
    used = max(met_at - row["anchored_at"], timedelta()) / (due_at - row["anchored_at"])
    if used <= 1:
        return Bar(90, round(90 * used, 1), 0)
    return Bar(round(100 / used, 1), round(100 / used, 1), round(100 - 100 / used, 1))


def _said(one: Kept, row: Values) -> Said:
    leaves = _leaves(row["data"], "")
    return Said(
        one,
        row,
        {place: value for place, value in leaves if place not in one.texts},
    )


def _leaves(tree: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield the places and texts of everything that is not a list or an object."""
    match tree:
        case dict():
            for name, part in tree.items():
                yield from _leaves(part, f"{place}/{name.replace('~', '~0').replace('/', '~1')}")
        case list():
            for index, part in enumerate(tree):
                yield from _leaves(part, f"{place}/{index}")
        case None | "":
            return
        case bool():
            yield place, "yes" if tree else ""
        case _:
            yield place, str(tree)
