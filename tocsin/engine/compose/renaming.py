"""
Renaming: every name of a plan as it is called beside other plans, wherever it stands in the compiled rules.

A string of a rule is a name if its plan defines it; words that people or values bring along (titles, choices, channels) stand in fields of
their own, listed here, and stay. So a new kind of rule, or a new reference in an old one, is renamed without being told of.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final

from tocsin.engine.expressions import Call, Literal, Name, WatchRef
from tocsin.engine.namespaces import within
from tocsin.engine.program import (
    Adjustment,
    AsParty,
    Cases,
    Effect,
    Fact,
    Field,
    Figure,
    Item,
    LevelRule,
    Option,
    Order,
    Prefilled,
    Program,
    Record,
    Takes,
    Template,
    Tracked,
    Trigger,
    Watch,
)
from tocsin.engine.program.values import watch_name
from tocsin.engine.spelling import spell

_TEXTS: Final = frozenset({"title", "cite", "assumed", "acknowledges", "names", "ask", "words", "label", "text", "checks", "aliases"})
_KINDS: Final = frozenset({"verb", "type", "kind", "stage", "during", "phase", "reason", "better", "met_by", "counted"})
_LABELS: Final = frozenset(
    {
        "unit",
        "colour",
        "audience",
        "channels",
        "does",
        "forbids",
        "plans",
        "until_values",
        "prefill",
        "into",
        "inboxes",
        "filled_by",
        "review",
        "never_in",
        "per",
    }
)
WORDS: Final = _TEXTS | _KINDS | _LABELS
"""Fields whose strings are words, never names of rules."""
_MOMENTS: Final = frozenset(["marks", "marks_change", "until", "unless", "anchors", "since", "on", "begins", "ends", "also_from", "fires"])
_ID_IS_LOCAL: Final = (Field, Option, LevelRule, Adjustment)
"""What is named only within the rule that holds it."""
_OF_THE_INCIDENT: Final = ("level", "phase", "out_of_turn")
_NESTED: Final = ("proposed.", "nearest.")
"""Values that every plan of an incident has for itself."""

Change = Callable[[Any, str, str], str]
"""From the rule, the field and the string that stands there, to what shall stand there."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """How the names of one plan are called in the whole: `moments` for the common ones, its own id before all others."""

    part: str
    names: frozenset[str]
    moments: Mapping[str, str]
    commander: str

    def name(self, word: str) -> str:
        """Return how the whole calls `word`, if it is a name: an id, a common moment, or what a rule has of its own (`first_meeting.done`)."""
        if word in self.names:
            return within(self.part, word)
        if word in self.moments:
            return self.moments[word]
        if word == "commander" and self.commander:
            return self.commander
        owner, dot, _ = word.partition(".")
        return within(self.part, word) if dot and owner in self.names else word

    def value(self, path: str) -> str:
        """Return how the whole calls what an expression reads."""
        if path in _OF_THE_INCIDENT or path.startswith(_NESTED):
            return within(self.part, path)
        return self.name(path)

    def moment(self, word: str) -> str:
        """Return how the whole calls a moment, which may bear the name of a rule as well."""
        return self.moments.get(word) or self.name(word)

    def __call__(self, holder: Any, field: str, word: str) -> str:
        """Return what stands in `field` of `holder` instead of `word`."""
        match holder:
            case Name():
                return self.value(word)
            case Cases() if field == "by":
                return self.value(word)
            case Effect(kind="mark") if field == "targets":
                return self.moment(word)
            case Effect(kind="apply"):
                return within(self.part, word)
            case Figure() if field == "count":
                return within(self.part, word)
            case Effect() if field == "to" or holder.kind == "file":
                return word
            case Order() | Tracked() | Item() | AsParty():
                return word
            case Record() if field in ("open_until", "custody", "calls_at"):
                return word
            case _ if field in _MOMENTS:
                return self.moment(word)
            case Template() | Prefilled() if field == "value":
                return word
            case Fact() | Field() if field == "of":
                return word
            case _ if field == "id" and isinstance(holder, _ID_IS_LOCAL):
                return word
            case _:
                return self.name(word)


def names_of(program: Program) -> frozenset[str]:
    """Return every id that `program` defines, of whatever kind; the moments that all plans have are not its own."""
    found = {name for kind, rules in registries(program) if kind != "moments" for name in rules}
    found |= {moment.id for moment in program.moments.values() if not moment.common}
    found |= {rule.tag for rule in program.obligations.values() if rule.tag}
    return frozenset(found | {record.tag for record in program.records.values() if record.tag})


def registries(program: Program) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every kind of rule that a program holds by id, with its rules."""
    for each in fields(program):
        rules = getattr(program, each.name)
        if each.init and each.name not in ("title", "watches", "maps") and isinstance(rules, Mapping):
            yield each.name, rules


def rewrite(value: Any, change: Change, holder: Any = None, field: str = "") -> Any:
    """Return `value` with `change` applied to every string that can be a name. Pure; rules are made anew only where something changed."""
    match value:
        case str():
            return change(holder, field, value)
        case WatchRef(_, test):
            seen = rewrite(test, change)
            return WatchRef(spell(seen), seen)
        case Watch(_, test, signals, each):
            seen = rewrite(test, change)
            return Watch(watch_name(seen, each), seen, rewrite(signals, change, value, "signals"), each)
        case Call(function, arguments):
            return Call(function, tuple(_argument(each, change) for each in arguments))
        case Literal() | Takes():
            return value
        case tuple():
            return tuple(rewrite(each, change, holder, field) for each in value)
        case Mapping():
            keys_are_words = isinstance(holder, Cases)
            return {
                key if keys_are_words else rewrite(key, change, holder, field): rewrite(each, change, holder, field)
                for key, each in value.items()
            }
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _rule(value, change)
        case _:
            return value


def _rule(rule: Any, change: Change) -> Any:
    changed = {}
    for each in fields(rule):
        before = getattr(rule, each.name)
        if each.name in WORDS or before is None:
            continue
        after = rewrite(before, change, rule, each.name)
        if after != before:
            changed[each.name] = after
    if isinstance(rule, Trigger) and "test" in changed:
        changed["watch"] = watch_name(changed["test"], rule.each)
    return replace(rule, **changed) if changed else rule


def _argument(argument: Any, change: Change) -> Any:
    """A function of expressions is asked about names: they stand in its arguments as texts."""
    if not isinstance(argument, Literal):
        return rewrite(argument, change)
    call = Call("", ())
    match argument.value:
        case str(word):
            return Literal(change(call, "arguments", word))
        case tuple(words):
            return Literal(tuple(change(call, "arguments", word) for word in words))
        case _:
            return argument
