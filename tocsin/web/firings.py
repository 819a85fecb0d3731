"""What watches by itself: signals of which no data comes, and how often each trigger's alarm was called false, month by month (DET-07, DET-11)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.engine.program import Program, Text
from tocsin.incidents import plans, silences
from tocsin.incidents.models import BoardRow, Silence, TimelineRow
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
    month: datetime
    fired: int
    called: tuple[tuple[Text, int], ...]


def silent(request: Request) -> list[Silent]:
    """Return the signals of which no data comes, the longest silence first."""
    found = plans.in_force(request.organisation.id)
    rows = [row for row in silences.standing(request.organisation.id) if row.plan_id in found]
    return [_silent(row, plans.compiled(found[row.plan_id])) for row in rows]


def months(request: Request) -> list[Month]:
    """Return what the triggers did, by month and trigger, the newest month first. Drills are left out."""
    fired: Counter[tuple[datetime, str]] = Counter()
    called: Counter[tuple[datetime, str, str]] = Counter()
    titles: dict[str, Text] = {}
    boards = {row.incident_id: row for row in cases.seen(request).filter(drill=False)}
    rows = TimelineRow.objects.filter(incident_id__in=boards, kind__in=("TriggerFired", "SituationClosed")).order_by("incident_id", "seq")
    by_situation: dict[tuple[object, str], str] = {}
    for row in rows:
        month = times.local(row.at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        if row.kind == "TriggerFired":
            program = _program(request, boards[row.incident_id])
            trigger = program.triggers.get(row.data["trigger"]) if program else None
            if trigger is not None and row.data["opened"]:
                by_situation[row.incident_id, trigger.opens] = trigger.id
                titles[trigger.id] = plan_words.titled(trigger)
            if trigger is not None:
                titles[trigger.id] = plan_words.titled(trigger)
                fired[month, trigger.id] += 1
        elif row.data["named"] and (opened := by_situation.get((row.incident_id, row.data["situation"]))):
            called[month, opened, row.data["named"]] += 1
            titles[row.data["named"]] = _named(_program(request, boards[row.incident_id]), row.data["named"])
    return list(_listed(fired, called, titles))


def _listed(fired: Counter[tuple[datetime, str]], called: Counter[tuple[datetime, str, str]], titles: dict[str, Text]) -> Iterator[Month]:
    keys = {*fired, *((month, trigger) for month, trigger, _ in called)}
    latest = sorted({month for month, _ in keys}, reverse=True)[:MONTHS]
    for month, trigger in sorted(keys, key=lambda key: (-key[0].timestamp(), key[1])):
        if month in latest:
            names = tuple((titles[name], times) for (at, of, name), times in called.items() if (at, of) == (month, trigger))
            yield Month(titles[trigger], month, fired[month, trigger], names)


def _silent(row: Silence, program: Program) -> Silent:
    return Silent(row, plan_words.titled(program.signals.get(row.signal), row.signal), program.title)


def _named(program: Program | None, name: str) -> Text:
    """Return how the plan calls what ends by this name: the figure that counts it, else whatever bears the name."""
    counted = next((rule for rule in program.figures.values() if name in rule.count), None) if program else None
    return plan_words.titled(counted) if counted else plan_words.name_of(program, name) if program else plan_words.plain(name)


def _program(request: Request, board: BoardRow) -> Program | None:
    return plans.readable(request.organisation.id, board.plan_hash)
