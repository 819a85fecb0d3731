"""A checked draft made into the engine's Program."""

from dataclasses import replace

from tocsin.engine.business import Calendar
from tocsin.engine.program import Defaults, Program
from tocsin.plan.compile import duties, levels, moments, people, shown, standing, triggers, values, words
from tocsin.plan.compile.context import Context
from tocsin.plan.draft import Draft
from tocsin.plan.fingerprint import fingerprint
from tocsin.plan.forms.calendar import CalendarForm
from tocsin.plan.forms.plan import DefaultsForm


def compile_plan(draft: Draft) -> Program:
    """
    Return the Program of a draft without errors. Pure.

    What a rule inherits is resolved here: its citation, its title, its ladder and reminder, its end, `opened` and `closed` inside a situation.
    """
    form = draft.form
    assert form is not None
    context = Context(draft, form, values.signals(draft, form))
    defaults = _defaults(context, form.defaults or DefaultsForm())
    context.defaults = defaults
    program = Program(
        id=form.id,
        version=form.version,
        hash=fingerprint(draft.data),
        language=form.language,
        timezone=form.timezone,
        title=context.text(form.title),
        owner=form.document.owner or "" if form.document else "",
        status=form.document.status if form.document else "in_force",
        defaults=defaults,
        facts=values.facts(context),
        signals=context.signals,
        conditions=values.conditions(context),
        moments=moments.moments(context),
        departments=people.departments(context),
        groups=people.groups(context),
        every_group=people.every_group(context),
        parties=people.parties(context),
        roles=people.roles(context),
        lists=people.lists(context),
        levels=levels.levels(context),
        classify=levels.classify(context),
        triggers=triggers.triggers(context),
        situations=duties.situations(context),
        obligations=duties.obligations(context),
        decisions=duties.decisions(context),
        messages=words.messages(context),
        records=words.records(context),
        figures=shown.figures(context),
        checklists=shown.checklists(context),
        help=shown.help_(context),
        resources=shown.resources(context),
        document=shown.document(context),
        scope=shown.scope(context),
        kind=form.kind,  # type: ignore[arg-type]
        maps=people.maps(context),
        watches=context.watches.found,
    )
    return replace(program, standing=standing.standing(context, program))


def _defaults(context: Context, form: DefaultsForm) -> Defaults:
    usual = Defaults()
    return Defaults(
        remind=form.remind if form.remind is not None else usual.remind,
        late=context.ladder(form.late, ("defaults",)) if form.late is not None else (),
        silent_after=form.silent_after,
        accept_within=form.accept_within or usual.accept_within,
        calendar=_calendar(form.calendar, context.form.timezone) if form.calendar else None,
    )


def _calendar(form: CalendarForm, zone: str) -> Calendar:
    return Calendar(zone, form.hours, {**dict.fromkeys(form.holidays, ()), **form.instead})
