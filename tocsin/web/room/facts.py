"""Facts: what is known, who said so, and the form that states more."""

from dataclasses import dataclass
from operator import attrgetter

from markupsafe import Markup

from tocsin.engine.program import Text
from tocsin.engine.rules.moments import LASTING
from tocsin.incidents import recommendation
from tocsin.incidents.models import FactRow, MomentRow
from tocsin.web import fact_fields, plan_words
from tocsin.web.cases import Case
from tocsin.web.room.suggestions import Suggestions


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment that people record: when it came last, and whether the viewer may record it or take it back."""

    id: str
    title: Text
    row: MomentRow | None
    may: bool
    lasts: bool
    again: bool
    """It can come again, so that recording it anew is no correction."""
    key: str


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that somebody stated, that follows from the plan, or that holds by default."""

    row: FactRow
    value: Markup


def context(case: Case) -> dict[str, object]:
    """Return what is known and the form."""
    rows = sorted(case.rows(FactRow), key=attrgetter("order"))
    rules = case.program.facts
    known = [Known(row, plan_words.kept(rules[row.fact], row.value)) for row in rows if row.known and row.fact in rules]
    values = {row.fact: value for row in rows if row.fact in rules and (value := plan_words.unplain(row.value)) is not None}
    weighing = {fact.id for fact in recommendation.questions(case.program)}
    suggestions = Suggestions(case)
    facts = suggestions.asked(rules[row.fact] for row in rows if row.fact in rules)
    asked = fact_fields.asked(facts, values, suggestions.of(facts))
    return {
        "known": known,
        "weighing": [one for one in asked if one.fact.id in weighing],
        "others": [one for one in asked if one.fact.id not in weighing],
        "moments": _moments(case),
        "people": case.people,
        "reason_needed": any(fact.reason_on_change for fact in rules.values()),
    }


def _moments(case: Case) -> list[Instant]:
    """Return the moments that people record by hand, and those that came and can be taken back."""
    came = {row.moment: row for row in case.came()}
    found = []
    for rule in case.program.moments.values():
        by_hand = bool(rule.recorded_by)
        if "." in rule.id or not (by_hand or (rule.id in came and rule.id not in LASTING)):
            continue
        may = case.commands or case.speaks(rule.recorded_by or (case.program.commander,))
        row = came.get(rule.id)
        found.append(
            Instant(rule.id, plan_words.titled(rule), row, may, not by_hand or rule.id in LASTING, rule.repeats, f"moment:{rule.id}")
        )
    return sorted(found, key=lambda one: one.row is None)
