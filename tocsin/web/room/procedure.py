"""The procedure: its steps in their written order, the typical errors that stand now, questions and answers where they belong, checklists."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from tocsin.engine import guards
from tocsin.engine.program import Checklist, Guard, Question, Situation
from tocsin.incidents.models import ConditionRow, SituationRow
from tocsin.web import measures, plan_words
from tocsin.web.cases import Case
from tocsin.web.room import conditions, figures, indicators
from tocsin.web.room.conditions import Shown


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `state` is later, open or done; `times` how often it was opened."""

    rule: Situation
    state: str
    opened_at: datetime | None
    closed_at: datetime | None
    times: int
    questions: tuple[Question, ...]
    figures: tuple[figures.Shown, ...]


@dataclass(frozen=True, slots=True)
class List:
    """One checklist with its items as they stand."""

    rule: Checklist
    items: tuple[Shown, ...]
    ticked: int


def context(case: Case) -> dict[str, object]:
    """Return the steps of the written procedure, and what warns while one works through them."""
    rows: dict[str, list[SituationRow]] = {}
    for row in sorted(case.rows(SituationRow), key=attrgetter("generation")):
        rows.setdefault(row.situation, []).append(row)
    steps = sorted((rule for rule in case.program.situations.values() if rule.step), key=lambda rule: rule.step)
    shown = {each.rule.id: each for each in figures.every(case)} if any(rule.figures for rule in steps) else {}
    return {
        "steps": [_step(case, rule, rows.get(rule.id, []), shown) for rule in steps],
        "guards": standing(case),
        "questions": [each for each in case.program.help.questions if not each.at],
        "late": measures.overdue(case.viewer, case.incident_now, case.board.plan_id, case.id),
        "titled": plan_words.titled,
        "people": case.people,
    }


def _step(case: Case, rule: Situation, rows: list[SituationRow], shown: Mapping[str, figures.Shown]) -> Step:
    last = rows[-1] if rows else None
    inside = {each.id for each in case.program.obligations.values() if each.situation == rule.id} | {rule.id}
    return Step(
        rule=rule,
        state="later" if last is None else "open" if last.open else "done",
        opened_at=last.opened_at if last else None,
        closed_at=last.closed_at if last else None,
        times=len(rows),
        questions=tuple(each for each in case.program.help.questions if each.at in inside),
        figures=tuple(shown[name] for name in rule.figures if name in shown),
    )


def standing(case: Case) -> tuple[Guard, ...]:
    """Return the typical errors of the document that stand now (STP-15)."""
    return guards.standing(case.program, {row.moment: row.happened_at for row in case.came()})


def _item(condition: conditions.Shown) -> conditions.Shown:
    """Return a condition as an item of a list: what does not hold yet is not ticked yet, nothing more."""
    return replace(condition, state="later") if condition.state == "against" else condition


def checklists(case: Case) -> dict[str, object]:
    """Return the checklists of the plan, each item ticked by what is known or by whoever attests it (STP-12)."""
    rows = {row.condition: row for row in case.rows(ConditionRow)}
    lists = []
    for rule in case.program.checklists.values():
        if rule.indicators and not indicators.applies(case.program, case.board, rule):
            continue
        seen = [conditions.shown(case, rows[name], case.program.conditions[name]) for name in rule.items if name in rows]
        items = tuple(seen if rule.indicators else map(_item, seen))
        lists.append(List(rule, items, sum(1 for item in items if item.state == "met")))
    return {
        "lists": lists,
        "people": case.people,
        "titled": plan_words.titled,
        "names": lambda roles: plan_words.names(case.program, roles),
    }
