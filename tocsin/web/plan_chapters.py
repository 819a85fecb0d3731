"""The chapters of a plan as a document: those that it fills, with what each needs to be said."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tocsin.engine.figures import MADE
from tocsin.engine.periods import MONTHS
from tocsin.engine.program import Cases, Figure, FromFact, Moment, Program
from tocsin.engine.times import Span
from tocsin.incidents.models import Plan
from tocsin.web import plan_words
from tocsin.web.jinja import words
from tocsin.web.languages import gettext as _


def context(program: Program, organisation_id: UUID) -> dict[str, Any]:
    """Return the chapters, and the words of those that are only shown."""
    return {
        "chapters": chapters(program),
        "elements": elements(),
        "missing": missing(program, organisation_id),
        "goal_of": lambda figure: goal(program, figure),
        "counted": lambda figure: _(", ").join(_counted(program, name) for name in figure.count),
        "periods": tuple(MONTHS),
    }


def _counted(program: Program, name: str) -> str:
    """Return what a figure counts: decisions by their title, else what the engine counts or a person called it."""
    decision = program.decisions.get(name.removesuffix(MADE))
    return words(decision.title) if decision else name.replace("_", " ")


def chapters(program: Program) -> list[tuple[str, str]]:
    """Return the ids and titles of the chapters that this plan fills."""
    found = [
        ("levels", _("Levels"), bool(program.levels)),
        ("facts", _("What is asked"), bool(program.facts)),
        ("signals", _("What is measured"), bool(program.signals)),
        ("roles", _("Groups and roles"), bool(program.roles)),
        ("moments", _("Moments"), any(shown_moment(rule) for rule in program.moments.values())),
        ("obligations", _("What is owed, by when"), bool(program.obligations)),
        ("decisions", _("Decisions"), bool(program.decisions)),
        ("conditions", _("Conditions"), bool(program.conditions)),
        ("messages", _("Messages"), bool(program.messages)),
        ("records", _("Records"), bool(program.records)),
        ("figures", _("Figures"), bool(program.figures)),
        ("checklists", _("Checklists"), bool(program.checklists)),
        ("help", _("Questions and typical errors"), bool(program.help.questions or program.help.errors or program.help.examples)),
        ("resources", _("Registers"), bool(program.resources)),
        ("readiness", _("Standing duties"), bool(program.standing and program.standing.obligations)),
        ("about", _("The document"), True),
    ]
    return [(name, title) for name, title, filled in found if filled]


def shown_moment(rule: Moment) -> bool:
    """Tell whether the document speaks of this moment; those of a rule stand with their rule."""
    return bool(rule.cite) and "." not in rule.id


def elements() -> list[tuple[str, str]]:
    """Return the nine elements that a plan for emergencies is expected to have (PLN-11)."""
    return [
        ("general", _("General provisions")),
        ("organisation", _("Organisation")),
        ("response_flow", _("Flow of the response")),
        ("division_of_duties", _("Division of duties")),
        ("information", _("Handling of information")),
        ("measures_of_levels", _("Measures of each level")),
        ("external_liaison", _("Liaison outside")),
        ("aftermath", _("Aftermath")),
        ("support", _("Support")),
    ]


def missing(program: Program, organisation_id: UUID) -> frozenset[str]:
    """Return the related documents that the organisation does not have here, by name or title (KNB-04)."""
    related = [name for names in program.document.related.values() for name in names]
    return frozenset(related) - _known(organisation_id) if related else frozenset()


def _known(organisation_id: UUID) -> frozenset[str]:
    plans: Iterable[Plan] = Plan.objects.filter(organisation_id=organisation_id)
    return frozenset(name for plan in plans for name in (plan.plan_id, *plan.title.values()))


def goal(program: Program, figure: Figure) -> str:
    """Return the target of a figure in words; empty for none."""
    match figure.target:
        case None:
            return ""
        case Span():
            return plan_words.span(figure.target)
        case FromFact(fact):
            return words(plan_words.name_of(program, fact))
        case Cases(by):
            return words(plan_words.name_of(program, by))
        case bool():
            return _("yes") if figure.target else _("no")
        case Decimal():
            return f"{figure.target.normalize():f}{f' {figure.unit}' if figure.unit else ''}"
        case timedelta():
            return plan_words.span(Span(exact=figure.target))
