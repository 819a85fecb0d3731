"""Indicators: what a plan says has to stay so while an incident is handled, each kept or not, by the record alone (STP-16)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tocsin.engine.program import Checklist, Program, Text
from tocsin.incidents.models import BoardRow, ConditionRow


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that has to stay so. `state` is kept, broken or unknown."""

    title: Text
    state: str


@dataclass(frozen=True, slots=True)
class Indicators:
    """A list of them under its title."""

    rule: Checklist
    items: tuple[Indicator, ...]

    @property
    def broken(self) -> tuple[Indicator, ...]:
        return tuple(each for each in self.items if each.state == "broken")


def of(program: Program, board: BoardRow, rows: Iterable[ConditionRow]) -> list[Indicators]:
    """Return the indicators that apply to an incident now, from what its conditions are known to be."""
    known = {row.condition: row for row in rows}
    found = [Indicators(rule, tuple(_items(rule, known))) for rule in program.checklists.values() if rule.indicators]
    return [each for each in found if applies(program, board, each.rule)]


def applies(program: Program, board: BoardRow, rule: Checklist) -> bool:
    """Return whether a list is for the level that its plan has in force."""
    plan = program.part(rule.id).program.id
    level = next((each["level"] for each in board.plans if each["id"] == plan), board.level)
    return not rule.levels or level in rule.levels


def names(program: Program) -> list[str]:
    """Return the conditions behind every indicator of a plan."""
    return [name for rule in program.checklists.values() if rule.indicators for name in rule.items]


def _items(rule: Checklist, known: Mapping[str, ConditionRow]) -> Iterator[Indicator]:
    states = {True: "kept", False: "broken", None: "unknown"}
    yield from (Indicator(known[name].title, states[known[name].holds]) for name in rule.items if name in known)
