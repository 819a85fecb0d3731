"""The parties outside in the room: who is affected, what each was told and when, and what is overdue towards whom (COM-07)."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from tocsin.engine.collections import PARTIES
from tocsin.engine.program import Cases, Program, Text
from tocsin.incidents import served
from tocsin.incidents.models import ClockRow, PartyRow
from tocsin.web import clocks, plan_words
from tocsin.web.cases import Case


@dataclass(frozen=True, slots=True)
class Affected:
    """A party as a page shows it. `told` are the messages that reached it, each with when it last did; `late` counts what is overdue to it."""

    row: PartyRow
    key: str
    told: tuple[tuple[Text, datetime], ...]
    late: int
    kind: Text


def context(case: Case) -> dict[str, object]:
    """Return the parties, those nobody told yet first; `wanted` says whether the plan has anything to do with parties."""
    rows = sorted(present(case), key=lambda row: (row.notified_at is not None, row.notified_at or row.added_at))
    late = late_of(case)
    shown = [_affected(case, row, late) for row in rows]
    return {
        "parties": shown,
        "kinds": case.program.parties.kinds.items(),
        "untold": sum(1 for each in shown if each.row.notified_at is None),
        "wanted": bool(shown) or speaks_of_parties(case.program),
        "served": [each for each in served.every(case.registers, case.program) if each.key not in {row.party for row in rows}],
        "titled": plan_words.titled,
        "by_word": [(rule.id, plan_words.titled(rule)) for rule in case.program.messages.values() if is_for_parties(rule.to)],
    }


def present(case: Case) -> list[PartyRow]:
    """Return the parties that were not taken off the list, in the order in which they came onto it."""
    return sorted((row for row in case.rows(PartyRow) if row.removed_at is None), key=attrgetter("added_at"))


def late_of(case: Case) -> dict[str, int]:
    """Return how many running clocks are overdue, by the entry that they run over."""
    found: dict[str, int] = {}
    for row in case.seen(ClockRow):
        if row.entry and row.status in clocks.RUNNING:
            found[row.entry] = found.get(row.entry, 0) + (row.status == "breached" or row.behind > 0)
    return found


def speaks_of_parties(program: Program) -> bool:
    """Return whether a duty of the plan runs over the parties, or a message is for them."""
    runs = any(name in PARTIES for rule in program.obligations.values() for name in rule.collections)
    return runs or any(is_for_parties(rule.to) for rule in program.messages.values())


def is_for_parties(to: object) -> bool:
    """Return whether an audience means parties outside."""
    named = [name for each in (*to.cases.values(), to.otherwise or ()) for name in each] if isinstance(to, Cases) else to
    return any(name in PARTIES for name in named)  # type: ignore[attr-defined]


def _affected(case: Case, row: PartyRow, late: dict[str, int]) -> Affected:
    told = [(plan_words.name_of(case.program, template), datetime.fromisoformat(at)) for template, at in row.told.items()]
    kind = case.program.parties.kinds.get(str(row.about.get("kind", "")), {})
    return Affected(row, f"party:{row.party}", tuple(sorted(told, key=lambda each: each[1])), late.get(row.party, 0), kind)
