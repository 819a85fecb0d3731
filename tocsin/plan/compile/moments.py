"""Moments: the built-in ones as this plan redefines them, its own, and those that its rules have of their own where another rule refers to them."""

from collections.abc import Iterator
from dataclasses import replace

from tocsin.engine.expressions import Call, Expression, Literal, WatchRef, leaves
from tocsin.engine.program import Moment, Text
from tocsin.engine.texts import slots
from tocsin.plan.builtin import DERIVED, MOMENTS
from tocsin.plan.check.expression_fault import entry_of
from tocsin.plan.compile.context import Context, names
from tocsin.plan.compile.shown import made_good
from tocsin.plan.forms.leaves import Formula, Ref, Template
from tocsin.plan.forms.values import MomentForm


def moments(context: Context) -> dict[str, Moment]:
    """Return every moment that can come."""
    found = dict(MOMENTS)
    for identifier, rule in context.form.moments.items():
        found[identifier] = _moment(context, identifier, rule)
    for moment in _referred(context):
        if moment not in found and (derived := context.draft.names.derived(moment)):
            found[moment] = _derived(context, moment, *derived)
    return found


def _moment(context: Context, identifier: str, rule: MomentForm) -> Moment:
    usual = MOMENTS.get(identifier)
    how_it_comes = {
        "with_": context.moment(rule.with_),
        "when": context.expression(rule.when),
        "recorded_by": names(rule.recorded_by),
    }
    common = context.common(identifier, rule, title=usual.title if usual else None)
    if usual is None:
        return Moment(**common, **how_it_comes, repeats=rule.repeats)  # type: ignore[arg-type]
    if not any(how_it_comes.values()):
        how_it_comes = {"with_": "", "when": None, "recorded_by": usual.recorded_by}
    return replace(usual, **common, **how_it_comes, repeats=rule.repeats)  # type: ignore[arg-type]


def _referred(context: Context) -> Iterator[str]:
    names_ = context.draft.names
    for path, ref in context.draft.walk(Ref):
        if "moment" in ref.kinds or "value" in ref.kinds:
            yield names_.moment(ref.name, path)
    for path, formula in context.draft.walk(Formula):
        tree = context.draft.expression(formula, entry_of(context.draft, path)).tree
        if tree is not None:
            yield from _happened(tree)
    yield from _made_good(context)
    yield from (f"{name}.sent" for name, message in context.form.messages.items() if any(each.promises for each in message.fields.values()))
    for _, template in context.draft.walk(Template):
        for text in template.by_locale.values():
            yield from slots(text)


def _made_good(context: Context) -> Iterator[str]:
    """A guard that fires when a duty is overdue ends when it is done."""
    for rule in context.form.help.errors.values() if context.form.help else ():
        if rule.fires and not rule.fires.until:
            yield from made_good(context.moments(rule.fires.on))


def _happened(tree: Expression) -> Iterator[str]:
    for leaf in leaves(tree.test if isinstance(tree, WatchRef) else tree):
        match leaf:
            case Call("happened", (Literal(str(moment)),)):
                yield moment


def _derived(context: Context, moment: str, kind: str, owner: str, suffix: str) -> Moment:
    word = DERIVED[kind].get(suffix) or (_chosen(context, owner, suffix) if kind == "decision" else {})
    language = context.form.language
    title = (
        context.title_of(kind, owner) or (_asked_for(context, owner) if kind == "obligation" else {}) or {language: owner.replace("_", " ")}
    )
    usual = word.get(language, suffix.replace("_", " "))
    return Moment(
        id=moment,
        title={locale: f"{text}: {word.get(locale, usual)}" for locale, text in title.items()},
        cite=(),
        repeats=_repeats(context, kind, owner),
    )


def _asked_for(context: Context, obligation: str) -> Text:
    """Return how what a duty asks for is called: the message, decision, record, moment or condition."""
    every = context.form.obligations | {name: rule for each in context.form.situations.values() for name, rule in each.obligations.items()}
    rule = every[obligation]
    wanted = (("message", rule.send), ("decision", rule.decide), ("record", rule.record), ("moment", rule.reach), ("condition", rule.reach))
    return next((title for kind, ref in wanted if ref and (title := context.title_of(kind, ref.name))), {})


def _chosen(context: Context, decision: str, option: str) -> Text:
    """Return how an option of a decision is called."""
    level = context.form.levels.get(option)
    form = context.form.decisions[decision].options.get(option)
    return context.common(option, level)["title"] if level else context.text(form.title) if form else {}


def _repeats(context: Context, kind: str, owner: str) -> bool:
    """Only a duty owed once is done, begun or overdue once; everything else can happen again."""
    if kind != "obligation":
        return True
    every = context.form.obligations | {name: rule for each in context.form.situations.values() for name, rule in each.obligations.items()}
    return every[owner].every is not None
