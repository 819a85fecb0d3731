"""The expression language of plans: a small closed grammar, typed against the names of the plan, made into the engine's trees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from lark import Tree

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
    Within,
)
from tocsin.engine.spelling import spell
from tocsin.plan import grammar, literals
from tocsin.plan.findings import brief, nearest
from tocsin.plan.functions import ASKS, FUNCTIONS, USAGE
from tocsin.plan.names import ANY, LATER, MEASURES, Names, Type
from tocsin.plan.nouns import noun
from tocsin.plan.sentences import NOTHING, Sentence, quoted, say

_BOOL, _DECIMAL, _INT, _STRING, _DURATION, _TIME = (Type(name) for name in ("bool", "decimal", "int", "string", "duration", "time"))
_ORDERED: Final = ("decimal", "int", "duration", "time")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an expression, at which character of it. `code` is L07, L24 or L25."""

    offset: int
    message: Sentence
    hint: Sentence = NOTHING
    code: str = "L07"


@dataclass(frozen=True, slots=True)
class Parsed:
    """An expression as a tree, its type, and everything wrong with it. There is no tree where the grammar does not fit."""

    tree: Expression | None
    type: Type
    problems: tuple[Problem, ...]


def parse(text: str, names: Names, entry: Mapping[str, Type] | None = None) -> Parsed:
    """
    Return the tree of an expression, typed against the names of the plan; `entry` are the fields of the record entry in hand, if one is.

    Pure; never raises; bounded. Source: language reference, section 14.
    """
    parsed = grammar.tree(text)
    if isinstance(parsed, grammar.Misfit):
        return Parsed(None, ANY, (Problem(parsed.offset, parsed.message, parsed.hint),))
    builder = _Builder(names, entry or {})
    tree, type_ = builder.build(parsed)
    return Parsed(tree, type_, tuple(builder.problems))


def _subtrees(tree: Tree[Any]) -> Iterator[Tree[Any]]:
    yield tree
    for child in tree.children:
        if isinstance(child, Tree):
            yield from _subtrees(child)


