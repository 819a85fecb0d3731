"""What watches by itself: signals of which no data comes, and how often each trigger's alarm was called false, month by month (DET-07, DET-11)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tocsin.engine.namespaces import bare, part_of
from tocsin.engine.program import Program, Text
from tocsin.incidents import plans, readers, silences
from tocsin.incidents.models import BoardRow, Silence, TimelineRow
from tocsin.kit import tables
from tocsin.web import cases, plan_words, times
from tocsin.web.reply import Request

MONTHS: Final = 6


@dataclass(frozen=True, slots=True)
class Silent:
    """A signal of which no data comes, and the plan whose triggers watch it."""

    row: Silence
    title: Text
    plan: Text


@dataclass(frozen=True, slots=True)
class Month:
    """What a trigger did in a month: how often it fired, and how often that was called by a name, such as a false alarm."""

    trigger: Text
    plan: Text
    month: datetime
    fired: int
    called: tuple[tuple[Text, int], ...]


@dataclass(frozen=True, slots=True)
class _Key:
    """A trigger of a plan in a month, however the plans of an incident call it."""

    month: datetime
    plan: str
    trigger: str


@dataclass(slots=True)
class _Count:
    """What is known of one key."""

    trigger: Text
    plan: Text
    fired: int = 0
    called: Counter[str] = field(default_factory=Counter)


def silent(request: Request) -> list[Silent]:
    """Return the signals of which no data comes, the longest silence first."""
    rows = silences.standing(request.organisation.id)
    found = plans.in_force(request.organisation.id) if rows else {}
    return [_silent(row, plans.compiled(found[row.plan_id])) for row in rows if row.plan_id in found]


def months(request: Request) -> list[Month]:
    """
    Return what the triggers did in the last months, by month, plan and trigger, the newest month first. Drills are left out.

    What a firing was called counts in the month in which it fired.
    """
    counts: dict[_Key, _Count] = {}
    titles: dict[str, Text] = {}
    opened: dict[tuple[object, str], _Key] = {}
    rows = _rows(request.organisation.id)
    boards = readers.boards_of(rows, cases.seen(request).filter(drill=False)) if rows else {}
    for row in rows:
        board = boards.get(row.incident_id)
        program = _program(request, board) if board else None
        if program is None:
            continue
        if row.kind == "TriggerFired":
            trigger = program.triggers.get(row.data["trigger"])
            if trigger is None:
                continue
            part = next(each.program for each in program.plans if each.name == part_of(trigger.id))
            key = _Key(_month(row.at), part.id, bare(trigger.id))
            counts.setdefault(key, _Count(plan_words.titled(trigger), part.title)).fired += 1
            if row.data["opened"]:
                opened[row.incident_id, trigger.opens] = key
        elif row.data["named"] and (first := opened.get((row.incident_id, row.data["situation"]))):
            name = bare(row.data["named"])
            counts[first].called[name] += 1
            titles[name] = _named(program, row.data["named"])
    return list(_listed(counts, titles))


def _rows(organisation_id: UUID) -> list[TimelineRow]:
    """Return the firings and the ends of situations since the first of the months that are shown, incident by incident."""
    since = _month(times.now())
    for _ in range(MONTHS - 1):
        since = _month(since - timedelta(days=1))
    where = "WHERE organisation_id = {} AND kind IN ('TriggerFired', 'SituationClosed') AND at >= {} ORDER BY incident_id, seq"
    return tables.select(TimelineRow, where, [("uuid", organisation_id), ("timestamptz", since)])


def _month(at: datetime) -> datetime:
    """Return the beginning of the viewer's month in which `at` lies."""
    return times.local(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _listed(counts: Mapping[_Key, _Count], titles: Mapping[str, Text]) -> Iterator[Month]:
    for key in sorted(counts, key=lambda each: (-each.month.timestamp(), each.plan, each.trigger)):
        known = counts[key]
        names = tuple((titles[name], count) for name, count in known.called.items())
        yield Month(known.trigger, known.plan, key.month, known.fired, names)


def _silent(row: Silence, program: Program) -> Silent:
    return Silent(row, plan_words.titled(program.signals.get(row.signal), row.signal), program.title)


def _named(program: Program | None, name: str) -> Text:
    """Return how the plan calls what ends by this name: the figure that counts it, else whatever bears the name."""
    counted = next((rule for rule in program.figures.values() if name in rule.count), None) if program else None
    return plan_words.titled(counted) if counted else plan_words.name_of(program, name) if program else plan_words.plain(name)


def _program(request: Request, board: BoardRow) -> Program | None:
    return plans.readable(request.organisation.id, board.plan_hash)
