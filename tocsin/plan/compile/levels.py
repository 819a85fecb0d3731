"""Levels, and the rules that propose one."""

from tocsin.engine.program import Adjustment, Classify, Fallback, FallbackStep, Level, LevelRule, Near
from tocsin.plan.compile.context import Context, name
from tocsin.plan.compile.values import reading
from tocsin.plan.forms.levels import ClassifyForm, FallbackForm, LevelForm
from tocsin.plan.relaxing import relax


def levels(context: Context) -> dict[str, Level]:
    """Return the levels, gravest first."""
    return {
        identifier: Level(
            **context.common(identifier, rule),
            colour=rule.colour,
            leaves_plan=rule.leaves_plan,
            out_of_turn=rule.out_of_turn,
            fills=_fills(context, rule),
        )
        for identifier, rule in context.form.levels.items()
    }


def _fills(context: Context, form: LevelForm) -> tuple[str, ...]:
    """Return the roles that the roster fills at this level: those named, those of a group named, or all that somebody can be found for."""
    named: dict[str, None] = {}
    for who in form.fills:
        if who == "all":
            named |= dict.fromkeys(role for role, rule in context.form.roles.items() if not rule.outside and rule.held_by[0] != "nobody")
        elif context.form.organisation and who in context.form.organisation.groups:
            group = context.form.organisation.groups[who]
            named |= dict.fromkeys((group.lead.name, *(member.name for member in group.members)))
        else:
            named[who] = None
    return tuple(named)


def classify(context: Context) -> Classify | None:
    """Return how a level is proposed, if the plan says so."""
    form = context.form.classify
    if form is None:
        return None
    return Classify(
        decision=form.decision.name,
        at_once=form.applies is not None,
        rules=_rules(context, form),
        fallback=_fallback(context, form.fallback, tuple(form.cite)) if form.fallback else None,
        adjust=_adjustments(context, form),
        near=_near(context, form),
        shows=tuple(tree for each in form.shows if (tree := context.reading(each)) is not None),
        cite=tuple(form.cite),
    )


def _rules(context: Context, form: ClassifyForm) -> tuple[LevelRule, ...]:
    return tuple(
        LevelRule(
            id=identifier,
            level=rule.level.name,
            when=context.must(rule.when),
            cite=tuple(rule.cite or form.cite),
            readings=tuple(reading(context, each) for each in rule.readings),
            confirm=(context.must(rule.confirm.when), context.text(rule.confirm.says)) if rule.confirm else None,
            subsumed_by=rule.subsumed_by or "",
            acknowledges=tuple(rule.acknowledges),
            assumed=tuple(rule.assumed),
        )
        for identifier, rule in form.rules.items()
    )


def _near(context: Context, form: ClassifyForm) -> Near | None:
    """Return each rule with a threshold, relaxed; a rule of nothing but words is met or not, never near."""
    if form.near is None:
        return None
    relaxed = {}
    for identifier, rule in form.rules.items():
        tree = context.draft.expression(rule.when).tree
        assert tree is not None
        easier = relax(tree, form.near.at)
        if easier != tree:
            relaxed[identifier] = context.watches.extract(easier, context.signals)
    return Near(relaxed, context.effects(form.near.then, ("classify", "near", "then")))


def _fallback(context: Context, form: FallbackForm, cite: tuple[str, ...]) -> Fallback:
    return Fallback(
        table=tuple((context.must(line.when), line.level.name) for line in form.table),
        then=tuple(FallbackStep(context.must(step.when), step.raise_ or 0, name(step.at_least)) for step in form.then),
        confirm=form.confirm,
        cite=tuple(form.cite) or cite,
    )


def _adjustments(context: Context, form: ClassifyForm) -> tuple[Adjustment, ...]:
    return tuple(
        Adjustment(
            id=identifier,
            cite=tuple(each.cite or form.cite),
            when=context.expression(each.when),
            on=context.moment(each.on),
            lower=each.lower or 0,
            raises=each.raise_ or 0,
            to=name(each.to),
        )
        for identifier, each in form.adjust.items()
    )
