"""Expressions of a plan in the viewer's words: `Scope: nationwide and Effect: interrupted` instead of their spelling."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from markupsafe import Markup

from tocsin.engine.expressions import (
    All,
    Arithmetic,
    AtLeast,
    Call,
    Choose,
    Compare,
    Expression,
    Literal,
    Name,
    Not,
    SignalRead,
    Some,
    Value,
    WatchRef,
    Within,
    leaves,
)
from tocsin.engine.program import Fact, Program
from tocsin.engine.spelling import spell
from tocsin.web import plan_words, times
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _

_SIGNS: Mapping[str, str] = {"==": "=", "!=": "≠", ">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def say(program: Program, tree: Expression) -> Markup:
    """Return `tree` in words; what has none is shown as it is spelled."""
    match tree:
        case All(operands):
            return _joined(program, operands, _("and"))
        case Some(operands):
            return _joined(program, operands, _("or"))
        case AtLeast(number, operands):
            listed = Markup("; ").join(say(program, operand) for operand in operands)
            return Markup("{} ({})").format(_("at least %(number)s of these") % {"number": number}, listed)
        case Not(Name(path)) if _fact(program, path):
            return _pair(_named(program, path), Markup("{}").format(_("no")))
        case Not(Call("overdue", (Literal(str(name)),))):
            return Markup("“{}” {}").format(plan_words.names(program, [name]), _("is not overdue"))
        case Not(operand):
            return Markup("{} ({})").format(_("not"), say(program, operand))
        case Name(path) if (fact := _fact(program, path)) and fact.type == "yes_no":
            return _pair(_named(program, path), Markup("{}").format(_("yes")))
        case WatchRef(_watch, test):
            return say(program, test)
        case Compare(op, left, right):
            return _comparison(program, op, left, right)
        case Within(item, among):
            return _among(program, item, among)
        case Call():
            return _call(program, tree)
        case _:
            return _value(program, tree, None)


def seen(program: Program, tree: Expression, facts: Mapping[str, Value]) -> Markup:
    """Return each fact that `tree` looks at with its present value; empty where it looks at none."""
    names = dict.fromkeys(leaf.path.partition(".")[0] for leaf in _inner(tree) if isinstance(leaf, Name))
    known = [(program.facts[name], facts.get(name)) for name in names if name in program.facts]
    return Markup("; ").join(_pair(text(plan_words.titled(fact)), plan_words.spelled(fact, value)) for fact, value in known)


def _inner(tree: Expression) -> Iterator[Expression]:
    """Yield the leaves, also those inside a watch."""
    for leaf in leaves(tree):
        if isinstance(leaf, WatchRef):
            yield from _inner(leaf.test)
        else:
            yield leaf


# ------------------------------------------------------------------ forms


def _joined(program: Program, operands: tuple[Expression, ...], word: str) -> Markup:
    parts = [say(program, operand) for operand in operands]
    bracketed = [
        Markup("({})").format(part) if isinstance(operand, All | Some | AtLeast) else part
        for operand, part in zip(operands, parts, strict=True)
    ]
    return Markup(" <b>{}</b> ").format(word).join(bracketed)


def _pair(name: Markup, value: Markup) -> Markup:
    return colon(name) + value


def colon(name: Markup) -> Markup:
    """Return a name to stand before its value. A question has its sign already."""
    return Markup("{}{}").format(name, " " if name.striptags().endswith(("?", "？")) else _(": "))


def _comparison(program: Program, op: str, left: Expression, right: Expression) -> Markup:
    if left == Name("proposed.by") and isinstance(right, Literal):
        return _pair(_value(program, left, None), Markup("{}").format(_source(str(right.value))))
    about = _about(program, left)
    shown = _value(program, right, about)
    if about is not None and about.type in ("choice", "yes_no", "text") and op in ("==", "!="):
        value = shown if op == "==" else Markup("{} {}").format(_("not"), shown)
        return _pair(_value(program, left, None), value)
    return Markup("{} {}&nbsp;{}{}").format(_value(program, left, None), _SIGNS[op], shown, unit(program, left))


def _source(name: str) -> str:
    """Return what a level was proposed by."""
    return {"rule": _("a rule"), "fallback": _("the table for other cases"), "adjust": _("an adjustment")}.get(name, name)


def unit(program: Program, tree: Expression) -> str:
    """Return the unit of a reading with the space before it: per cent where it is held against a mean."""
    if not isinstance(tree, SignalRead):
        return ""
    rule = program.signals.get(tree.signal)
    unit = "%" if tree.measure in ("excess", "level") else rule.unit if rule else ""
    return f"\u00a0{unit}" if unit else ""


def _among(program: Program, item: Expression, among: Expression) -> Markup:
    match item, among:
        case Literal(value), Name(path) if fact := _fact(program, path):
            return _pair(_named(program, path), plan_words.spelled(fact, value))
        case left, Literal(tuple() as values):
            about = _about(program, left)
            options = [_value(program, Literal(value), about) for value in values]
            return _pair(_value(program, left, None), Markup(" {} ").format(_("or")).join(options))
        case _:
            return Markup("<code>{}</code>").format(spell(Within(item, among)))


def _about(program: Program, tree: Expression) -> Fact | None:
    return _fact(program, tree.path) if isinstance(tree, Name) else None


def _fact(program: Program, path: str) -> Fact | None:
    return program.facts.get(path.partition(".")[0])


def _named(program: Program, path: str) -> Markup:
    base, _dot, part = path.partition(".")
    name = text(plan_words.name_of(program, base))
    parts = {
        "rose": _("has become graver"),
        "now": _("now"),
        "at_decision": _("at the decision"),
        "class_now": _("class now"),
        "class_at_decision": _("class at the decision"),
        "open": _("open entries"),
        "count": _("entries"),
    }
    return Markup("{}, {}").format(name, parts.get(part, part)) if part else name


def _value(program: Program, tree: Expression, about: Fact | None) -> Markup:
    match tree:
        case Literal(value):
            return _literal(program, value, about)
        case Name("level"):
            return Markup("{}").format(_("level"))
        case Name("phase"):
            return Markup("{}").format(_("phase"))
        case Name("out_of_turn"):
            return Markup("{}").format(_("worked out of turn"))
        case Name("trigger_firing"):
            return Markup("{}").format(_("a trigger is firing"))
        case Name("proposed.level"):
            return Markup("{}").format(_("proposed level"))
        case Name("proposed.by"):
            return Markup("{}").format(_("proposed by"))
        case Name(path):
            return _named(program, path)
        case SignalRead(signal, measure, window):
            return _reading(program, signal, measure, window)
        case Call() | All() | Some() | AtLeast() | Not() | Compare() | Within() | WatchRef():
            return say(program, tree)
        case Arithmetic() | Choose():
            return Markup("<code>{}</code>").format(spell(tree))


def _literal(program: Program, value: Value, about: Fact | None) -> Markup:
    if about is not None:
        return plan_words.spelled(about, value)
    match value:
        case bool():
            return Markup("{}").format(_("yes") if value else _("no"))
        case Decimal():
            return Markup("{}").format(f"{value.normalize():f}")
        case timedelta():
            return Markup("{}").format(times.lasting(value))
        case datetime():
            return times.moment(value)
        case str() if value in program.levels:
            return text(program.levels[value].title)
        case tuple():
            return Markup("{}").format(_(", ")).join(_literal(program, item, None) for item in value)
        case _:
            return Markup("{}").format(value.replace("_", " "))


def _reading(program: Program, signal: str, measure: str, window: timedelta | None) -> Markup:
    rule = program.signals.get(signal)
    name = text(plan_words.titled(rule, signal))
    measures = {
        "now": "",
        "mean": _("daily mean"),
        "excess": _("over the daily mean"),
        "level": _("against the daily mean"),
        "avg": _("average"),
        "min": _("lowest"),
        "max": _("highest"),
        "sum": _("sum"),
    }
    said = [word for word in (measures.get(measure, measure), times.lasting(window) if window else "") if word]
    return Markup("{} {}").format(name, " ".join(said)) if said else name


def _call(program: Program, tree: Call) -> Markup:
    words: Mapping[str, Callable[[], str]] = {
        "happened": lambda: _("has come"),
        "done": lambda: _("is done"),
        "holds": lambda: _("holds"),
        "is_open": lambda: _("is open"),
        "answered": lambda: _("is answered"),
        "missed": lambda: _("missed, times"),
        "overdue": lambda: _("is overdue"),
        "held": lambda: _("has a holder"),
        "sent": lambda: _("sent, times"),
    }
    arguments = [argument.value for argument in tree.arguments if isinstance(argument, Literal)]
    if tree.function == "worse_than_mean" and arguments:
        return Markup("{}").format(
            _("an indicator is more than %(margin)s %% worse than its mean") % {"margin": _literal(program, arguments[0], None)}
        )
    if tree.function not in words or not arguments:
        return Markup("<code>{}</code>").format(spell(tree))
    names = [str(name) for argument in arguments for name in (argument if isinstance(argument, tuple) else (argument,))]
    return Markup("“{}” {}").format(plan_words.names(program, names), words[tree.function]())
