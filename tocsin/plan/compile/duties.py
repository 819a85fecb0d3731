"""Situations, obligations and decisions."""

from collections.abc import Iterable
from datetime import timedelta

from tocsin.engine.program import Decision, Door, HandsOver, Link, Obligation, Option, Search, Situation
from tocsin.plan.compile.context import Context, name, names
from tocsin.plan.findings import Path
from tocsin.plan.forms.duties import (
    CoveredForm,
    DecisionForm,
    DoorForm,
    HandsOverForm,
    LinkForm,
    ObligationForm,
    SituationForm,
    TogetherForm,
)

_VERBS = ("do", "send", "decide", "record", "reach", "ensure")
_AFTER_THE_END = ("terminated", "analysed", "closed", "cancelled")


def situations(context: Context) -> dict[str, Situation]:
    """Return the situations; their facts and obligations stand beside those of the plan."""
    found = {}
    for identifier, rule in context.form.situations.items():
        path: Path = ("situations", identifier)
        found[identifier] = Situation(
            **context.common(identifier, rule),
            opens=tuple(_door(context, door, (*path, "opens")) for door in rule.opens),
            closes=tuple(_door(context, door, (*path, "closes")) for door in rule.closes),
            stage=rule.stage or "",
            once=rule.once_per is not None,
            then=context.effects(rule.then, (*path, "then")),
            step=rule.step or 0,
            next=names(rule.next),
            where=tuple(map(context.text, rule.where)),
            result=context.text(rule.result),
            figures=names(rule.figures),
            visible_to=names(rule.visible_to),
        )
    return found


def _door(context: Context, form: DoorForm, inside: Path) -> Door:
    return Door(
        on=context.moment(form.on, inside),
        when=context.expression(form.when),
        during=name(form.during),
        after=form.after,
        of=context.moment(form.of, inside),
        unless=context.moment(form.unless, inside),
        by=names(form.by),
        records=name(form.records),
        name=form.as_ or "",
        reason=form.reason is not None,
        then=context.effects(form.then, (*inside, "then")),
    )


def obligations(context: Context) -> dict[str, Obligation]:
    """Return the obligations, those of situations among them."""
    found = {identifier: _obligation(context, ("obligations", identifier), rule) for identifier, rule in context.form.obligations.items()}
    for situation, form in context.form.situations.items():
        for identifier, rule in form.obligations.items():
            found[identifier] = _obligation(context, ("situations", situation, "obligations", identifier), rule, form)
    return found


def _obligation(context: Context, path: Path, rule: ObligationForm, within: SituationForm | None = None) -> Obligation:
    verb = next(verb for verb in _VERBS if getattr(rule, verb) is not None)
    object_ = _object(context, path, verb, rule)
    anchors = _promisers(context, str(path[-1])) if rule.by else context.moments(rule.of or rule.from_, path)
    kinds = {"send": "message", "decide": "decision", "record": "record", "ensure": "condition"}
    kind = kinds.get(verb) or ("condition" if object_ in context.form.conditions else "moment")
    collection = next((ref.name for ref in rule.for_each if "collection" in ref.kinds), "")
    title = context.text(rule.do) if verb == "do" else context.title_of(kind, object_) if object_ else {}
    return Obligation(
        **context.common(str(path[-1]), rule, within=within, title=title),
        owes=rule.owes.name,
        verb="reach" if isinstance(rule.met_by, TogetherForm) else "close" if rule.met_by == "closed" else verb,  # type: ignore[arg-type]
        object=collection if rule.met_by == "closed" else object_,
        words=context.text(rule.do),
        within=context.limit(rule.within),
        every=context.limit(rule.every),
        anchors=anchors,
        until=context.moments(rule.until, path) or _usual_end(rule, anchors, within),
        fixed=rule.counted == "fixed",
        when=context.expression(rule.when, collection),
        levels=names(rule.levels),
        unless=context.moment(rule.unless, path),
        needs=names(rule.needs),
        checks=tuple(map(context.text, rule.checks)),
        fields=names(rule.fields),
        searches=Search(tuple(rule.searches.in_), names(rule.searches.by)) if rule.searches else None,
        assigns=names(rule.assigns),
        evidence=rule.evidence,
        met_by="begun" if rule.met_by == "begun" else "done",
        met_by_all=names(rule.met_by.all) if isinstance(rule.met_by, TogetherForm) else (),
        remind=rule.remind if rule.remind is not None else context.defaults.remind,
        late=context.late(rule.late, path),
        stays=rule.stays,
        marks=context.moments(rule.marks, path),
        then=context.effects(rule.then, (*path, "then")),
        optional=rule.optional,
        tag=rule.tag or "",
        situation=str(path[1]) if within else "",
        promised=rule.by is not None,
        for_each=() if collection else names(rule.for_each),
        collections=(collection,) if collection else (),
        covered=rule.ensure.covered.name if isinstance(rule.ensure, CoveredForm) else "",
        over=rule.ensure.over if isinstance(rule.ensure, CoveredForm) else timedelta(),
        where=context.expression(rule.where, collection),
    )