class _Builder:
    """Turns the parser's tree into the engine's, bottom up, and notes every problem with its place."""

    def __init__(self, names: Names, entry: Mapping[str, Type]) -> None:
        self.problems: list[Problem] = []
        self._names = names
        self._entry = entry
        self._stands_for: dict[str, str] = {}

    def build(self, node: Tree[Any]) -> tuple[Expression, Type]:
        build = {
            "choose": self._choose,
            "some": self._connect,
            "every": self._connect,
            "compare": self._compare,
            "within": self._within,
            "arithmetic": self._arithmetic,
            "negation": self._negation,
            "name": self._name,
            "call": self._call,
            "quantified": self._quantified,
        }.get(node.data)
        return build(node) if build else literals.constant(node)

    def _problem(self, node: Tree[Any], message: Sentence, hint: Sentence = NOTHING, code: str = "L07") -> None:
        self.problems.append(Problem(node.meta.start_pos, message, hint, code))

    def _wants(self, node: Tree[Any], *types: str) -> tuple[Expression, Type]:
        """Build `node` and complain unless it is of one of the types."""
        tree, type_ = self.build(node)
        if type_.name not in (*types, "any"):
            self._problem(
                node,
                say("{tree} is {value}", tree=brief(spell(tree)), value=noun(type_.name)),
                say("{value} is wanted here", value=noun(types[0])),
            )
            return tree, ANY
        return tree, type_

    def _choose(self, node: Tree[Any]) -> tuple[Expression, Type]:
        test, _ = self._wants(node.children[0], "bool")
        (then, type_), (otherwise, other) = (self.build(child) for child in node.children[1:])
        self._agree(node, (then, type_), (otherwise, other))
        return Choose(test, then, otherwise), Type(type_.name)

    def _connect(self, node: Tree[Any]) -> tuple[Expression, Type]:
        operands = tuple(self._wants(child, "bool")[0] for child in node.children)
        return (All if node.data == "every" else Some)(operands), _BOOL

    def _negation(self, node: Tree[Any]) -> tuple[Expression, Type]:
        return Not(self._wants(node.children[0], "bool")[0]), _BOOL

    def _compare(self, node: Tree[Any]) -> tuple[Expression, Type]:
        left_node, op, right_node = node.children
        left, right = self.build(left_node), self.build(right_node)
        if self._agree(node, left, right) and op not in ("==", "!=") and left[1].name not in (*_ORDERED, "any"):
            self._problem(left_node, say("{value} has no order", value=noun(left[1].name)), say("use ==, != or in"))
        return Compare(str(op), left[0], right[0]), _BOOL

    def _within(self, node: Tree[Any]) -> tuple[Expression, Type]:
        item, item_type = self._wants(node.children[0], "string")
        among, list_type = self._wants(node.children[1], "list")
        if isinstance(among, Literal) and isinstance(among.value, tuple):
            for value in among.value:
                self._is_case(node.children[1], value, item_type)
        if isinstance(item, Literal) and isinstance(item.value, str):
            self._is_case(node.children[0], item.value, list_type)
        return Within(item, among), _BOOL

    def _arithmetic(self, node: Tree[Any]) -> tuple[Expression, Type]:
        left_node, op, right_node = node.children
        left, right = self._wants(left_node, "decimal", "int"), self._wants(right_node, "decimal", "int")
        self._agree(node, left, right)
        return Arithmetic(str(op), left[0], right[0]), left[1] if left[1] is not ANY else right[1]

    def _agree(self, node: Tree[Any], left: tuple[Expression, Type], right: tuple[Expression, Type]) -> bool:
        """Complain unless both sides are of one type; a choice must be one of its values."""
        names = {left[1].name, right[1].name}
        if "any" in names:
            return True
        if names == {"int", "decimal"}:
            self._number_kind(node, left, right)
            return False
        if len(names) > 1:
            self._problem(
                node,
                say("{value} beside {value_2}", value=noun(left[1].name), value_2=noun(right[1].name)),
                say("both sides must be of one type"),
            )
            return False
        for (tree, _), (_, other) in ((left, right), (right, left)):
            if isinstance(tree, Literal) and isinstance(tree.value, str):
                self._is_case(node, tree.value, other)
        return True

    def _number_kind(self, node: Tree[Any], left: tuple[Expression, Type], right: tuple[Expression, Type]) -> None:
        for child, (tree, type_) in ((node.children[0], left), (node.children[-1], right)):
            if isinstance(tree, Literal):
                repair = f"{tree.value}.0" if type_.name == "int" else f"{tree.value:.0f}"
                kind = say("a whole number beside a measured one") if type_.name == "int" else say("a measured number beside a count")
                self._problem(child, say("{value} is {kind}", value=tree.value, kind=kind), say("write {repair}", repair=repair), "L24")
                return
        self._problem(node, say("a count beside a measured number"), say("compare like with like"), "L24")

    def _is_case(self, node: Tree[Any], value: str, type_: Type) -> None:
        if type_.of and value not in type_.of:
            child = next(
                (part for part in _subtrees(node) if part.data in ("text", "list") and f'"{value}"' in literals.source(part)), node
            )
            self._problem(
                child, say("{value} is not one of {names}", value=brief(value), names=", ".join(type_.of)), nearest(value, type_.of)
            )

    def _quantified(self, node: Tree[Any]) -> tuple[Expression, Type]:
        """`[a, b].exists(x, test)` is the test of a or that of b, `[a, b].all(x, test)` the one and the other; x stands for each in turn."""
        *values, quantifier, variable, body = node.children
        outer = self._stands_for.get(str(variable))
        operands = []
        for value in values:
            self._stands_for[str(variable)] = str(value)
            operands.append(self._wants(body, "bool")[0])
        self._stands_for.pop(str(variable))
        if outer is not None:
            self._stands_for[str(variable)] = outer
        return (Some if quantifier == ".exists" else All)(tuple(operands)), _BOOL

    def _name(self, node: Tree[Any]) -> tuple[Expression, Type]:
        path = str(node.children[0])
        path = self._stands_for.get(path, path)
        signal, _, measure = path.rpartition(".")
        if signal in self._names.signals:
            return self._signal(node, signal, measure, None)
        if path.startswith("entry."):
            return Name(path), self._entry_field(node, path.removeprefix("entry."))
        type_ = self._names.types.get(path)
        if type_ is None:
            self._unknown(node, path)
        return Name(path), type_ or ANY

    def _entry_field(self, node: Tree[Any], field: str) -> Type:
        if field not in self._entry:
            self._problem(node, say("no entry with a field {field} is in hand here", field=brief(field)), nearest(field, self._entry))
        return self._entry.get(field, ANY)

    def _unknown(self, node: Tree[Any], path: str) -> None:
        if path in LATER:
            self._problem(node, say("{path} is not known to this version yet", path=brief(path)), code="L25")
            return
        known = [*self._names.types, *(f"{name}.{measure}" for name in self._names.signals for measure in MEASURES)]
        bare = path in self._names.signals
        hint = say("such as {path}.now", path=path) if bare else nearest(path, known)
        self._problem(
            node, say("{path} is {value}", path=brief(path), value="a signal, not a value" if bare else "not a name of this plan"), hint
        )

    def _signal(self, node: Tree[Any], signal: str, measure: str, window: timedelta | None) -> tuple[Expression, Type]:
        info = self._names.signals[signal]
        if measure not in MEASURES:
            self._problem(
                node,
                say("{measure} is not a reading of a signal", measure=brief(measure)),
                nearest(measure, MEASURES) or say("one of {names}", names=MEASURES),
            )
        elif measure in ("mean", "excess", "level") and not info.has_baseline:
            self._problem(
                node,
                say("{signal} has no baseline, so it has no {measure}", signal=signal, measure=measure),
                say("give the signal a baseline"),
            )
        elif info.computed and measure != "now":
            self._problem(node, say("{signal} is computed and has only .now", signal=signal), say("write {signal}.now", signal=signal))
        return SignalRead(signal, measure, window), _DECIMAL

    def _call(self, node: Tree[Any]) -> tuple[Expression, Type]:
        function, arguments = str(node.children[0]), node.children[1:]
        signal, _, measure = function.rpartition(".")
        if signal in self._names.signals:
            return self._windowed(node, signal, measure)
        if function in ASKS and (wanted := self._string(node)) is not None:
            kind, answer = ASKS[function]
            if not self._names.knows(kind, wanted):
                self._problem(
                    arguments[0],
                    say("there is no {kind} {wanted}", kind=noun(kind), wanted=brief(wanted)),
                    nearest(wanted, self._names.all(kind)),
                )
            return Call(function, (Literal(wanted),)), Type(answer)
        if function == "at_least":
            return self._at_least(node, arguments)
        if function in ("duration", "timestamp") and (text := self._string(node)) is not None:
            return self._time(node, function, text)
        return self._other(node, function, arguments)

    def _at_least(self, node: Tree[Any], arguments: list[Any]) -> tuple[Expression, Type]:
        """`at_least(2, a, b, c)`: a whole number, and as many truths or more."""
        number = self.build(arguments[0])[0] if arguments else None
        operands = tuple(self._wants(argument, "bool")[0] for argument in arguments[1:])
        many = int(number.value) if isinstance(number, Literal) and isinstance(number.value, Decimal) else 0
        if not isinstance(number, Literal) or number.value != many or many < 1 or len(operands) < 2:
            self._problem(node, say("{function}() does not take this", function="at_least"), quoted(USAGE["at_least"]))
            return Literal(value=False), _BOOL
        if many > len(operands):
            said = say("{count} of {of} can never be true", count=many, of=len(operands))
            self._problem(arguments[0], said, say("at most {most}", most=len(operands)))
        return AtLeast(many, operands), _BOOL

    def _other(self, node: Tree[Any], function: str, arguments: list[Any]) -> tuple[Expression, Type]:
        trees = [self.build(argument) for argument in arguments]
        call = Call(function, tuple(tree for tree, _ in trees))
        types = [type_.name for _, type_ in trees]
        match function, types:
            case "answered", ["list"] if isinstance(facts := trees[0][0], Literal) and isinstance(facts.value, tuple):
                for fact in facts.value:
                    if not self._names.knows("fact", fact):
                        self._problem(
                            arguments[0], say("there is no fact {fact}", fact=brief(fact)), nearest(fact, self._names.all("fact"))
                        )
                return call, _BOOL
            case "worse_than_mean", ["decimal"] if isinstance(trees[0][0], Literal):
                if not any(info.better and info.has_baseline for info in self._names.signals.values()):
                    self._problem(node, say("no signal says which way is better"), say("give one `better` and a baseline"))
                return call, _BOOL
            case "silent", [] | ["string"] if all(isinstance(tree, Literal) for tree, _ in trees):
                for tree, _ in trees:
                    if isinstance(tree, Literal) and tree.value not in self._names.signals:
                        self._problem(
                            arguments[0],
                            say("there is no signal {value}", value=brief(tree.value)),
                            nearest(str(tree.value), self._names.signals),
                        )
                return call, _BOOL
            case "covered", ["string", "string"] if isinstance(span := trees[1][0], Literal):
                if not literals.is_span(str(span.value)):
                    self._problem(
                        arguments[1],
                        say("{value} is not a duration", value=brief(span.value)),
                        say("such as {examples}", examples="72h or 90d"),
                    )
                return call, _BOOL
            case ("ratio", ["decimal", "decimal"] | ["duration", "duration"]) | ("least" | "most", ["decimal", "decimal"]):
                return call, _DECIMAL
        self._wrong_call(node, function, types)
        return call, ANY

    def _wrong_call(self, node: Tree[Any], function: str, types: Sequence[str]) -> None:
        if function not in FUNCTIONS:
            self._problem(node, say("{function} is not a function", function=brief(function)), nearest(function, FUNCTIONS))
        elif "any" not in types:
            self._problem(node, say("{function}() does not take this", function=function), quoted(USAGE[function]))

    def _string(self, node: Tree[Any]) -> str | None:
        """Return the one text a call is given; None and the general complaint otherwise."""
        arguments = node.children[1:]
        if len(arguments) == 1 and isinstance(arguments[0], Tree) and arguments[0].data == "text":
            return literals.unquoted(str(arguments[0].children[0]))
        return None

    def _windowed(self, node: Tree[Any], signal: str, measure: str) -> tuple[Expression, Type]:
        text = self._string(node)
        window = literals.exact(text) if text is not None else None
        if window is None:
            self._problem(
                node,
                say("a window is an exact duration in quotes"),
                say('such as {signal}.{measure}("5m")', signal=signal, measure=brief(measure)),
            )
        elif measure in ("now", "mean"):
            self._problem(
                node,
                say("{measure} has no window", measure=measure),
                say("write {signal}.{measure}, or {signal}.avg(…)", signal=signal, measure=measure),
            )
        return self._signal(node, signal, measure, window)

    def _time(self, node: Tree[Any], function: str, text: str) -> tuple[Expression, Type]:
        if function == "duration":
            span = literals.exact(text)
            if span is None:
                self._problem(
                    node, say("{text} is not an exact duration", text=brief(text)), say("such as {examples}", examples="90s, 30m or 72h")
                )
            return Literal(span or timedelta()), _DURATION
        instant = literals.instant(text)
        if instant is None:
            self._problem(
                node,
                say("{text} is not an instant with its offset", text=brief(text)),
                say("such as {examples}", examples="2025-06-03T09:00:00+08:00"),
            )
        return Literal(instant or text), _TIME
