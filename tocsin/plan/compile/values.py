"""Facts, signals and conditions."""

from tocsin.engine.expressions import Value
from tocsin.engine.program import Baseline, Condition, Fact, Prefilled, Reading, Signal, Template, Text, Waiver
from tocsin.engine.program.values import FEED
from tocsin.plan.builtin import UNSURE
from tocsin.plan.compile.context import Context, name, names
from tocsin.plan.constants import Misfit, constant
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Path
from tocsin.plan.forms.leaves import Cases as CasesForm
from tocsin.plan.forms.leaves import RuleForm
from tocsin.plan.forms.plan import DefaultsForm, PlanForm
from tocsin.plan.forms.values import BaselineForm, ConditionForm, FactForm, ReadingForm, TemplateForm, WaiveForm


def signals(draft: Draft, form: PlanForm) -> dict[str, Signal]:
    """Return the signals. They come before everything else, because watches look at them."""
    usual = (form.defaults or DefaultsForm()).silent_after
    found = {}
    for identifier, rule in form.signals.items():
        said = rule.title or rule.says
        title: Text = (
            {locale or str(form.language): text for locale, text in said.by_locale.items()} if said else {form.language: identifier}
        )
        found[identifier] = Signal(
            id=identifier,
            title=title,
            cite=tuple(rule.cite),
            assumed=tuple(rule.assumed),
            acknowledges=tuple(rule.acknowledges),
            kind=rule.kind,
            unit=rule.unit,
            window=rule.window,
            better=rule.better or "",
            has_baseline=rule.baseline is not None,
            baseline=_baseline(rule.baseline),
            silent_after=rule.silent_after or usual,
            labels=tuple(rule.labels),
            formula=draft.expression(rule.formula).tree if rule.formula else None,
            logs=tuple(source for source in rule.from_ if source != FEED),
            fed=not rule.from_ or FEED in rule.from_,
        )
    return found


def _baseline(form: BaselineForm | None) -> Baseline | None:
    if form is None:
        return None
    return Baseline(form.over.days, form.same_hour, form.same_scope, form.without is not None)


def facts(context: Context) -> dict[str, Fact]:
    """Return the facts, those of situations among them."""
    found = {identifier: _fact(context, ("facts", identifier), rule) for identifier, rule in context.form.facts.items()}
    for situation, form in context.form.situations.items():
        for identifier, rule in form.facts.items():
            found[identifier] = _fact(context, ("situations", situation, "facts", identifier), rule, form)
    return found


def _fact(context: Context, path: Path, rule: FactForm, within: RuleForm | None = None) -> Fact:
    identifier = str(path[-1])
    type_ = context.draft.names.types[identifier]

    def value(stated: object) -> Value:
        found = constant(type_, stated)
        assert not isinstance(found, Misfit)
        return found

    unsure = rule.type == "yes_no_unsure"
    of = rule.of or {}
    named: dict[str, Text] = dict(UNSURE) if unsure else {each: context.text(words) for each, words in of.items() if words}
    stated = rule.default
    default = context.cases(stated, value) if isinstance(stated, CasesForm) else None if stated is None else value(stated)
    return Fact(
        **context.common(identifier, rule, within=within, title=context.text(rule.ask)),
        type="choice" if rule.type == "yes_no_unsure" else rule.type,
        of=tuple(UNSURE) if unsure else tuple(of),
        names=named,
        many=rule.many,
        unit=rule.unit,
        classes=tuple(rule.classes),
        ask=context.text(rule.ask),
        when=context.expression(rule.when),
        default=default,
        at_most=rule.at_most,
        implied=tuple((value(each.value), context.must(each.when)) for each in rule.implied),
        suggested=context.expression(rule.suggested),
        marks=context.moment(rule.marks, path),
        marks_change=context.moment(rule.marks_change, path),
        stated_by=names(rule.stated_by),
        reason_on_change=rule.reason is not None,
        situation=str(path[1]) if within else "",
        templates=tuple(_template(context, each, form) for each, form in rule.templates.items()),
    )


def _template(context: Context, value: str, form: TemplateForm) -> Template:
    def said(fact: str, stated: object) -> Prefilled:
        found = constant(context.draft.names.types[fact], stated)
        assert not isinstance(found, Misfit)
        return Prefilled(fact, found)

    return Template(value, tuple(said(fact, stated) for fact, stated in form.prefill.items()), names(form.asks))


def conditions(context: Context) -> dict[str, Condition]:
    """Return the conditions, the items of checklists among them."""
    found = {identifier: _condition(context, identifier, rule) for identifier, rule in context.form.conditions.items()}
    for checklist, form in context.form.checklists.items():
        for item, rule in form.items.items():
            identifier = f"{checklist}.{item}"
            found[identifier] = _condition(context, identifier, rule, form)
    return found


def _condition(context: Context, identifier: str, rule: ConditionForm, within: RuleForm | None = None) -> Condition:
    return Condition(
        **context.common(identifier, rule, within=within),
        measure=context.expression(rule.measure),
        hold=rule.hold,
        since=context.moment(rule.from_),
        attest=name(rule.attest),
        denied_by=context.expression(rule.denied_by),
        evidence=rule.evidence,
        when=context.expression(rule.when),
        waive=_waiver(context, rule.waive) if rule.waive else None,
        each=name(rule.each),
        marks=context.moments(rule.marks),
        readings=tuple(reading(context, each) for each in rule.readings),
    )


def _waiver(context: Context, form: WaiveForm) -> Waiver:
    return Waiver(names(form.by), names(form.approve), context.expression(form.needs), form.after, context.moment(form.of), form.into)


def reading(context: Context, form: ReadingForm) -> Reading:
    """Return another reading of a sentence."""
    formula = form.measure or form.when
    assert formula is not None
    return Reading(context.must(formula), tuple(form.cite))
