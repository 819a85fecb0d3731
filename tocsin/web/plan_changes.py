"""What differs between two versions of a plan, in the viewer's words: *Handling report, interval: 30 min → 1 h*."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any, Final, get_args

from markupsafe import Markup, escape

from tocsin.engine.expressions import Expression
from tocsin.engine.program import Cases, FromFact, Program, Rule
from tocsin.engine.times import Span
from tocsin.plan.difference import Change, difference
from tocsin.web import plan_words, times, wording
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _

_WORDS: Final = frozenset({"title", "text", "ask", "words", "says", "label", "names", "checks"})
"""Parts that are words of the plan, by locale."""
_NAMES: Final = frozenset(
    {
        *("owes", "role", "publisher", "author", "lead", "members", "departments", "under", "who", "deputies", "attest", "by", "approve"),
        *(
            "stated_by",
            "offered",
            "along",
            "recorded_by",
            "to",
            "asks",
            "uses",
            "needs",
            "anchors",
            "until",
            "unless",
            "marks",
            "object",
            "situation",
            "levels",
        ),
        *(
            "level",
            "targets",
            "for_each",
            "sends",
            "attach",
            "assigns",
            "takes_over",
            "main",
            "coordinates",
            "appointed_by",
            "begins",
            "ends",
            "of",
            "called_from",
            "apart_from",
            "part_of",
        ),
    }
)
"""Parts that name other rules of the plan."""


@dataclass(frozen=True, slots=True)
class Line:
    """One change: `what` is added, removed or changed; `part` says what of it. A rule that came or went whole has neither part nor values."""

    title: Markup
    rule: str
    what: str
    part: str
    before: Markup
    after: Markup


def lines(before: Program, after: Program) -> list[tuple[str, list[Line]]]:
    """Return every change as (what kind of rule, its lines), in the order of the newer plan."""
    changes = difference(before, after)
    return [
        (_kind(kind), [_line(before, after, change) for change in group]) for kind, group in groupby(changes, key=lambda each: each.kind)
    ]


def _line(before: Program, after: Program, change: Change) -> Line:
    title = text(change.title) if change.title else Markup("{}").format(_part(change.rule))
    whole = change.kind != "plan" and not change.path
    sides = ((before, change.before), (after, change.after))
    shown = [Markup() if whole else _shown(program, change.path, value) for program, value in sides]
    return Line(title, change.rule, change.what, _parts(change.path), *shown)


def _kind(name: str) -> str:
    known = {
        "plan": _("The plan itself"),
        "facts": _("What is asked"),
        "signals": _("What is measured"),
        "conditions": _("Conditions"),
        "moments": _("Moments"),
        "departments": _("Departments"),
        "groups": _("Groups"),
        "roles": _("Roles"),
        "lists": _("Lists of people"),
        "levels": _("Levels"),
        "situations": _("Situations"),
        "obligations": _("What is owed, by when"),
        "decisions": _("Decisions"),
        "messages": _("Messages"),
        "records": _("Records"),
        "figures": _("Figures"),
        "triggers": _("Triggers"),
        "checklists": _("Checklists"),
        "resources": _("Resources"),
    }
    return known.get(name, name.replace("_", " "))


# ------------------------------------------------------------------ what of a rule


def _parts(path: tuple[str, ...]) -> str:
    if path and path[0] == "chain" and len(path) > 1:
        return ", ".join((_part("chain"), plan_words.deed(path[1]), *map(_part, path[2:])))
    if len(path) > 1 and path[0] in _WORDS:
        return f"{_part(path[0])} ({path[1]})"
    return ", ".join(map(_part, path))


def _part(name: str) -> str:
    known = _when() | _who() | _what()
    return known.get(name, name.replace("_", " "))


def _when() -> dict[str, str]:
    """Return how parts are called that speak of time and of what opens and ends."""
    return {
        "within": _("limit"),
        "every": _("interval"),
        "anchors": _("counted from"),
        "until": _("until"),
        "unless": _("unless"),
        "when": _("only where"),
        "remind": _("reminder"),
        "late": _("when late"),
        "hold": _("how long it must hold"),
        "opens": _("what opens it"),
        "closes": _("what closes it"),
        "then": _("what follows"),
        "marks": _("moments it marks"),
        "order": _("order"),
        "target": _("target"),
        "fixed": _("counted from a fixed start"),
        "situation": _("situation"),
        "window": _("window"),
    }


def _who() -> dict[str, str]:
    """Return how parts are called that speak of people and ways to reach them."""
    return {
        "owes": _("owed by"),
        "who": _("taken by"),
        "role": _("role"),
        "chain": _("signatures"),
        "approvals": _("approvals"),
        "different": _("how many people sign"),
        "publisher": _("published by"),
        "offered": _("offered at"),
        "along": _("goes along with it"),
        "channels": _("channels"),
        "to": _("to whom"),
        "attest": _("attested by"),
        "waive": _("waiver"),
        "held_by": _("held by"),
        "deputies": _("deputies"),
        "lead": _("lead"),
        "members": _("members"),
        "called_from": _("called in from"),
        "apart_from": _("held apart from"),
        "part_of": _("a part of"),
        "limited": _("sees a part only"),
        "aliases": _("other names"),
    }


def _what() -> dict[str, str]:
    """Return how the other parts are called."""
    return {
        "verb": _("what it asks"),
        "object": _("what it is about"),
        "levels": _("Levels"),
        "level": _("level"),
        "needs": _("needs"),
        "options": _("options"),
        "reason": _("reason"),
        "takes_over": _("takes over"),
        "fields": _("fields"),
        "text": _("text"),
        "title": _("name"),
        "words": _("words"),
        "ask": _("question"),
        "cite": _("place in the document"),
        "measure": _("what is measured"),
        "classify": _("How the level is found"),
        "rules": _("rules"),
        "fallback": _("where no rule speaks"),
        "adjust": _("while a response runs"),
        "defaults": _("Defaults"),
        "version": _("Version"),
        "evidence": _("evidence"),
        "checks": _("parts"),
        "id": _("id"),
        "assumed": _("assumed"),
        "acknowledges": _("acknowledged"),
    }


# ------------------------------------------------------------------ its value


def _shown(program: Program, path: tuple[str, ...], value: Any) -> Markup:
    part = next((name for name in reversed(path) if name in _NAMES or name in _WORDS), path[-1] if path else "")
    return _value(program, part, value)


def _value(program: Program, part: str, value: Any) -> Markup:
    match value:
        case None | () | "":
            return Markup("—")
        case bool():
            return escape(_("yes") if value else _("no"))
        case Span():
            return escape(plan_words.span(value))
        case timedelta():
            return escape(times.lasting(value))
        case Fraction():
            return escape(f"{value.numerator}/{value.denominator}")
        case Cases():
            return _cases(program, part, value)
        case FromFact(fact):
            return text(plan_words.name_of(program, fact))
        case str() if part in _NAMES:
            return text(plan_words.name_of(program, value))
        case tuple():
            return Markup("{}").format(_(", ")).join(_value(program, part, each) for each in value)
        case Rule():
            return text(plan_words.titled(value))
        case Mapping():
            return _pairs(program, part, value.items())
        case _ if isinstance(value, get_args(Expression)):
            return wording.say(program, value)
        case _ if is_dataclass(value):
            said = ((field.name, getattr(value, field.name)) for field in fields(value))
            return _pairs(program, "", ((name, each) for name, each in said if each not in (None, "", (), False, {}, 0)))
        case _:
            return escape(str(value))


def _pairs(program: Program, part: str, items: Iterable[tuple[str, Any]]) -> Markup:
    def pairs() -> Iterator[Markup]:
        for name, value in items:
            yield Markup("{}{}{}").format(_part(name), _(": "), _value(program, part or name, value))

    return Markup("; ").join(pairs())


def _cases(program: Program, part: str, cases: Cases[Any]) -> Markup:
    named = [(plan_words.case_name(program, cases.by, name), value) for name, value in cases.cases.items()]
    if cases.otherwise is not None:
        named.append((plan_words.plain(_("other")), cases.otherwise))
    return Markup("; ").join(Markup("{}{}{}").format(text(name), _(": "), _value(program, part, value)) for name, value in named)
