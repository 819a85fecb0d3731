"""The classification of a draft as trees: the rules that propose a level, and the lines of the table where none speaks."""

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.engine.expressions import Expression
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Path


@dataclass(frozen=True, slots=True)
class Spoken:
    """One rule or line: where it stands, what it is called, when it is true and the level it gives."""

    path: Path
    name: str
    when: Expression
    level: str


def rules(draft: Draft) -> tuple[Spoken, ...]:
    """Return the rules whose expressions are whole, in the order of the plan."""
    return tuple(_rules(draft))


def lines(draft: Draft) -> tuple[Spoken, ...]:
    """Return the lines of the fallback table, as `rules` does."""
    return tuple(_lines(draft))


def rank(draft: Draft, level: str) -> int:
    """Return how grave a level is: 0 for the gravest. What is no level is milder than all."""
    order = list(draft.names.ids["level"])
    return order.index(level) if level in order else len(order)


def _rules(draft: Draft) -> Iterator[Spoken]:
    for name, rule in draft.form.classify.rules.items() if draft.form and draft.form.classify else ():
        tree = draft.tree(rule.when)
        if tree is not None:
            yield Spoken(("classify", "rules", name), name, tree, rule.level.name)


def _lines(draft: Draft) -> Iterator[Spoken]:
    fallback = draft.form.classify.fallback if draft.form and draft.form.classify else None
    for index, line in enumerate(fallback.table) if fallback else ():
        tree = draft.tree(line.when)
        if tree is not None:
            yield Spoken(("classify", "fallback", "table", index), f"line {index + 1}", tree, line.level.name)