def _promisers(context: Context, obligation: str) -> tuple[str, ...]:
    """Return the moments at which a message is sent that promises when this is due."""
    messages = context.form.messages.items()
    return tuple(
        context.draft.names.moment(f"{identifier}.sent", ())
        for identifier, form in messages
        if any(field.promises == obligation for field in form.fields.values())
    )


def _object(context: Context, path: Path, verb: str, rule: ObligationForm) -> str:
    if verb == "do" or isinstance(rule.ensure, CoveredForm):
        return ""
    ref = getattr(rule, verb)
    is_moment = verb == "reach" and ref.name not in context.form.conditions
    return context.moment(ref, path) if is_moment else str(ref.name)


def _usual_end(rule: ObligationForm, anchors: tuple[str, ...], within: SituationForm | None) -> tuple[str, ...]:
    """Return where a duty ends that says nothing: with its situation, else with the response, unless it stays or begins only then."""
    if within is not None or rule.stays or set(anchors) & set(_AFTER_THE_END):
        return ()
    return ("terminated",)


def decisions(context: Context) -> dict[str, Decision]:
    """Return the decisions."""
    return {identifier: _decision(context, ("decisions", identifier), rule) for identifier, rule in context.form.decisions.items()}


def _decision(context: Context, path: Path, rule: DecisionForm) -> Decision:
    links = rule.chain or []
    return Decision(
        **context.common(str(path[-1]), rule),
        who=context.roles(rule.who),
        asks=names(rule.asks),
        uses=names(rule.uses),
        needs=names(rule.needs),
        options=tuple(_options(context, path, rule)),
        sets_level=rule.sets == "level",
        assigns=name(rule.assigns),
        takes_over=name(rule.takes_over),
        reason=rule.reason,
        evidence=rule.evidence,
        marks=context.moments(rule.marks, path),
        then=context.effects(rule.then, (*path, "then")),
        chain=chain(context, links, path),
        not_own=rule.not_own,
        different=rule.different or (2 if max(len(links), *(len(each.chain or ()) for each in rule.options.values()), 0) > 1 else 1),
        main=name(rule.main),
        coordinates=name(rule.coordinates),
        in_name_of=name(rule.in_name_of),
        sends=name(rule.sends),
        about=name(rule.about),
        together=name(rule.together),
        hands_over=_hands_over(rule.hands_over) if rule.hands_over else None,
        visible_to=names(rule.visible_to),
    )


def _hands_over(form: HandsOverForm) -> HandsOver:
    return HandsOver(form.from_.name, form.to.name, name(form.former), names(form.passes), names(form.keeps))


def _options(context: Context, path: Path, rule: DecisionForm) -> Iterable[Option]:
    for identifier, option in rule.options.items():
        if identifier == "level":
            offered = names(option.levels) or tuple(context.form.levels)
            for level, form in ((name, context.form.levels[name]) for name in offered):
                yield Option(level, context.common(level, form)["title"], level)
            continue
        inside = (*path, "options", identifier)
        title = context.text(option.title) or {context.form.language: identifier.replace("_", " ")}
        marks = context.moments(option.marks, inside)
        own_chain = chain(context, option.chain or [], inside)
        yield Option(
            identifier, title, "", option.needs_reason, marks, context.effects(option.then, inside), own_chain, option.stamps or ""
        )


def chain(context: Context, links: Iterable[LinkForm], path: Path) -> tuple[Link, ...]:
    """Return the links of a chain."""
    return tuple(
        Link(
            role=link.role.name,
            does=link.does,
            within=context.limit(link.within),
            late=context.late(link.late, path) if link.within is not None else (),
            attach=names(link.attach),
            sends=name(link.sends),
            marks=context.moments(link.marks, path),
        )
        for link in links
    )
