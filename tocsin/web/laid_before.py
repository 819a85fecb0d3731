"""Values as the record keeps them, by the spelling of what they are of: read again in the words of the plan and of the reader."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.dateparse import parse_datetime, parse_duration
from markupsafe import Markup

from tocsin.engine.expressions import UNKNOWN, Expression, Lookup, SignalRead, Value, WatchRef, evaluate, leaves
from tocsin.engine.program import Fact, Program
from tocsin.engine.spelling import spell
from tocsin.web import plan_words, wording
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.numbers import rounded

_TYPED: Final[Mapping[str, Callable[[str], Value | None]]] = {
    "yes_no": {"True": True, "False": False}.get,
    "duration": parse_duration,
    "time": parse_datetime,
    "number": Decimal,
}


def said(program: Program, name: str, value: str, trees: Mapping[str, Expression]) -> Markup:
    """Return one value by what the plan calls it: a fact, or one of `trees` by its spelling; anything else stays as it was written."""
    fact, tree = program.facts.get(name), trees.get(name)
    if fact is not None:
        return wording.colon(text(plan_words.titled(fact))) + plan_words.spelled(fact, known(fact, value))
    if tree is not None:
        return wording.colon(wording.say(program, tree)) + _measured(program, tree, value)
    return Markup('<span class="mono">{}</span> {}').format(name, value)


def read_by(tree: Expression) -> Mapping[str, Expression]:
    """Return what `tree` reads, also through a watch, by the name under which it is kept."""
    found: dict[str, Expression] = {}
    for leaf in leaves(tree):
        found |= read_by(leaf.test) if isinstance(leaf, WatchRef) else {spell(leaf): leaf}
    return found


def measured(program: Program, tree: Expression, look: Lookup, *, decided: bool) -> Markup:
    """
    Return each signal that `tree` reads, also through a watch, with what it reads now; empty where it reads none. Where it is `decided` whether
    that holds, what is unknown now was no reason and is left out.
    """
    read = {name: leaf for name, leaf in read_by(tree).items() if isinstance(leaf, SignalRead)}
    values = {name: value for name, leaf in read.items() if (value := evaluate(leaf, look)) is not UNKNOWN or not decided}
    return Markup("; ").join(said(program, name, "unknown" if value is UNKNOWN else str(value), read) for name, value in values.items())


def known(fact: Fact, value: str) -> Value | None:
    """Return the value of `fact` that was kept in words; None where it was unknown."""
    if value == "unknown":
        return None
    if fact.many:
        return tuple(re.findall(r"'([^']*)'", value))
    typed = _TYPED.get(fact.type)
    found = typed(value) if typed else None
    return value if found is None else found


def _measured(program: Program, tree: Expression, value: str) -> Markup:
    if value == "unknown":
        return Markup("{}").format(_("unknown"))
    try:
        number = rounded(Decimal(value))
    except InvalidOperation:
        return Markup("{}").format(value)
    return Markup("{}{}").format(number, wording.unit(program, tree) if isinstance(tree, SignalRead) else "")
