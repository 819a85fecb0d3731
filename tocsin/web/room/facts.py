"""Facts: what is known, who said so, and the form that states more."""

from dataclasses import dataclass

from markupsafe import Markup

from tocsin.incidents import recommendation
from tocsin.incidents.models import FactRow
from tocsin.web import fact_fields, plan_words
from tocsin.web.cases import Case


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that somebody stated, that follows from the plan, or that holds by default."""

    row: FactRow
    value: Markup


def context(case: Case) -> dict[str, object]:
    """Return what is known and the form."""
    rows = list(FactRow.objects.filter(incident_id=case.id).order_by("order"))
    rules = case.program.facts
    known = [Known(row, plan_words.kept(rules[row.fact], row.value)) for row in rows if row.known and row.fact in rules]
    values = {row.fact: value for row in rows if row.fact in rules and (value := plan_words.unkept(rules[row.fact], row.value)) is not None}
    weighing = {fact.id for fact in recommendation.questions(case.program)}
    asked = fact_fields.asked((rules[row.fact] for row in rows if row.fact in rules), values)
    return {
        "known": known,
        "weighing": [one for one in asked if one.fact.id in weighing],
        "others": [one for one in asked if one.fact.id not in weighing],
        "people": case.people,
        "reason_needed": any(fact.reason_on_change for fact in rules.values()),
    }
