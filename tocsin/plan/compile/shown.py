"""What is shown beside the rules: figures, checklists, help, registers, and what the document says of itself."""

from tocsin.engine.program import (
    AsParty,
    Audience,
    Change,
    Checklist,
    Document,
    Example,
    Figure,
    FromFact,
    Goal,
    Guard,
    Help,
    Item,
    Question,
    Resource,
    Scope,
    Standard,
    Text,
    Tier,
)
from tocsin.plan.compile.context import Context, name, names
from tocsin.plan.compile.words import record_fields
from tocsin.plan.forms.document import AudienceForm
from tocsin.plan.forms.figures import SIMILAR, FigureForm
from tocsin.plan.forms.help import ErrorForm
from tocsin.plan.forms.leaves import Cases, Formula
from tocsin.plan.forms.leaves import FromFact as FromFactForm
from tocsin.plan.forms.standing import AsPartyForm, ResourceForm


def figures(context: Context) -> dict[str, Figure]:
    """Return the figures."""
    return {identifier: _figure(context, identifier, rule) for identifier, rule in context.form.figures.items()}


def _figure(context: Context, identifier: str, rule: FigureForm) -> Figure:
    against = rule.against if isinstance(rule.against, Formula) else None
    return Figure(
        **context.common(identifier, rule),
        begins=context.moment(rule.from_),
        ends=context.moment(rule.to),
        also_from=context.moment(rule.also_from),
        value=context.reading(rule.value),
        count=tuple(rule.count),
        before=context.reading(rule.before),
        after=context.reading(rule.after),
        needs=context.expression(rule.needs),
        target=_goal(context, rule.at_least if rule.at_least is not None else rule.target),
        at_least=rule.at_least is not None,
        at=rule.at,
        levels=names(rule.levels),
        against=context.reading(against),
        similar=rule.against == SIMILAR,
        per=tuple(rule.per),
        unit=rule.unit,
    )


def _goal(context: Context, form: object) -> Goal | None:
    match form:
        case Cases():
            return context.cases(form, lambda value: value)
        case FromFactForm():
            return FromFact(form.from_.name)
        case _:
            return form  # type: ignore[return-value]


# ------------------------------------------------------------------ help


def checklists(context: Context) -> dict[str, Checklist]:
    """Return the checklists; their items stand among the conditions."""
    return {
        identifier: Checklist(
            **context.common(identifier, rule),
            items=tuple(f"{identifier}.{item}" for item in rule.items),
            indicators=rule.indicators,
            levels=names(rule.levels),
        )
        for identifier, rule in context.form.checklists.items()
    }


def help_(context: Context) -> Help:
    """Return the questions, typical errors and examples."""
    form = context.form.help
    if form is None:
        return Help()
    return Help(
        questions=tuple(
            Question(**context.common(identifier, rule, title=context.text(rule.q)), at=name(rule.at), answer=context.text(rule.a))
            for identifier, rule in form.questions.items()
        ),
        errors=tuple(_guard(context, identifier, rule) for identifier, rule in form.errors.items()),
        examples=tuple(
            Example(
                **context.common(identifier, rule, title=context.text(rule.situation)),
                situation=context.text(rule.situation),
                actions=context.text(rule.actions),
                took=rule.took,
                result=context.text(rule.result),
                conclusion=context.text(rule.conclusion),
                scenario=rule.scenario,
            )
            for identifier, rule in form.examples.items()
        ),
    )


def _guard(context: Context, identifier: str, rule: ErrorForm) -> Guard:
    fires = context.moments(rule.fires.on) if rule.fires else ()
    until = context.moments(rule.fires.until) if rule.fires else ()
    return Guard(
        **context.common(identifier, rule, title=context.text(rule.cause)),
        cause=context.text(rule.cause),
        remedy=context.text(rule.remedy),
        fires=fires,
        until=until or made_good(fires),
    )


def made_good(fires: tuple[str, ...]) -> tuple[str, ...]:
    """Return what ends a guard that says nothing: a duty that was overdue is done."""
    return tuple(f"{moment.removesuffix('.breached')}.done" for moment in fires if moment.endswith(".breached"))


# ------------------------------------------------------------------ registers


def resources(context: Context) -> dict[str, Resource]:
    """Return the registers."""
    return {identifier: _resource(context, identifier, rule) for identifier, rule in context.form.resources.items()}


def _resource(context: Context, identifier: str, rule: ResourceForm) -> Resource:
    return Resource(
        **context.common(identifier, rule),
        fields=record_fields(context, rule.fields, rule.choice, tuple(rule.cite)),
        owner=rule.owner,
        items=tuple(Item(item.id, dict(item.values), tuple(item.cite or rule.cite), tuple(item.assumed)) for item in rule.items),
        kinds=tuple(rule.kinds),
        tiers=tuple(
            Tier(
                **context.common(tier, form, within=rule),
                owner=form.owner,
                place=form.place,
                channel=form.channel or "",
                staffed=form.staffed,
                confidential=form.confidential,
            )
            for tier, form in rule.tiers.items()
        ),
        fallback=tuple((form.when, form.use) for form in rule.fallback),
        visible_to=names(rule.visible_to),
        confidential={field: names(roles) for field, roles in rule.confidential.items()},
        log_views=rule.log_views,
        never_in=tuple(rule.never_in),
        alert_before=rule.alert_before,
        retained=rule.retained,
        as_party=_as_party(rule.as_party),
    )


def _as_party(form: AsPartyForm | None) -> AsParty | None:
    if form is None:
        return None
    return AsParty(name(form.kind), form.contact or "", {name(mark): field for field, mark in form.marks.items()})


# ------------------------------------------------------------------ the document


def document(context: Context) -> Document:
    """Return what the document says of itself."""
    form = context.form.document
    if form is None:
        return Document()
    standard = form.standard
    return Document(
        author=form.author,
        kind=form.kind_of_document,
        summary=context.text(form.summary),
        created=form.created,
        updated=form.updated,
        review_every=form.review_every,
        department=form.department,
        audience=_audience(context, form.audience or AudienceForm()),
        tags=tuple(form.tags),
        standard=Standard(standard.name, standard.cited, standard.in_force, standard.cite) if standard else None,
        elements=tuple(form.elements),
        related={
            "read_first": tuple(form.related.read_first),
            "additional": tuple(form.related.additional),
            "processes": tuple(form.related.processes),
        },
        changes=tuple(Change(each.version, each.date, each.author, context.text(each.what)) for each in form.changes),
        feedback_to=form.feedback.to if form.feedback else "",
        tracker=form.feedback.tracker if form.feedback else "",
        retention=tuple((_kept(context, what), span) for what, span in form.retention.items()),
        cite=tuple(form.cite),
        assumed=tuple(form.assumed),
        acknowledges=tuple(form.acknowledges),
    )


def _kept(context: Context, what: str) -> Text:
    return context.text(context.form.terms.get(what)) or {context.form.language: what.replace("_", " ")}


def _audience(context: Context, form: AudienceForm) -> Audience:
    return Audience(
        roles=names(form.for_),
        level=context.text(form.level),
        when=context.text(form.when),
        knowledge=context.text(form.knowledge),
        access=context.text(form.access),
    )


def scope(context: Context) -> Scope:
    """Return what the plan declares that it is for."""
    form = context.form.scope
    if form is None:
        return Scope()
    return Scope(
        says=context.text(form.says),
        service=form.service,
        scenes={name: context.text(words) for name, words in form.scenes.items()},
        kinds={name: context.text(words) for name, words in form.kinds.items()},
        words=form.words,
        cite=tuple(form.cite),
    )
